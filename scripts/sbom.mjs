import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleExecutor } from '../deploy/bundle.mjs';

// `node scripts/sbom.mjs [FILE]`: the bill of materials of the executor as it is shipped, CycloneDX by `npm sbom`. The
// bundle says which packages are really in it; the lock file says their versions and hashes.
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const out = path.resolve(process.argv[2] ?? 'executor.cdx.json');
const readJson = async (name) => JSON.parse(await readFile(path.join(root, name), 'utf8'));
const folder = await mkdtemp(path.join(tmpdir(), 'query-change-sbom-'));
try {
  const bundled = await bundleExecutor(path.join(folder, 'bundle'));
  const { version, license } = await readJson('package.json');
  const lock = await readJson('package-lock.json');
  const own = {
    name: 'query-change-executor',
    version,
    license,
    dependencies: Object.fromEntries(
      bundled.map((at) => [at.split('node_modules/').at(-1), lock.packages[at].version]),
    ),
  };
  // Only what is shipped: without the development packages and their quarrels about peers.
  const entries = bundled.map((at) => {
    const { dev: _dev, devOptional: _devOptional, dependencies = {}, ...entry } = lock.packages[at];
    const shipped = Object.entries(dependencies).filter(([name]) => own.dependencies[name] !== undefined);
    return [at, { ...entry, dependencies: Object.fromEntries(shipped) }];
  });
  const packages = Object.fromEntries([['', own], ...entries]);
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(own));
  await writeFile(
    path.join(folder, 'package-lock.json'),
    JSON.stringify({ name: own.name, version, lockfileVersion: lock.lockfileVersion, packages }),
  );
  const text = execFileSync(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'],
    { cwd: folder, encoding: 'utf8' },
  );
  await writeFile(out, text);
  console.log(`${out}: ${JSON.parse(text).components.length} packages`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
