import { setTimeout as delay } from 'node:timers/promises';

/** Takes logins whose work is over. */
export interface Dropper {
  push(name: string): void;
  /** Resolves when the login is gone or was given up; hurries, because somebody waits. */
  dropped(name: string): Promise<void>;
  /** Drops what is left, without waiting for more. */
  drain(): Promise<void>;
}

/** Dropping is nobody's hurry: what ends within this time is dropped together. */
const gatherMs = 250;

/** Starts a dropper: it hands the logins on, many at a time, so that dropping costs little. `drop` must not reject. */
export function startDropper(drop: (names: readonly string[]) => Promise<void>): Dropper {
  let waiting: string[] = [];
  let working: Promise<void> | null = null;
  let hurry = new AbortController();
  let draining = false;
  const busy = new Set<string>();
  const current = (): Promise<void> | null => working;
  const work = async (): Promise<void> => {
    hurry = new AbortController();
    if (!draining) await delay(gatherMs, undefined, { signal: hurry.signal }).catch(() => undefined);
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await drop(batch);
      for (const name of batch) busy.delete(name);
    }
    working = null;
  };
  return {
    push(name) {
      busy.add(name);
      waiting.push(name);
      working ??= work();
    },
    async dropped(name) {
      if (busy.has(name)) hurry.abort();
      while (busy.has(name)) await current();
    },
    async drain() {
      draining = true;
      hurry.abort();
      while (busy.size > 0) await current();
    },
  };
}
