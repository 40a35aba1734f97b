import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Mutant } from '../mutants';

let builds = 0;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

function mutated(source: string, file: string, mutant: Mutant | null): string {
  const edits = mutant?.edits.filter((edit) => file === path.join(root, edit.file)) ?? [];
  return edits.reduce((text, { from, to }) => {
    if (!text.includes(from)) throw new Error(`${file} does not contain: ${from}`);
    return text.replace(from, () => to);
  }, source);
}

/**
 * Compiles the executor of the suite into one file, so that a restart costs what it costs in production and not what
 * a TypeScript loader costs. Files that the executor reads beside its sources are still found there.
 * `mutant`: what is broken on purpose.
 * @returns the file, inside the repository because packages are resolved from it
 */
export async function buildExecutor(mutant: Mutant | null): Promise<string> {
  builds += 1;
  const outfile = path.join(root, '.local', 'faults', `executor-${process.pid}-${builds}.mjs`);
  await build({
    entryPoints: [path.join(root, 'test/faults/executor-process.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['pg-native'],
    // For packages in CommonJS.
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`,
    },
    alias: { '#core': path.join(root, 'src/core') },
    plugins: [
      {
        name: 'urls-of-sources',
        setup(plugin) {
          plugin.onLoad({ filter: /[/\\]executor[/\\].*\.ts$/ }, async ({ path: file }) => {
            const source = await readFile(file, 'utf8');
            const url = JSON.stringify(pathToFileURL(file).href);
            return {
              contents: mutated(source, file, mutant).replaceAll('import.meta.url', url),
              loader: 'ts',
            };
          });
        },
      },
    ],
    logLevel: 'error',
  });
  return outfile;
}
