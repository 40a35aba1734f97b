import type { OrderClaims } from '#core/protocol/order';
import type { ReceiptClaims } from '#core/protocol/receipt';
import type { ConnectionConfig } from '../config';
import type { AttemptEnd } from './attempt-end';
import type { ProgressOf } from './progress';
import { type Ending, waitUntil } from './waiting';
import { commitBy } from './window-guard';

/** Waits out locks that a structural change does not get, with nothing held meanwhile. */
export interface LockPatience {
  /** Notes a try that gave way. */
  gaveWay(end: AttemptEnd): void;
  /** Tries that gave way, for the receipt; undefined when there was none. */
  tries(): ReceiptClaims['lockTries'];
  /**
   * Waits for the next try. `again` also when the waiting was interrupted: whoever tries again looks first. `given-up`:
   * there is no other try, or it would begin too late to commit. `stopped`: this process is to end.
   */
  wait(): Promise<'again' | 'given-up' | 'stopped'>;
}

const longestPauseMs = 60_000;

/** Patience for one order. */
export function createLockPatience(
  claims: OrderClaims,
  connection: ConnectionConfig,
  deps: Ending & { readonly random: () => number; readonly progress: ProgressOf },
): LockPatience {
  const { tries: most, backOffMs } = connection.lockRetry;
  const { now, random, stop, progress } = deps;
  const seen: NonNullable<ReceiptClaims['lockTries']>[number][] = [];
  return {
    gaveWay(end) {
      const statements = end.kind === 'failed' ? end.statements : [];
      const waited = statements.find(({ error }) => error !== null);
      const at = new Date(now()).toISOString();
      seen.push({ at, statement: waited?.index ?? null, sessions: progress.blockers() });
    },
    tries: () => (seen.length === 0 ? undefined : seen),
    async wait() {
      if (seen.length >= most) return 'given-up';
      const pause = Math.min(longestPauseMs, backOffMs * 2 ** (seen.length - 1)) * (0.5 + random());
      const nextAt = now() + pause;
      const by = commitBy(claims, connection, now());
      if ('kind' in by || nextAt >= by.endBy * 1_000) return 'given-up';
      progress.backsOff({ try: seen.length + 1, tries: most, nextAt });
      await waitUntil(nextAt, deps);
      return stop.aborted ? 'stopped' : 'again';
    },
  };
}
