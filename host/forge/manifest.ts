import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { parse as parseYaml } from 'yaml';
import type { AppModule } from '../contract';
import { validateManifest } from './manifest-validation';

const Key = v.pipe(v.string(), v.minLength(1));

const FunctionSchema = v.object({
  key: Key,
  handler: v.pipe(v.string(), v.regex(/^[\w./-]+\.\w+$/)),
  timeoutSeconds: v.optional(v.number()),
  runtime: v.optional(v.object({ memoryMB: v.optional(v.number()) })),
});

const EgressSchema = v.union([
  v.string(),
  v.looseObject({ address: v.string() }),
  v.looseObject({ remote: v.string() }),
]);

const RemoteSchema = v.looseObject({
  key: Key,
  baseUrl: v.optional(v.union([v.string(), v.record(v.string(), v.string())])),
  operations: v.optional(v.array(v.string())),
  configurable: v.optional(v.looseObject({ supportedPatterns: v.optional(v.array(v.string())) })),
});

const EntitySchema = v.object({
  name: Key,
  attributes: v.record(
    v.string(),
    v.object({ type: v.picklist(['string', 'boolean', 'float', 'integer', 'any']) }),
  ),
  indexes: v.optional(
    v.array(
      v.union([
        v.string(),
        v.object({ name: Key, range: v.array(v.string()), partition: v.optional(v.array(v.string())) }),
      ]),
    ),
    [],
  ),
});

const ManifestSchema = v.looseObject({
  app: v.looseObject({
    id: v.pipe(v.string(), v.regex(/^ari:cloud:ecosystem::app\/[0-9a-f-]{36}$/)),
    runtime: v.looseObject({ name: v.string(), memoryMB: v.optional(v.number()) }),
    storage: v.optional(v.looseObject({ entities: v.optional(v.array(EntitySchema)) })),
  }),
  modules: v.record(v.string(), v.array(v.looseObject({ key: Key }))),
  resources: v.optional(v.array(v.looseObject({ key: Key, path: v.string() })), []),
  remotes: v.optional(v.array(RemoteSchema), []),
  permissions: v.optional(
    v.looseObject({
      scopes: v.optional(
        v.union([
          v.array(v.string()),
          v.record(v.string(), v.nullish(v.looseObject({ allowImpersonation: v.optional(v.boolean()) }))),
        ]),
        [],
      ),
      external: v.optional(
        v.looseObject({ fetch: v.optional(v.looseObject({ backend: v.optional(v.array(EgressSchema)) })) }),
      ),
    }),
    {},
  ),
});

/** A declared custom entity of `app.storage.entities`. */
export type EntityDeclaration = v.InferOutput<typeof EntitySchema>;
/** A declared remote. */
type RemoteDeclaration = v.InferOutput<typeof RemoteSchema>;

/** A function of the manifest with its limits. */
export interface FunctionDeclaration {
  readonly key: string;
  /** Handler file without extension, relative to `src` (`index`). */
  readonly file: string;
  /** The exported name. */
  readonly exportName: string;
  /** `timeoutSeconds` when declared; the caller's kind of module decides otherwise. */
  readonly timeoutSeconds: number | undefined;
  readonly memoryMB: number;
}

/** A resource: a folder of built files (Custom UI), or one source file that Forge's bundler takes itself (UI Kit). */
export type Resource =
  { readonly key: string; readonly dir: string } | { readonly key: string; readonly source: string };

const SOURCE_FILE = /\.[jt]sx?$/;

/** The manifest as the emulator uses it. */
export interface Manifest {
  readonly appDir: string;
  readonly appId: string;
  readonly appUuid: string;
  readonly name: string;
  readonly runtime: string;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  readonly modules: Readonly<Record<string, readonly AppModule[]>>;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly remotes: ReadonlyMap<string, RemoteDeclaration>;
  readonly entities: ReadonlyMap<string, EntityDeclaration>;
  readonly scopes: readonly string[];
  /** True when some scope allows `asUser(accountId)` without an invoking user. */
  readonly impersonation: boolean;
  /** Addresses of `permissions.external.fetch.backend`, remotes resolved. */
  readonly egress: readonly string[];
  /** The `permissions` section as written; `@forge/csp` and `appContext.permissions` take it so. */
  readonly permissions: Readonly<Record<string, unknown>>;
  /** What `@forge/manifest` warned about, and resources that are not built yet. */
  readonly warnings: readonly string[];
}

