import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ensureInstall, root } from './ensure-install.mjs';

ensureInstall();
const { buildStatic } = await import('./build-static.mjs');
await buildStatic();

/** Every gate is a `check:…` script of package.json; this runs them all, in CI and here alike, and adds up. */
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const gates = Object.entries(scripts).filter(([name]) => name.startsWith('check:'));
const env = {
  ...process.env,
  PATH: `${path.join(root, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH}`,
};

let failed = 0;
for (const [name, command] of gates) {
  const started = Date.now();
  const { status } = spawnSync(command, { cwd: root, stdio: 'inherit', shell: true, env });
  const ok = status === 0;
  if (!ok) failed += 1;
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}
console.log(`\ncheck: ${gates.length - failed} ok, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
