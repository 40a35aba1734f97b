import { setTimeout as delay } from 'node:timers/promises';
import type { PoolClient } from 'pg';

/** A session that can serve one execution after another. */
export interface Kept {
  readonly client: PoolClient;
  /** Secret with which its login was opened. */
  readonly opening: string;
  /** Ends the session. */
  discard(): void;
}

/** Sessions that wait for an execution. */
export interface Idle {
  /**
   * A session that nobody uses: one that waits, or a new one.
   * @throws Error when none can be had for a while, or the database is away
   */
  take(): Promise<Kept>;
  /** Hands a session back; `clean`: it may serve another execution. */
  giveBack(kept: Kept, clean: boolean): void;
  /** Makes sessions where too few wait. Does not wait, never throws. */
  refill(): void;
  close(): Promise<void>;
}

/** How long a session is kept: settings that were made for logins, roles or the database count from its beginning. */
const keepMs = 600_000;
/** Patience for a session of others to end, or of ours to come back. */
const patienceMs = 5_000;
const askAgainMs = 25;

/** Keeps at most `most` sessions, of which `ready` wait for work where nobody has taken them. */
export function createIdle(deps: {
  readonly most: number;
  readonly ready: number;
  /** Makes at most that many; fewer, also none, where no more can be had just now. */
  readonly make: (count: number) => Promise<readonly Kept[]>;
  /** Whether the database may be used just now without an execution that asks for it. */
  readonly wanted: () => boolean;
  readonly fault: (error: unknown) => void;
}): Idle {
  const since = new WeakMap<Kept, number>();
  let waiting: Kept[] = [];
  let askers: ((kept: Kept) => void)[] = [];
  /** Sessions that there are, those included that are being made. */
  let count = 0;
  let making: Promise<void> | null = null;
  let closed = false;

  const drop = (kept: Kept): void => {
    if (!since.delete(kept)) return;
    waiting = waiting.filter((one) => one !== kept);
    count -= 1;
    kept.discard();
  };
  const offer = (kept: Kept): void => {
    const old = performance.now() - (since.get(kept) ?? 0) > keepMs;
    if (closed || old || !since.has(kept)) return drop(kept);
    const asker = askers.shift();
    if (asker) asker(kept);
    else waiting.push(kept);
  };
  const make = async (wanted: number): Promise<void> => {
    const room = Math.min(wanted, deps.most - count);
    if (room <= 0) return;
    count += room;
    let made: readonly Kept[] = [];
    try {
      made = await deps.make(room);
    } finally {
      count -= room - made.length;
    }
    for (const kept of made) {
      since.set(kept, performance.now());
      // The server went away, or somebody ended it: whoever uses it finds out, and nobody takes it again.
      kept.client.once('end', () => {
        if (waiting.includes(kept)) drop(kept);
      });
      offer(kept);
    }
  };
  const refill = (): void => {
    if (closed || making !== null || waiting.length >= deps.ready || !deps.wanted()) return;
    making = make(deps.ready - waiting.length)
      .catch(deps.fault)
      .finally(() => (making = null));
  };
  return {
    async take() {
      const ready = waiting.shift();
      if (ready) {
        if (waiting.length === 0) refill();
        return ready;
      }
      const found: Kept[] = [];
      const asker = (kept: Kept): void => void found.push(kept);
      askers.push(asker);
      const until = performance.now() + patienceMs;
      try {
        for (;;) {
          await (making ?? make(1));
          if (found[0]) return found[0];
          if (closed || performance.now() > until) throw new Error('no login of the pool is free');
          await delay(askAgainMs);
          if (found[0]) return found[0];
        }
      } catch (error) {
        if (found[0]) return found[0];
        throw error;
      } finally {
        askers = askers.filter((one) => one !== asker);
      }
    },
    giveBack(kept, clean) {
      if (clean) offer(kept);
      else drop(kept);
      refill();
    },
    refill,
    async close() {
      closed = true;
      await making;
      waiting.forEach(drop);
    },
  };
}
