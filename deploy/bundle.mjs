import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What the executor reads from beside its modules; in the bundle all of it lies beside one file. */
const besides = ['executor/state/sql', 'executor/postgres/sql'];

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Folder of the package that a bundled file belongs to, or null for our own. */
function packageOf(input) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0] ?? null;
}

/**
 * Writes the executor as one JavaScript file with the few files that it reads: `main.mjs`, `conditions.json`, `sql/` and
 * PostgreSQL's parser below `node_modules/`. There is no embedded server in it: it needs `state.url`.
 * @returns the folders of the packages that are in it, as the lock file names them
 */
export async function bundleExecutor(outDir) {
  await rm(outDir, { recursive: true, force: true });
  await mkdir(path.join(outDir, 'sql'), { recursive: true });
  const { metafile } = await build({
    entryPoints: [path.join(root, 'executor', 'main.ts')],
    absWorkingDir: root,
    outfile: path.join(outDir, 'main.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minifySyntax: true,
    // Node compiles the whole file at each start; names stay, for whoever reads a stack.
    minifyWhitespace: true,
    legalComments: 'eof',
    metafile: true,
    // `pg` asks for them only if somebody has them.
    external: ['pg-native', 'pg-cloudflare', 'cloudflare:sockets'],
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`,
    },
    logLevel: 'warning',
  });
  for (const folder of besides) {
    for (const name of await readdir(path.join(root, folder))) {
      // Two files of one name would end as one.
      await cp(path.join(root, folder, name), path.join(outDir, 'sql', name), {
        errorOnExist: true,
        force: false,
      });
    }
  }
  await cp(path.join(root, 'executor/postgres/conditions.json'), path.join(outDir, 'conditions.json'));
  const parser = path.join(root, 'node_modules', 'libpg-query');
  const parserOut = path.join(outDir, 'node_modules', 'libpg-query');
  for (const name of ['package.json', 'LICENSE', 'wasm/libpg-query.js', 'wasm/libpg-query.wasm']) {
    await cp(path.join(parser, name), path.join(parserOut, name));
  }
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const own = { name: 'query-change-executor', version, private: true, type: 'module' };
  await writeFile(path.join(outDir, 'package.json'), `${JSON.stringify(own, null, 2)}\n`);
  const folders = Object.keys(metafile.inputs)
    .map(packageOf)
    .filter((folder) => folder !== null);
  return [...new Set([...folders, 'node_modules/libpg-query'])].toSorted();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outDir = path.resolve(process.argv[2] ?? path.join(root, 'dist', 'executor'));
  const packages = await bundleExecutor(outDir);
  console.log(`${outDir}: the executor with ${packages.length} packages`);
}
