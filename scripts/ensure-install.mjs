/**
 * Dependency-free: runs a locked `npm ci` when node_modules does not match the lock file. Every command that people type
 * starts here, so that a fresh clone needs nothing but Node and npm.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const oldestNode = [20, 19];

/** Installs what the lock file names unless the last install was of the same lock file. Ends the process when it fails. */
export function ensureInstall() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    console.error(`Node ${oldestNode.join('.')} or newer is needed; this is ${process.versions.node}.`);
    process.exit(1);
  }
  const stampFile = path.join(root, 'node_modules', '.installed');
  const digest = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === digest) return;
  console.error('Installing packages (once; a minute or two) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const install = spawnSync(npm, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (install.status !== 0) {
    console.error('npm ci failed.');
    process.exit(install.status ?? 1);
  }
  writeFileSync(stampFile, digest);
}

/**
 * Runs one of our TypeScript programs with the same arguments; its exit code becomes ours. Signals reach the program
 * by the terminal's process group; here they only must not end us before it has cleaned up.
 */
export async function runProgram(file, args = process.argv.slice(2)) {
  const { spawn } = await import('node:child_process');
  const loader = path.join(root, 'node_modules', 'tsx', 'dist', 'loader.mjs');
  const child = spawn(process.execPath, ['--import', `file://${loader}`, path.join(root, file), ...args], {
    stdio: 'inherit',
    cwd: root,
  });
  // A signal sent to us alone is passed on; one from the terminal reaches the child anyway, and it expects two.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const code = await new Promise((resolve) => {
    child.on('exit', (exitCode, signal) => resolve(exitCode ?? (signal ? 1 : 0)));
  });
  process.exit(code);
}
