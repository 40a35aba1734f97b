/** Builds every Custom UI resource below `static/` (or those named as arguments) into its `build` directory. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../static/', import.meta.url));
const named = process.argv.slice(2);
const all = readdirSync(root).filter((name) => existsSync(`${root}${name}/index.html`));
for (const mode of named.length > 0 ? named : all) {
  await build({ configFile: `${root}vite.config.ts`, mode, logLevel: 'warn' });
}
