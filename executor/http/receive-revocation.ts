import { setTimeout as delay } from 'node:timers/promises';
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

/** Patience with the target of a revocation: the state database has it already. */
const rememberWithinMs = 3_000;

/**
 * Writes a revocation beside the ledger of its connection too, where a restore of the state database does not reach it.
 * A target that is away does not hold up the answer; then the tombstone is in the state database only.
 */
async function rememberRevoked({ jti, connection }: RevocationRequest, deps: ServiceDeps): Promise<void> {
  const target = deps.targets.get(connection);
  if (!target?.config.writable) return;
  const patience = new AbortController();
  const written = target.control
    .query('select querychange.fence_execution($1, null)', [jti])
    .then(() => true)
    .catch(() => false);
  const late = delay(rememberWithinMs, false, { signal: patience.signal }).catch(() => false);
  if (!(await Promise.race([written, late]))) deps.log.warn('revocation-not-in-target', { jti, connection });
  patience.abort();
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
    await rememberRevoked(request, deps);
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
  if (now.status === 'revoked') await rememberRevoked(request, deps);
  return describe(now, deps.store);
}
