import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { ensureInstall, root } from './ensure-install.mjs';

ensureInstall();
const { buildStatic } = await import('./build-static.mjs');
await buildStatic();
const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const child = spawn(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', jest, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    cwd: root,
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
