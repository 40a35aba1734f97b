/** Builds every Custom UI resource below `static/` (or those named as arguments) into its `build` directory. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const names = process.argv.slice(2);
const configFile = fileURLToPath(new URL('../static/vite.config.ts', import.meta.url));
for (const mode of names.length > 0 ? names : ['issue-panel', 'issue-context']) {
  await build({ configFile, mode, logLevel: 'warn' });
}
