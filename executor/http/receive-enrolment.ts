import { sha256Hex } from '#core/hash';
import { type EnrolmentClaims, type EnrolmentRequest, enrolmentTyp } from '#core/protocol/enrolment';
import { type PrivateJwk } from '#core/protocol/jwk';
import { publicHalf, signCompact } from '#core/protocol/jws';
import { ok, refuse, type Result } from '#core/result';
import type { TrustedApp } from '../config';
import { type Refusal, refusal } from '../order/refusal';
import { useEnrolmentToken } from '../state/inbox';
import type { ServiceDeps } from './receive-order';

/**
 * Confirms an enrolment: everything was configured here before; the call proves that the other side holds the one-time
 * token, and changes nothing but that the token is used up.
 */
export async function receiveEnrolment(
  request: EnrolmentRequest,
  app: TrustedApp,
  deps: ServiceDeps,
  key: PrivateJwk,
): Promise<Result<string, Refusal>> {
  const tokenSha256 = await sha256Hex(request.token);
  const refused = refuse(refusal('request-mismatch', 'the enrolment is not the one configured here'));
  if (request.installation !== app.installation || request.receiptUrl !== app.receiptUrl) return refused;
  if (!app.keys.some(({ kid }) => kid === request.appKid)) return refused;
  // Hashes are compared, so the time it takes says nothing about the token.
  if (tokenSha256 !== app.enrolmentTokenSha256) return refused;
  if (!(await useEnrolmentToken(deps.store.pool, app.installation, tokenSha256))) {
    return refuse(refusal('request-replayed', 'this enrolment token was used before'));
  }
  const claims: EnrolmentClaims = {
    v: 1,
    iss: deps.config.executorId,
    aud: app.installation,
    iat: Math.floor(deps.now() / 1_000),
    tokenSha256,
    appKid: request.appKid,
    receiptUrl: app.receiptUrl,
    executorKey: publicHalf(key),
  };
  return ok(await signCompact(claims, enrolmentTyp, key));
}
