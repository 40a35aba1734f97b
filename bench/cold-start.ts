import { execFile } from 'node:child_process';
import { cp, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { temporaryFolder } from '../scripts/local/temporary-folder';

const run = promisify(execFile);
const starts = 9;

/** What a new instance of the parsing function costs, milliseconds each, and how large its file is. */
export interface ColdStart {
  /** Loading the bundle, from nothing. */
  readonly load: readonly number[];
  /** And then the first text: the grammar is unpacked for it. */
  readonly first: readonly number[];
  readonly bytes: number;
}

/** Loads the file as the platform does, and parses one statement with the grammar in it. */
const program = `
  const from = performance.now();
  const { sqlParser } = require(process.argv[1]);
  const loaded = performance.now();
  sqlParser.parse('SELECT 1').then((parsed) => {
    if (!parsed.ok) throw new Error(parsed.error.message);
    console.log(JSON.stringify([loaded - from, performance.now() - loaded]));
  });
`;

const options = {
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  bundle: true,
  minify: true,
  legalComments: 'none',
  logLevel: 'error',
} as const;

/** Bundles the panel's function as it is deployed and starts it in processes of its own. */
export async function timeColdStart(appDir: string): Promise<ColdStart> {
  const folder = await temporaryFolder('cold-start');
  try {
    // Without `"type": "module"` esbuild takes a default import of a CommonJS package as Forge's own bundler does.
    const { path: dir } = folder;
    await cp(path.join(appDir, 'src'), path.join(dir, 'src'), { recursive: true });
    await symlink(path.join(appDir, 'node_modules'), path.join(dir, 'node_modules'));
    await writeFile(path.join(dir, 'package.json'), '{"imports": {"#core/*": "./src/core/*.ts"}}');
    const deployed = await build({ ...options, entryPoints: [path.join(dir, 'src/panel.ts')], write: false });
    const file = path.join(dir, 'panel.cjs');
    const contents = `export * from './src/panel'; export { sqlParser } from './src/forge/sql-parser/parser';`;
    await build({ ...options, stdin: { contents, resolveDir: dir, loader: 'ts' }, outfile: file });
    const load: number[] = [];
    const first: number[] = [];
    for (let start = 0; start <= starts; start += 1) {
      const { stdout } = await run(process.execPath, ['-e', program, file]);
      const [loading, parsing] = JSON.parse(stdout) as [number, number];
      // The first one brings the file into the page cache.
      if (start === 0) continue;
      load.push(loading);
      first.push(parsing);
    }
    return { load, first, bytes: deployed.outputFiles[0]?.contents.length ?? 0 };
  } finally {
    await folder.remove();
  }
}
