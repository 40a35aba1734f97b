/** Builds the pages when their sources are newer than the last build. `node host/pages/build-pages.mjs [--force]`. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const pagesDir = path.dirname(fileURLToPath(import.meta.url));
const outDir = path.join(pagesDir, 'build');
const workDir = path.join(pagesDir, '.local');
const stampFile = path.join(outDir, '.stamp');

function filesBelow(dir) {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => !file.startsWith(outDir + path.sep) && !file.startsWith(workDir + path.sep));
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
    const fresh = path.join(workDir, `build-${process.pid}`);
    const old = path.join(workDir, `old-${process.pid}`);
    await build({
      configFile: path.join(pagesDir, 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: fresh },
    });
    writeFileSync(path.join(fresh, '.stamp'), digest);
    // A host or another build may be reading the folder: it is exchanged in one go.
    if (existsSync(outDir)) renameSync(outDir, old);
    renameSync(fresh, outDir);
    rmSync(old, { recursive: true, force: true });
  }
  return outDir;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPages(process.argv.includes('--force'));
