import type { OrderClaims } from '#core/protocol/order';
import { closedWords, closesBetween, type Schedule } from '#core/schedule/windows';
import type { AttemptEnd } from './attempt-end';

/** Until when a change may commit, and what it means when it is late. */
export interface CommitBy {
  /** Seconds since 1970: the order's `endBy`, or the end of the window when that is earlier. */
  readonly endBy: number;
  /** How an attempt ends that is late; with the window, somebody may run the change again in the next. */
  readonly late: Extract<AttemptEnd, { kind: 'expired' | 'refused' }>;
}

const outside = (message: string): Extract<AttemptEnd, { kind: 'refused' }> => ({
  kind: 'refused',
  code: 'outside-window',
  message,
});

/**
 * Judges the windows of a connection at `beganMs`, by the database's clock. A rollback is not held to them: what was done
 * in a window must not wait for the next one to be undone.
 * @returns until when the change may commit, or how its attempt ends because it may not begin
 */
export function commitBy(
  claims: OrderClaims,
  connection: Schedule & { readonly key: string },
  beganMs: number,
): CommitBy | Extract<AttemptEnd, { kind: 'refused' }> {
  const order: CommitBy = { endBy: claims.endBy, late: { kind: 'expired', message: 'past endBy' } };
  if (claims.kind !== 'apply') return order;
  const closed = closedWords(connection, beganMs);
  if (closed !== null) return outside(`${connection.key} takes no change now, ${closed}`);
  const closes = closesBetween(connection, beganMs, claims.endBy * 1_000);
  if (closes === null) return order;
  return {
    endBy: Math.floor(closes / 1_000),
    late: outside(
      `the window of ${connection.key} closed before the change could commit; nothing was applied`,
    ),
  };
}
