import type { Pool } from 'pg';
import type { OrderClaims } from '#core/protocol/order';
import type { LedgerRow } from '../postgres/ledger';
import type { Target } from '../postgres/target';
import { findSucceeded } from '../state/inbox';
import type { InboxOrder } from '../state/store';
import { type Refusal, refusal } from './refusal';
import { sha256Hex } from '../sha256';

/** Whether the rows that were kept of the change are those that the order names, and still there by their date. */
function refusedImage(claims: OrderClaims, { result }: LedgerRow, nowMs: number): Refusal | null {
  const image = result?.beforeImage;
  if (!image || image.sha256 !== claims.beforeImageSha256) {
    return refusal('nothing-to-roll-back', 'the order does not name the rows that were kept of the change');
  }
  if (nowMs > Date.parse(image.keptUntil)) {
    return refusal(
      'before-image-expired',
      'the rows that were kept of the change are past their time: make a new change',
    );
  }
  return null;
}

/** The refusal of a step that was done before. */
export const alreadyDone = (claims: OrderClaims): Refusal =>
  refusal(
    'already-applied',
    `this revision was ${claims.kind === 'apply' ? 'applied' : 'rolled back'} before`,
  );

/**
 * Whether there is something to roll back, if that is what the order is for. The target's ledger is asked again inside
 * the transaction; here it gives an early and exact answer.
 */
export async function refusedRollback(
  order: InboxOrder,
  target: Target,
  pool: Pool,
  nowMs: number,
): Promise<Refusal | null> {
  const { claims } = order;
  if (!target.config.writable || claims.kind !== 'rollback') return null;
  if (await findSucceeded(pool, order, 'rollback')) return alreadyDone(claims);
  const key = { installation: claims.iss, issueId: claims.issue.id, revision: claims.content.revision };
  const [applied, rolledBack] = [
    await target.ledgerRow({ ...key, kind: 'apply' }),
    await target.ledgerRow({ ...key, kind: 'rollback' }),
  ];
  if (rolledBack?.status === 'succeeded') return alreadyDone(claims);
  if (
    !applied ||
    applied.status !== 'succeeded' ||
    applied.digest !== claims.digest ||
    !applied.finished_at
  ) {
    return refusal('nothing-to-roll-back', 'the ledger does not show this revision as applied');
  }
  const receipt = (await findSucceeded(pool, order, 'apply'))?.receipt;
  const sha256 = receipt ? sha256Hex(receipt) : null;
  if (sha256 === null || sha256 !== claims.applyReceiptSha256) {
    return refusal('nothing-to-roll-back', 'the order does not name the receipt of the change it rolls back');
  }
  const kept = claims.content.rollbackPlan ? refusedImage(claims, applied, nowMs) : null;
  if (kept) return kept;
  if (nowMs > Date.parse(applied.finished_at) + target.config.rollbackWindowSeconds * 1_000) {
    return refusal('rollback-too-late', 'the time for the pre-approved rollback is over: make a new change');
  }
  return null;
}
