import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionPoint } from '../../../../executor/run/points';
import type { Rig } from './rig';

/** The rig's executor as a process of its own, which ends itself at `point`, or when it is killed. */
export async function startApart(
  rig: Rig,
  point: ExecutionPoint | null,
): Promise<{ readonly url: string; readonly ended: Promise<string | null>; kill(): void }> {
  const file = join(rig.config.stateDir, 'apart.json');
  await writeFile(file, JSON.stringify({ ...rig.config, listen: { host: '127.0.0.1', port: 0 } }));
  const script = join(process.cwd(), 'test/integration/executor/support/crashing-executor.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, file, point ?? ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const ended = new Promise<string | null>((done) => child.on('exit', (_code, signal) => done(signal)));
  const url = await new Promise<string>((done) => {
    child.stdout.setEncoding('utf8').once('data', (line: string) => done(line.trim()));
  });
  return { url, ended, kill: () => void child.kill('SIGKILL') };
}
