import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { parse } from 'yaml';

/** The repository's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const Keyed = v.looseObject({ key: v.string() });
const Keyeds = v.optional(v.array(Keyed), []);

const Manifest = v.looseObject({
  app: v.looseObject({
    runtime: v.looseObject({ name: v.string() }),
    storage: v.looseObject({
      entities: v.array(
        v.looseObject({
          name: v.string(),
          attributes: v.record(v.string(), v.looseObject({ type: v.string() })),
          indexes: v.optional(
            v.array(
              v.looseObject({ name: v.string(), partition: v.array(v.string()), range: v.array(v.string()) }),
            ),
            [],
          ),
        }),
      ),
    }),
  }),
  permissions: v.looseObject({ scopes: v.array(v.string()), external: v.optional(v.unknown()) }),
  remotes: Keyeds,
  resources: v.array(v.looseObject({ key: v.string(), path: v.string() })),
  modules: v.record(v.string(), v.array(Keyed)),
});

/** The manifest as Forge reads it. */
export const manifest = v.parse(
  Manifest,
  parse(readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8')),
);

const Functions = v.array(
  v.looseObject({ key: v.string(), handler: v.string(), timeoutSeconds: v.optional(v.number()) }),
);
export const functions = v.parse(Functions, manifest.modules['function']);

/** Modules of one type; empty when there is none. */
export function modules(type: string): v.InferOutput<typeof Keyed>[] {
  return manifest.modules[type] ?? [];
}

/** Every text and object inside a value, with its path. */
export function* walk(value: unknown, path = ''): Generator<readonly [path: string, value: unknown]> {
  yield [path, value];
  if (Array.isArray(value))
    for (const [index, inner] of value.entries()) yield* walk(inner, `${path}[${index}]`);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* walk(inner, `${path}.${key}`);
  }
}
