import type { DigestInput } from '#core/change/digest';
import type { OrderClaims } from '#core/protocol/order';
import type { StoredOrder } from './ports';

/** The claims of a stored order, as signed. */
export function orderClaims(stored: StoredOrder, content: DigestInput): OrderClaims {
  const { kid: _notAClaim, ...claims } = stored;
  return { ...claims, content };
}
