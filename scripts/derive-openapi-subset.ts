/**
 * Derives `host/jira/openapi/subset.json` from Jira's OpenAPI document: scopes and response schemas of the endpoints
 * that the emulator models, and the schemas these refer to; nothing else of the document is kept.
 * Run: `npx tsx scripts/derive-openapi-subset.ts <jira-openapi-v3.json>`. The document is Apache-2.0 (`info.license`).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { ALL_ROUTES } from '../host/jira/routes/all';

interface Document {
  info: { version: string; license: { name: string; url: string } };
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: { schemas: Record<string, unknown> };
}
interface OpenApiOperation {
  'x-atlassian-oauth2-scopes'?: { scopes?: string[] }[];
  security?: { OAuth2?: string[] }[];
  responses: Record<string, { content?: Record<string, { schema?: unknown }> }>;
}

/** Alternatives of scopes; some operations state them under `security` only. */
function scopesOf(operation: OpenApiOperation): string[][] {
  const stated = (operation['x-atlassian-oauth2-scopes'] ?? []).map(({ scopes }) => scopes ?? []);
  const secured = (operation.security ?? []).flatMap(({ OAuth2 }) => (OAuth2 ? [OAuth2] : []));
  return stated.length > 0 ? stated : secured;
}

const KEEP = [
  'type',
  'properties',
  'required',
  'items',
  'additionalProperties',
  'enum',
  'allOf',
  'anyOf',
  'oneOf',
  '$ref',
];

/** What the document says wrongly: it names the members of a gadget's position by their descriptions. */
const CORRECTED: Readonly<Record<string, unknown>> = {
  DashboardGadgetPosition: {
    type: 'object',
    properties: { column: { type: 'integer' }, row: { type: 'integer' } },
    required: ['column', 'row'],
    additionalProperties: false,
  },
};

/** Jira answers null for empty optional members although the document seldom says so. */
function nullable(schema: unknown): unknown {
  const { type, enum: values, $ref } = schema as { type?: unknown; enum?: unknown[]; $ref?: unknown };
  if ($ref !== undefined) return { anyOf: [schema, { type: 'null' }] };
  if (typeof type !== 'string') return schema;
  return { ...(schema as object), type: [type, 'null'], ...(values ? { enum: [...values, null] } : {}) };
}

/** A schema reduced to what validation needs, in JSON Schema terms. Read- and write-only flags do not matter here. */
function reduce(node: unknown, used: Set<string>): unknown {
  if (Array.isArray(node)) return node.map((item: unknown) => reduce(item, used));
  if (typeof node !== 'object' || node === null) return node;
  const source = node as Record<string, unknown>;
  const result: Record<string, unknown> = {};
  for (const key of KEEP) {
    const value = source[key];
    if (value === undefined) continue;
    // The document closes JqlQueryClause, which is only a choice of others; read literally nothing could ever match.
    if (key === 'additionalProperties' && 'anyOf' in source) continue;
    if (key === 'properties') {
      const required = Array.isArray(source['required']) ? (source['required'] as unknown[]) : [];
      result[key] = Object.fromEntries(
        Object.entries(value as object).map(([name, child]) => {
          const schema = reduce(child, used);
          return [name, required.includes(name) ? schema : nullable(schema)];
        }),
      );
    } else if (key === '$ref') {
      const name = (value as string).replace('#/components/schemas/', '');
      used.add(name);
      result[key] = `jira#/components/schemas/${name}`;
    } else result[key] = key === 'enum' || key === 'required' ? value : reduce(value, used);
  }
  return result;
}

function derive(document: Document) {
  const used = new Set<string>();
  const operations: Record<string, unknown> = {};
  const missing: string[] = [];
  for (const route of ALL_ROUTES) {
    const operation = document.paths[route.path]?.[route.method.toLowerCase()];
    if (!operation) {
      missing.push(`${route.method} ${route.path}`);
      continue;
    }
    const successes = Object.entries(operation.responses).filter(([status]) => status < '400');
    operations[`${route.method} ${route.path}`] = {
      scopes: scopesOf(operation),
      responses: Object.fromEntries(
        successes.map(([status, response]) => [
          status,
          reduce(response.content?.['application/json']?.schema ?? null, used),
        ]),
      ),
    };
  }
  const schemas: Record<string, unknown> = {};
  for (let queue = [...used]; queue.length > 0; queue = [...used].filter((name) => !(name in schemas))) {
    for (const name of queue)
      schemas[name] = reduce(CORRECTED[name] ?? document.components.schemas[name], used);
  }
  return { operations, schemas, missing };
}

const [, , path] = process.argv;
if (path === undefined) throw new Error('Usage: tsx scripts/derive-openapi-subset.ts <jira-openapi-v3.json>');
const document = JSON.parse(readFileSync(path, 'utf8')) as Document;
const { operations, schemas, missing } = derive(document);
const target = new URL('../host/jira/openapi/subset.json', import.meta.url);
const source = {
  title: 'The Jira Cloud platform REST API',
  url: 'https://dac-static.atlassian.com/cloud/jira/platform/swagger-v3.v3.json',
  version: document.info.version,
  license: document.info.license,
  changes:
    'Only the scopes and response schemas of modelled endpoints; descriptions, examples and formats removed; members of DashboardGadgetPosition named as Jira answers them.',
};
const sorted = <T>(record: Record<string, T>) =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(
  target,
  await format(JSON.stringify({ source, operations: sorted(operations), schemas: sorted(schemas) }), {
    parser: 'json',
    printWidth: 110,
  }),
);
console.log(`${Object.keys(operations).length} operations, ${Object.keys(schemas).length} schemas`);
for (const name of missing)
  console.log(`not in the document, needs host/jira/openapi/supplement.json: ${name}`);
