import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const panels = ['issue-panel', 'issue-context'];

/** The Custom UI resources built as they are deployed, in a directory of their own, so that suites can run at once. */
export interface BuiltPanels {
  readonly directory: string;
  readonly remove: () => Promise<void>;
}

/** Builds resources below `static/`. */
export async function buildPanels(resources: readonly string[] = panels): Promise<BuiltPanels> {
  const directory = await mkdtemp(join(tmpdir(), 'query-change-panel-'));
  const require = createRequire(import.meta.url);
  const vite = join(dirname(require.resolve('vite/package.json')), 'bin/vite.js');
  const config = fileURLToPath(new URL('../../../../static/vite.config.ts', import.meta.url));
  for (const mode of resources) {
    const options = [
      'build',
      '--config',
      config,
      '--mode',
      mode,
      '--outDir',
      join(directory, mode),
      '--emptyOutDir',
    ];
    // Jest sets NODE_ENV to `test`, for which React would be built in its development form.
    await promisify(execFile)(process.execPath, [vite, ...options], {
      env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' },
    });
  }
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}
