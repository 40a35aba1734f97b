import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** What `postmaster.pid` says of a running server (PostgreSQL: src/include/utils/pidfile.h). */
export interface Postmaster {
  readonly pid: number;
  readonly dataDirectory: string;
  readonly port: number;
  /** It takes connections, as a primary or as a standby. */
  readonly ready: boolean;
}

/** Reads `postmaster.pid`, or null when there is none or it is half written. */
export async function readPostmaster(cluster: string): Promise<Postmaster | null> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port) || port <= 0) return null;
  return {
    pid,
    dataDirectory: lines[1] ?? '',
    port,
    ready: ['ready', 'standby'].includes((lines[7] ?? '').trim()),
  };
}

/** True when a process with this id exists. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Polls `condition` every few milliseconds; a server offers no event that another process could wait for. */
export async function pollUntil(
  condition: () => Promise<boolean> | boolean,
  timeoutMs: number,
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    if (await condition()) return true;
    await delay(4);
  }
  return condition();
}

/** Stops a server: fast shutdown, then immediate. Resolves when its process is gone. */
export async function stopPostmaster(cluster: string, pid: number): Promise<void> {
  const gone = (): boolean => !processExists(pid);
  for (const [signal, patience] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      // already gone
    }
    if (await pollUntil(gone, patience)) break;
  }
  const left = await readPostmaster(cluster);
  if (left?.pid === pid) await rm(join(cluster, 'postmaster.pid'), { force: true });
}
