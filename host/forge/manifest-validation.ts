import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { parse as parseYaml } from 'yaml';

const run = promisify(execFile);

/** What `@forge/manifest` says about a manifest, one line per finding. */
export interface ManifestVerdict {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

const FindingsSchema = v.array(
  v.looseObject({
    level: v.string(),
    message: v.string(),
    line: v.optional(v.number()),
    reference: v.optional(v.string()),
  }),
);
const VerdictSchema = v.object({ errors: v.array(v.string()), warnings: v.array(v.string()) });

/**
 * `@forge/manifest` resolves paths against the working directory and takes half a second to load, so it runs in a
 * process of its own, and only when the manifest has changed.
 */
const CHECK = `
const { validate } = require('@forge/manifest');
validate(false).then((r) => process.stdout.write(JSON.stringify(r.errors ?? [])));
`;

/** A panel that is not built yet must not stop the emulator; Forge's CLI would refuse to deploy it. */
const NOT_BUILT = /^missing resource '.*' is being referenced by '.*' in resources/;

function verdictOf(findings: v.InferOutput<typeof FindingsSchema>): ManifestVerdict {
  const errors: string[] = [];
  const warnings: string[] = [];
  for (const { level, message, line } of findings) {
    const text = line === undefined ? message : `line ${line}: ${message}`;
    const notBuilt = NOT_BUILT.test(message);
    (level === 'error' && !notBuilt ? errors : warnings).push(text);
  }
  return { errors, warnings };
}

const ResourcesSchema = v.looseObject({
  resources: v.optional(v.array(v.looseObject({ path: v.string() })), []),
});

/** Which resources are there; the verdict depends on it beside the text. */
function builtResources(appDir: string, text: string): string {
  const parsed = v.safeParse(ResourcesSchema, parseYaml(text));
  const paths = parsed.success ? parsed.output.resources.map((resource) => resource.path) : [];
  const isThere = (name: string): boolean =>
    existsSync(path.resolve(appDir, name, path.extname(name) === '' ? 'index.html' : ''));
  return paths.map((name) => `${name}:${isThere(name)}`).join(' ');
}

/** Validates the manifest of `appDir` with the official schema, references and scopes; cached by content. */
export async function validateManifest(
  appDir: string,
  text: string,
  cacheDir: string,
): Promise<ManifestVerdict> {
  const key = createHash('sha256')
    .update(['2', appDir, builtResources(appDir, text), text].join('\0'))
    .digest('hex')
    .slice(0, 32);
  const cached = path.join(cacheDir, `manifest-${key}.json`);
  if (existsSync(cached)) {
    const known = v.safeParse(VerdictSchema, JSON.parse(readFileSync(cached, 'utf8')));
    if (known.success) return known.output;
  }
  const { stdout } = await run(process.execPath, ['-e', CHECK], {
    cwd: appDir,
    env: { PATH: process.env['PATH'] },
    maxBuffer: 16 * 1024 * 1024,
  });
  const verdict = verdictOf(v.parse(FindingsSchema, JSON.parse(stdout)));
  if (verdict.errors.length === 0) {
    mkdirSync(cacheDir, { recursive: true });
    writeFileSync(cached, JSON.stringify(verdict));
  }
  return verdict;
}
