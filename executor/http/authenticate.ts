import { clockToleranceSeconds, maxRequestLifetimeSeconds } from '#core/limits';
import { peekHeader, verifyCompact } from '#core/protocol/jws';
import { RequestClaims, requestTyp } from '#core/protocol/request';
import { ok, refuse, type Result } from '#core/result';
import type { TrustedApp } from '../config';
import { type Refusal, refusal } from '../order/refusal';
import type { RequestId } from '../state/inbox';
import { sha256Hex } from '../sha256';

/** A request as its head says it, before its body is read. */
export interface RequestHead {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly token: string | undefined;
}

/** Who sent a request, and what that one signed. */
export interface Sender {
  readonly app: TrustedApp;
  readonly claims: RequestClaims;
  readonly request: RequestId;
}

export const mismatch = refusal('request-mismatch', 'the request is not the one that was signed');
/** The request was answered before. */
export const replayed = refusal('request-replayed', 'this request was sent before');

/**
 * Finds out from its head which app sent a request just now. Nothing is stored, looked up or read from the body for
 * somebody who cannot sign; a key that is not trusted does not even cost a look at a signature.
 */
export async function identify(
  request: RequestHead,
  apps: readonly TrustedApp[],
  executorId: string,
  nowMs: number,
): Promise<Result<Sender, Refusal>> {
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
  if (claims.method !== request.method || claims.path !== request.path) return refuse(mismatch);
  const id = { jti: claims.jti, forgetAfter: claims.exp + clockToleranceSeconds };
  return ok({ app, claims, request: id });
}

/** Compares the body with what its sender signed. */
export const isSignedBody = ({ claims }: Sender, body: string): boolean =>
  claims.bodySha256 === sha256Hex(body);
