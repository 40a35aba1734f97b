import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ReceiptDelivery } from '#core/protocol/receipt';
import type { RefusalCode } from '#core/protocol/transport';
import type { Refusal } from '../order/refusal';

/** HTTP status of each code that is not 422 (a verified order that is refused). */
const statuses: Partial<Record<RefusalCode, ContentfulStatusCode>> = {
  'too-large': 413,
  malformed: 400,
  'unknown-key': 401,
  'bad-signature': 401,
  'wrong-audience': 401,
  'wrong-issuer': 401,
  'request-expired': 401,
  'request-replayed': 401,
  'request-mismatch': 401,
  'rate-limited': 429,
  'not-found': 404,
  unavailable: 503,
  'order-conflict': 409,
  'order-revoked': 409,
};

/** Answers a refusal, with the final receipt when the order has one. */
export function refuseWith(
  context: Context,
  refused: Refusal,
  delivery: ReceiptDelivery | null = null,
): Response {
  return context.json(
    { code: refused.code, message: refused.message, delivery },
    statuses[refused.code] ?? 422,
  );
}
