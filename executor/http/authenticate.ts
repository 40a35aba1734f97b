import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { clockToleranceSeconds, maxRequestLifetimeSeconds } from '#core/limits';
import { peekHeader, verifyCompact } from '#core/protocol/jws';
import { RequestClaims, requestTyp } from '#core/protocol/request';
import { ok, refuse, type Result } from '#core/result';
import type { TrustedApp } from '../config';
import { type Refusal, refusal } from '../order/refusal';
import { useRequestId } from '../state/inbox';

/** A request as it arrived. */
export interface RawRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly body: string;
  readonly token: string | undefined;
}

/**
 * Finds out which app sent a request, and that it sent exactly this one, just now, once.
 * Nothing is stored or looked up before the signature is good.
 */
export async function authenticate(
  request: RawRequest,
  apps: readonly TrustedApp[],
  executorId: string,
  nowMs: number,
  pool: Pool,
): Promise<Result<TrustedApp, Refusal>> {
  if (request.token === undefined)
    return refuse(refusal('malformed', 'the request carries no qc-request header'));
  const header = peekHeader(request.token, requestTyp);
  if (!header.ok) return refuse(refusal(header.error, 'the qc-request header is not a request token'));
  const app = apps.find(({ keys }) => keys.some(({ kid }) => kid === header.value.kid));
  if (!app) return refuse(refusal('unknown-key', 'the key of the request is not trusted here'));
  const verified = await verifyCompact(request.token, requestTyp, app.keys, RequestClaims);
  if (!verified.ok) return refuse(refusal(verified.error, 'the signature of the request is wrong'));
  const claims = verified.value;
  if (claims.iss !== app.installation)
    return refuse(refusal('wrong-issuer', 'the request names another installation'));
  if (claims.aud !== executorId) return refuse(refusal('wrong-audience', `this executor is ${executorId}`));
  const now = nowMs / 1_000;
  const tooLong = claims.exp - claims.iat > maxRequestLifetimeSeconds;
  const early = now < claims.iat - clockToleranceSeconds;
  const late = now > claims.exp + clockToleranceSeconds;
  if (tooLong || early || late) return refuse(refusal('request-expired', 'the request is not of just now'));
  const bodySha256 = createHash('sha256').update(request.body, 'utf8').digest('hex');
  if (claims.method !== request.method || claims.path !== request.path || claims.bodySha256 !== bodySha256) {
    return refuse(refusal('request-mismatch', 'the request is not the one that was signed'));
  }
  const fresh = await useRequestId(pool, app.installation, claims.jti, claims.exp + clockToleranceSeconds);
  return fresh ? ok(app) : refuse(refusal('request-replayed', 'this request was sent before'));
}
