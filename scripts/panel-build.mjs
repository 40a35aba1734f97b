/** Builds the Custom UI resources below `static/` into their `build` folders. `node scripts/panel-build.mjs [--force]`. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const staticDir = path.join(root, 'static');

function filesBelow(dir) {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => !file.split(path.sep).includes('build'));
}

/** What a build depends on: the resources, the shared core and the locked versions of the packages. */
function sourceDigest() {
  const files = [
    ...filesBelow(staticDir),
    ...filesBelow(path.join(root, 'src', 'core')),
    path.join(root, 'package-lock.json'),
  ];
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash.update(path.relative(root, file)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}

/** Builds every resource whose last build is of other sources; a fresh one is kept. */
export async function buildPanels(force = false) {
  const digest = sourceDigest();
  const resources = readdirSync(staticDir).filter((name) =>
    existsSync(path.join(staticDir, name, 'index.html')),
  );
  for (const mode of resources) {
    const stamp = path.join(staticDir, mode, 'build', '.stamp');
    if (!force && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) continue;
    const { build } = await import('vite');
    await build({ configFile: path.join(staticDir, 'vite.config.ts'), mode, logLevel: 'warn' });
    writeFileSync(stamp, digest);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPanels(process.argv.includes('--force'));
