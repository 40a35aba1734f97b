import { readFileSync } from 'node:fs';
import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

/** What the emulator keeps of one operation of Jira's OpenAPI document. */
interface Operation {
  /** Alternatives of scopes, any of which is enough; an empty one asks for nothing. */
  readonly scopes: readonly (readonly string[])[];
  /** JSON schema of the body by status; null when there is no body. */
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Subset {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly schemas: Readonly<Record<string, unknown>>;
}

const documents = ['subset', 'supplement'].map(
  (name) => JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), 'utf8')) as Subset,
);

/** The operation as documented; undefined when neither the document nor the supplement has it. */
export const operationOf = (method: string, path: string): Operation | undefined =>
  documents
    .map((document) => document.operations[`${method} ${path}`])
    .find((operation) => operation !== undefined);

/** Whether these scopes allow the operation: any documented alternative is enough. Unknown operations are refused. */
export function scopesCover(method: string, path: string, scopes: readonly string[]): boolean {
  const operation = operationOf(method, path);
  return (
    operation !== undefined &&
    operation.scopes.some((needed) => needed.every((scope) => scopes.includes(scope)))
  );
}

let ajv: Ajv | undefined;
const compiled = new Map<string, ValidateFunction>();

function validatorFor(key: string, schema: object): ValidateFunction {
  const known = compiled.get(key);
  if (known) return known;
  if (!ajv) {
    ajv = new Ajv({ strict: false, allErrors: false, validateFormats: false });
    addFormats(ajv);
    for (const [index, document] of documents.entries()) {
      ajv.addSchema({ $id: index === 0 ? 'jira' : 'supplement', components: { schemas: document.schemas } });
    }
  }
  const validate = ajv.compile(schema);
  compiled.set(key, validate);
  return validate;
}

/** What is wrong with a successful answer by Jira's OpenAPI document; undefined when it fits. */
export async function responseProblem(
  method: string,
  path: string,
  response: Response,
): Promise<string | undefined> {
  const operation = operationOf(method, path);
  const name = `${method} ${path}`;
  if (!operation) return `${name} is not in the subset (run scripts/derive-openapi-subset.ts)`;
  const schema = operation.responses[String(response.status)];
  if (schema === undefined) return `${name} does not document status ${response.status}`;
  const text = await response.text();
  if (schema === null || typeof schema !== 'object' || Object.keys(schema).length === 0 || text === '')
    return undefined;
  const validate = validatorFor(`${name} ${response.status}`, schema);
  if (validate(JSON.parse(text))) return undefined;
  const error = validate.errors?.[0];
  return `${name} ${response.status}: ${error?.instancePath ?? ''} ${error?.message ?? ''} ${JSON.stringify(error?.params)}`;
}
