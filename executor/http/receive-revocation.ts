import { computeOrderDigest, OrderClaims } from '#core/protocol/order';
import type { ExecutionReply, RevocationRequest } from '#core/protocol/transport';
import * as v from 'valibot';
import type { TrustedApp } from '../config';
import { nothingApplied } from '../run/receipt-claims';
import { findExecution, storeTombstone } from '../state/inbox';
import type { ExecutionRow } from '../state/store';
import { describe, type ServiceDeps } from './receive-order';

async function revokeQueued(row: ExecutionRow, deps: ServiceDeps): Promise<void> {
  const payload = row.token?.split('.')[1] ?? '';
  const claims = v.parse(OrderClaims, JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  const order = { claims, orderDigest: await computeOrderDigest(claims), token: row.token ?? '' };
  const outcome = nothingApplied('revoked', 'revoked', 'revoked before it began', row.attempt);
  await deps.worker.finish(order, deps.targets.get(row.connection) ?? null, outcome, 'close-queued');
}

/**
 * Revokes an id. When this resolves, either a tombstone is durable (state `revoked`), the waiting order is final with a
 * `revoked` receipt, or it was too late and the state says so.
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
  const row = await findExecution(pool, app.installation, request.jti);
  if (row?.state === 'queued') await revokeQueued(row, deps);
  const now = await findExecution(pool, app.installation, request.jti);
  if (!now) throw new Error('an execution has disappeared from the inbox');
  return describe(now);
}
