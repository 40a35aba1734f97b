import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
import * as v from 'valibot';

/** A bundle on disk. */
export interface Bundle {
  readonly file: string;
  /** Bytes of the bundle, not minified, as Forge's webpack leaves it. */
  readonly bytes: number;
  /** Bytes each source file contributes, by path relative to the app. */
  readonly inputs: Readonly<Record<string, number>>;
  /** True when nothing had to be built. */
  readonly cached: boolean;
}

/** What to bundle. */
export interface BundleOptions {
  /** Absolute path of the entry file. */
  readonly entry: string;
  /** Inputs are named relative to this folder. */
  readonly baseDir: string;
  readonly outDir: string;
  /** File name in `outDir`. */
  readonly name: string;
  readonly format: 'cjs' | 'iife' | 'esm';
  readonly platform: 'node' | 'browser';
  /** A page of the app: React's production build, and JSX as `React.createElement`, whatever tsconfig.json says. */
  readonly react?: true;
}

const RecordSchema = v.object({
  version: v.literal(3),
  bytes: v.number(),
  inputs: v.record(v.string(), v.object({ bytes: v.number(), sha256: v.string() })),
});

function digest(file: string): string {
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : 'absent';
}

function stillGood(options: BundleOptions, file: string, recordFile: string): Bundle | undefined {
  if (!existsSync(file) || !existsSync(recordFile)) return undefined;
  const record = v.safeParse(RecordSchema, JSON.parse(readFileSync(recordFile, 'utf8')));
  if (!record.success) return undefined;
  const entries = Object.entries(record.output.inputs);
  if (!entries.every(([name, { sha256 }]) => digest(path.resolve(options.baseDir, name)) === sha256))
    return undefined;
  const inputs = Object.fromEntries(entries.map(([name, { bytes }]) => [name, bytes]));
  return { file, bytes: record.output.bytes, inputs, cached: true };
}

/** Writes through a temporary name, so that two hosts that start at once never read half a file. */
function writeWhole(file: string, content: Uint8Array | string): void {
  const temporary = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(temporary, content);
  renameSync(temporary, file);
}

/** Forge's own bundler takes JSX of UI Kit in the classic form: a file that does not import React fails there. */
const REACT = {
  define: { 'process.env.NODE_ENV': '"production"' },
  tsconfigRaw: { compilerOptions: { jsx: 'react', target: 'es2022' } },
} as const satisfies BuildOptions;

const APP = 'forge-app';
const LOADERS = { '.ts': 'ts', '.tsx': 'tsx', '.jsx': 'jsx' } as const;

function loaderOf(file: string): 'ts' | 'tsx' | 'jsx' | 'js' {
  const extension = path.extname(file);
  return extension in LOADERS ? LOADERS[extension as keyof typeof LOADERS] : 'js';
}

/**
 * Webpack treats TypeScript as `javascript/auto`: a default import of a CommonJS package is its `default`. esbuild
 * follows Node instead when package.json says `"type": "module"`, but only for files of its own namespace.
 */
function forgeInterop(baseDir: string): Plugin {
  const ownFile = (file: string): boolean =>
    file.startsWith(baseDir + path.sep) && !file.includes('node_modules');
  return {
    name: 'forge-interop',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async ({ path: wanted, pluginData, namespace, ...from }) => {
        if (pluginData === APP || (namespace !== APP && from.kind !== 'entry-point')) return undefined;
        const found = await build.resolve(wanted, {
          kind: from.kind,
          resolveDir: from.resolveDir,
          importer: from.importer,
          namespace: 'file',
          pluginData: APP,
        });
        if (found.errors.length > 0 || found.external || !ownFile(found.path)) return found;
        return { path: found.path, namespace: APP, sideEffects: found.sideEffects };
      });
      build.onLoad({ filter: /.*/, namespace: APP }, ({ path: file }) => {
        return {
          contents: readFileSync(file, 'utf8'),
          loader: loaderOf(file),
          resolveDir: path.dirname(file),
        };
      });
    },
  };
}

/** Names an input relative to the app, whatever namespace esbuild has it in. */
function inputName(baseDir: string, name: string): string {
  return name.startsWith(`${APP}:`) ? path.relative(baseDir, name.slice(APP.length + 1)) : name;
}

/**
 * Bundles one entry with everything it imports, as Forge's own bundler does, and remembers the digests of all
 * inputs: a second call with unchanged files reads only those. Throws esbuild's own error for broken sources.
 */
export async function bundle(options: BundleOptions): Promise<Bundle> {
  const file = path.join(options.outDir, options.name);
  const recordFile = `${file}.json`;
  const known = stillGood(options, file, recordFile);
  if (known !== undefined) return known;
  const esbuild = await import('esbuild');
  const built = await esbuild.build({
    entryPoints: [options.entry],
    absWorkingDir: options.baseDir,
    outfile: file,
    bundle: true,
    write: false,
    metafile: true,
    format: options.format,
    platform: options.platform,
    target: options.platform === 'node' ? 'node20' : 'es2022',
    logLevel: 'silent',
    legalComments: 'none',
    sourcemap: options.platform === 'node' ? 'inline' : false,
    sourcesContent: false,
    ...(options.react === true ? REACT : {}),
    plugins: options.format === 'cjs' || options.react === true ? [forgeInterop(options.baseDir)] : [],
  });
  mkdirSync(options.outDir, { recursive: true });
  const output = built.outputFiles[0];
  if (output === undefined) throw new Error(`esbuild wrote nothing for ${options.entry}`);
  writeWhole(file, output.contents);
  const meta = Object.values(built.metafile.outputs)[0];
  const inputs: Record<string, { bytes: number; sha256: string }> = {};
  for (const [rawName, input] of Object.entries(meta?.inputs ?? {})) {
    const name = inputName(options.baseDir, rawName);
    inputs[name] = { bytes: input.bytesInOutput, sha256: digest(path.resolve(options.baseDir, name)) };
  }
  for (const rawName of Object.keys(built.metafile.inputs)) {
    const name = inputName(options.baseDir, rawName);
    inputs[name] ??= { bytes: 0, sha256: digest(path.resolve(options.baseDir, name)) };
  }
  const bytes = Object.values(inputs).reduce((sum, input) => sum + input.bytes, 0);
  writeWhole(recordFile, JSON.stringify({ version: 3, bytes, inputs }));
  return {
    file,
    bytes,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.bytes])),
    cached: false,
  };
}

const EXTENSIONS = ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'];

/** Finds the source of a handler file (`index` → `src/index.ts`). Throws when there is none. */
export function handlerSource(appDir: string, file: string): string {
  const base = path.join(appDir, 'src', file);
  const found = EXTENSIONS.map((extension) => base + extension).find((candidate) => existsSync(candidate));
  if (found === undefined) throw new Error(`No handler file src/${file}.ts (or .tsx, .js, …) in ${appDir}`);
  return found;
}
