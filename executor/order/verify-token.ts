import { canonicalSha256 } from '#core/hash';
import { clockToleranceSeconds, maxOrderLifetimeSeconds } from '#core/limits';
import { verifyCompact } from '#core/protocol/jws';
import { computeJti } from '#core/protocol/attempt';
import { computeOrderDigest, OrderClaims, orderTyp } from '#core/protocol/order';
import { ok, refuse, type Result } from '#core/result';
import type { TrustedApp } from '../config';
import type { InboxOrder } from '../state/store';
import { type Refusal, refusal } from './refusal';

/**
 * Verifies that `token` is an order of this app, for this executor, fresh, and under the id that its attempt must have.
 * What fails here is answered without a receipt: it is not, or not yet, an order that we could sign an outcome for.
 */
export async function verifyOrderToken(
  token: string,
  app: TrustedApp,
  executorId: string,
  nowMs: number,
): Promise<Result<InboxOrder, Refusal>> {
  const verified = await verifyCompact(token, orderTyp, app.keys, OrderClaims);
  if (!verified.ok) return refuse(refusal(verified.error, 'the order is not a valid signed order'));
  const claims = verified.value;
  if (claims.iss !== app.installation) {
    return refuse(refusal('wrong-issuer', 'the order was issued by another installation'));
  }
  if (claims.aud !== executorId) {
    return refuse(refusal('wrong-audience', `the order is for another executor, this is ${executorId}`));
  }
  const now = nowMs / 1_000;
  if (claims.exp - claims.iat > maxOrderLifetimeSeconds) {
    return refuse(refusal('order-too-long', `an order may live ${maxOrderLifetimeSeconds} seconds`));
  }
  if (now > claims.exp + clockToleranceSeconds)
    return refuse(refusal('order-expired', 'the order has expired'));
  if (now < claims.iat - clockToleranceSeconds) {
    return refuse(refusal('order-expired', 'the order was issued in the future: compare the clocks'));
  }
  const { iss, issue, content, kind } = claims;
  const expected = await computeJti({
    installation: iss,
    issueId: issue.id,
    revision: content.revision,
    kind,
    try: claims.try,
  });
  if (claims.jti !== expected) {
    return refuse(refusal('wrong-id', 'the id of the order is not the one of its attempt'));
  }
  return ok({ claims, orderDigest: await computeOrderDigest(claims), token });
}

/** The digest that an order's content really has; null when the content has no canonical form. */
export async function contentDigest(claims: OrderClaims): Promise<string | null> {
  try {
    return await canonicalSha256(claims.content);
  } catch {
    return null;
  }
}
