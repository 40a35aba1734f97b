import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { isMap, isSeq, parseDocument } from 'yaml';
import type { PublicJwk } from '#core/protocol/jwk';
import { publicHalf, thumbprintMatches } from '#core/protocol/jws';
import { ok, refuse, type Result } from '#core/result';
import {
  type Config,
  loadConfig,
  parseConfig,
  problemWords,
  TrustedApp,
  type TrustedAppInput,
} from '../config';
import { replaceFile } from '../replace-file';
import { loadSigningKey } from '../signing-key';

/** What an admin pastes into the admin page. */
export interface Enrolled {
  readonly executorId: string;
  readonly publicJwk: PublicJwk;
  /** The configuration as it is now; a running executor takes it up at its next start. */
  readonly config: Config;
}

/**
 * Writes the block of the admin page into the configuration file: the entry of that installation is replaced, the others
 * stay. YAML keeps its comments; JSON stays JSON.
 * @param block JSON text: installation, keys, receiptUrl, enrolmentTokenSha256
 * @returns every problem, one a line to print, when the block or the file cannot be used; then nothing was written
 */
export async function enrolApp(
  configFile: string,
  block: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Result<Enrolled, readonly string[]>> {
  const app = await parseBlock(block);
  if (!app.ok) return app;
  const before = loadConfig(configFile, env);
  if (!before.ok) return before;
  const file = await realpath(configFile);
  const text = withApp(await readFile(file, 'utf8'), app.value);
  const parsed = parseConfig(parseDocument(text).toJS(), { env, baseDir: dirname(file) });
  if (!parsed.ok) return parsed;
  // With the mode that it had: the file may hold credentials.
  const { mode } = await stat(file);
  await replaceFile(file, text, mode & 0o777);
  const { executorId, stateDir } = parsed.value;
  return ok({ executorId, publicJwk: publicHalf(await loadSigningKey(stateDir)), config: parsed.value });
}

/** What `executor enrol` prints. */
export function enrolledWords({ executorId, publicJwk }: Enrolled): string {
  return `The configuration trusts the app now. Restart the executor, then enter this on the admin page:

executor id: ${executorId}
public key:
${JSON.stringify(publicJwk, null, 2)}
thumbprint: ${publicJwk.kid}
`;
}

async function parseBlock(block: string): Promise<Result<TrustedAppInput, readonly string[]>> {
  let raw: unknown;
  try {
    raw = JSON.parse(block);
  } catch {
    return refuse(['the block is not JSON: copy the whole of it from the admin page']);
  }
  const parsed = v.safeParse(TrustedApp, raw);
  if (!parsed.success) return refuse(parsed.issues.map((issue) => problemWords(issue, 'the block')));
  for (const [index, key] of parsed.output.keys.entries()) {
    if (!(await thumbprintMatches(key)))
      return refuse([`keys.${index}: kid is not the thumbprint of the key`]);
  }
  return ok(parsed.output);
}

function withApp(text: string, app: TrustedAppInput): string {
  const json = parseJson(text);
  if (json) {
    const others = (json.trustedApps ?? []).filter(({ installation }) => installation !== app.installation);
    return `${JSON.stringify({ ...json, trustedApps: [...others, app] }, null, 2)}\n`;
  }
  const document = parseDocument(text);
  const apps = document.get('trustedApps');
  if (!isSeq(apps)) {
    document.set('trustedApps', [app]);
    return document.toString();
  }
  const known = apps.items.findIndex((item) => isMap(item) && item.get('installation') === app.installation);
  if (known < 0) apps.flow = false;
  document.setIn(['trustedApps', known < 0 ? apps.items.length : known], document.createNode(app));
  return document.toString();
}

const JsonFile = v.looseObject({
  trustedApps: v.optional(v.array(v.looseObject({ installation: v.string() }))),
});

function parseJson(text: string): v.InferOutput<typeof JsonFile> | undefined {
  try {
    return v.parse(JsonFile, JSON.parse(text));
  } catch {
    return undefined;
  }
}
