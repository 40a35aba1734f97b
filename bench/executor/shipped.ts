import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import type { ExecutorProcess } from '../../test/faults/support/process';
import { inputFile } from '../../test/faults/support/world';

const Ready = v.object({ url: v.string() });
const alive = new Set<ChildProcess>();

/** Kills what is left, for an untimely end. */
export function killShipped(): void {
  for (const child of alive) child.kill('SIGKILL');
}

/** The most memory that the executor which was started last has ever held, bytes; null where `/proc` is missing. */
export async function peakMemory(): Promise<number | null> {
  const pid = [...alive].at(-1)?.pid;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(status);
  return found ? Number(found[1]) * 1_024 : null;
}

/** The executor as it is shipped: the bundle of its image, started by its command line. */
export function shippedProcess(bundle: string): ExecutorProcess {
  let child: ChildProcess | null = null;
  let exited: (how: string) => void = () => undefined;
  const ended = new Promise<string>((done) => (exited = done));
  return {
    async serve({ configFile }) {
      const started = spawn(
        process.execPath,
        [path.join(bundle, 'main.mjs'), 'serve', '--config', path.join(path.dirname(configFile), inputFile)],
        { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
      );
      child = started;
      alive.add(started);
      started.once('exit', (code, signal) => {
        alive.delete(started);
        exited(String(signal ?? code));
      });
      const ready = new Promise<string>((done) => {
        createInterface({ input: started.stdout }).on('line', (line) => {
          const said = v.safeParse(Ready, JSON.parse(line));
          if (said.success) done(said.output.url);
        });
      });
      return Promise.race([ready, ended.then(() => null)]);
    },
    ended,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async kill() {
      if (child === null) return;
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child?.kill('SIGTERM');
      return ended;
    },
  };
}
