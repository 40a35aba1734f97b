import { computeOrderDigest, OrderClaims } from '#core/protocol/order';
import type { ExecutionReply, RevocationRequest } from '#core/protocol/transport';
import * as v from 'valibot';
import type { TrustedApp } from '../config';
import { nothingApplied, stoppedWaiting } from '../run/receipt-claims';
import { findExecution, storeTombstone } from '../state/inbox';
import { requestStop } from '../state/stops';
import type { ExecutionRow } from '../state/store';
import { describe, type ServiceDeps } from './receive-order';

async function revokeQueued(row: ExecutionRow, stopped: boolean, deps: ServiceDeps): Promise<void> {
  const payload = row.token?.split('.')[1] ?? '';
  const claims = v.parse(OrderClaims, JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  const order = { claims, orderDigest: await computeOrderDigest(claims), token: row.token ?? '' };
  const outcome = stopped
    ? stoppedWaiting(row.attempt)
    : nothingApplied('revoked', 'revoked', 'revoked before it began', row.attempt);
  await deps.worker.finish(order, deps.targets.get(row.connection) ?? null, outcome, 'close-queued');
}

/**
 * Revokes an id. When this resolves, either a tombstone is durable (state `revoked`), the waiting order is final with a
 * `revoked` receipt, or it was too late and the state says so. With `stopRunning` the wish to end what runs is durable
 * too; `running` then means that its receipt will tell whether the wish or COMMIT came first.
 */
export async function receiveRevocation(
  request: RevocationRequest,
  app: TrustedApp,
  deps: ServiceDeps,
): Promise<ExecutionReply> {
  const { pool } = deps.store;
  if (await storeTombstone(pool, app.installation, request.jti, request.connection)) {
    return { jti: request.jti, state: 'revoked', delivery: null };
  }
  const stopped = request.stopRunning === true;
  // Before it is looked at: a worker that begins it in this moment finds the wish.
  if (stopped) await requestStop(pool, { installation: app.installation, jti: request.jti });
  const row = await findExecution(pool, app.installation, request.jti);
  if (row?.state === 'queued') await revokeQueued(row, stopped, deps);
  if (stopped) deps.worker.noticeStops();
  const now = await findExecution(pool, app.installation, request.jti);
  if (!now) throw new Error('an execution has disappeared from the inbox');
  return describe(now);
}