/** The manifest is not one that Forge would deploy. */
class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

const DEFAULT_MEMORY_MB = 512;

function readFunctions(
  modules: Record<string, readonly AppModule[]>,
  memoryMB: number,
): Map<string, FunctionDeclaration> {
  const functions = new Map<string, FunctionDeclaration>();
  for (const raw of modules['function'] ?? []) {
    const declared = v.parse(FunctionSchema, raw);
    const dot = declared.handler.lastIndexOf('.');
    functions.set(declared.key, {
      key: declared.key,
      file: declared.handler.slice(0, dot),
      exportName: declared.handler.slice(dot + 1),
      timeoutSeconds: declared.timeoutSeconds,
      memoryMB: declared.runtime?.memoryMB ?? memoryMB,
    });
  }
  return functions;
}

function readResource(appDir: string, resource: { readonly key: string; readonly path: string }): Resource {
  const { key } = resource;
  const absolute = path.resolve(appDir, resource.path);
  return SOURCE_FILE.test(absolute) ? { key, source: absolute } : { key, dir: absolute };
}

function baseUrlOf(remote: RemoteDeclaration | undefined): string | undefined {
  if (remote?.baseUrl === undefined) return undefined;
  return typeof remote.baseUrl === 'string' ? remote.baseUrl : Object.values(remote.baseUrl)[0];
}

/** The URL that the manifest fixes for a remote, if it does. */
export function declaredBaseUrl(manifest: Manifest, remoteKey: string): string | undefined {
  return baseUrlOf(manifest.remotes.get(remoteKey));
}

/**
 * Reads and checks `manifest.yml`. Throws ManifestError with every finding when `@forge/manifest` refuses it;
 * its verdict is cached by content in `cacheDir`. `name` is what the developer console would hold: the manifest no
 * longer has one.
 */
export async function loadManifest(appDir: string, cacheDir: string, name = 'App'): Promise<Manifest> {
  const file = path.join(appDir, 'manifest.yml');
  const text = readFileSync(file, 'utf8');
  const { errors, warnings } = await validateManifest(appDir, text, cacheDir);
  if (errors.length > 0) throw new ManifestError(`manifest.yml is not valid:\n${errors.join('\n')}`);
  const parsed = v.safeParse(ManifestSchema, parseYaml(text));
  if (!parsed.success) {
    const issues = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? ''}: ${issue.message}`);
    throw new ManifestError(`manifest.yml is not one the emulator understands:\n${issues.join('\n')}`);
  }
  const { app, modules, resources, remotes, permissions } = parsed.output;
  const remoteMap = new Map(remotes.map((remote) => [remote.key, remote]));
  const scopes = permissions.scopes;
  const egress = (permissions.external?.fetch?.backend ?? []).flatMap((entry) => {
    if (typeof entry === 'string') return [entry];
    if ('address' in entry && typeof entry.address === 'string') return [entry.address];
    const base =
      'remote' in entry && typeof entry.remote === 'string'
        ? baseUrlOf(remoteMap.get(entry.remote))
        : undefined;
    return base === undefined ? [] : [base];
  });
  return {
    appDir,
    appId: app.id,
    appUuid: app.id.slice(app.id.lastIndexOf('/') + 1),
    name,
    runtime: app.runtime.name,
    functions: readFunctions(modules, app.runtime.memoryMB ?? DEFAULT_MEMORY_MB),
    modules,
    resources: new Map(resources.map((resource) => [resource.key, readResource(appDir, resource)])),
    remotes: remoteMap,
    entities: new Map((app.storage?.entities ?? []).map((entity) => [entity.name, entity])),
    scopes: Array.isArray(scopes) ? scopes : Object.keys(scopes),
    impersonation:
      !Array.isArray(scopes) && Object.values(scopes).some((scope) => scope?.allowImpersonation === true),
    egress,
    permissions,
    warnings,
  };
}
