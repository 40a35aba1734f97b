import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { Start } from '../executor-process';

/** An executor process; it may be only loaded, or serving. */
export interface ExecutorProcess {
  /** Starts serving; resolves with its URL, or null when it ended before it was ready. */
  serve(start: Start): Promise<string | null>;
  /** Resolves when the process is gone: `SIGKILL`, or its exit code. */
  readonly ended: Promise<string>;
  /** Freezes it, so that one can look at what it was doing at the moment of the kill that follows. */
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
  /** Asks it to stop in order. Resolves with its exit code. */
  stop(): Promise<string>;
}

const alive = new Set<ChildProcess>();

/** Kills whatever is left; for the end of the suite, also an untimely one. */
export function killAll(): void {
  for (const child of alive) child.kill('SIGKILL');
}

/** Executor processes, one after the other. */
export interface ExecutorProcesses {
  next(): ExecutorProcess;
  close(): Promise<void>;
}

/** Makes executor processes; each is loaded ahead of its time, so that a restart is as fast as the executor itself. */
export function executorProcesses(file: string): ExecutorProcesses {
  let spare: ExecutorProcess | null = null;
  return {
    next() {
      const taken = spare ?? load(file);
      spare = load(file);
      return taken;
    },
    async close() {
      await spare?.kill();
      spare = null;
    },
  };
}

function load(file: string): ExecutorProcess {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'pipe'], env });
  alive.add(child);
  child.stdin.on('error', () => undefined);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const ended = once(child, 'exit').then(([code, signal]) => {
    alive.delete(child);
    return signal === null ? `${String(code)} ${complaint}`.trim() : String(signal);
  });
  const url = new Promise<string>((done) => {
    child.stdout.setEncoding('utf8').once('data', (line: string) => done(line.trim()));
  });
  return {
    async serve(start) {
      child.stdin.write(`${JSON.stringify(start)}\n`);
      return Promise.race([url, ended.then(() => null)]);
    },
    ended,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
