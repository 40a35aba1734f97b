/** Builds the pages when their sources are newer than the last build. `node host/pages/build-pages.mjs [--force]`. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const pagesDir = path.dirname(fileURLToPath(import.meta.url));
const outDir = path.join(pagesDir, 'build');
const stampFile = path.join(outDir, '.stamp');

function filesBelow(dir) {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => !file.startsWith(outDir + path.sep));
}

/** What the build depends on: our sources, the bridge's page side, and the locked versions of the packages. */
function sourceDigest() {
  const files = [
    ...filesBelow(pagesDir),
    ...filesBelow(path.join(pagesDir, '../forge/bridge')),
    path.join(pagesDir, '../../package-lock.json'),
  ].sort();
  const hash = createHash('sha256');
  for (const file of files)
    hash.update(path.relative(pagesDir, file)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}

/** Builds unless the last build is of the same sources. Resolves with the folder that holds the pages. */
export async function buildPages(force = false) {
  const digest = sourceDigest();
  const isFresh = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === digest;
  if (!isFresh || force) {
    const { build } = await import('vite');
    await build({ configFile: path.join(pagesDir, 'vite.config.ts'), logLevel: 'warn' });
    writeFileSync(stampFile, digest);
  }
  return outDir;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPages(process.argv.includes('--force'));
