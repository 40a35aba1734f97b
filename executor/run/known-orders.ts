import { computeOrderDigest, OrderClaims } from '#core/protocol/order';
import * as v from 'valibot';
import { scriptOf } from '../order/check-order';
import type { Script } from '../sql/read-script';
import type { ExecutionRow, InboxOrder } from '../state/store';

/** An order with its text as it was read. */
export interface ReadOrder {
  readonly order: InboxOrder;
  readonly script: Script;
}

/** Claims of a token that was verified before it was stored. */
export async function storedOrder(row: ExecutionRow): Promise<InboxOrder> {
  const payload = row.token?.split('.')[1];
  if (!payload) throw new Error('the inbox row has no order');
  const claims = v.parse(OrderClaims, JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  return { claims, orderDigest: await computeOrderDigest(claims), token: row.token ?? '' };
}

/** Orders that were read here when they came in, so that the process that runs them need not read them again. */
export interface KnownOrders {
  put(one: ReadOrder): void;
  /** Hands out an order once; null when it came in elsewhere, or too long ago. */
  take(installation: string, jti: string): ReadOrder | null;
}

/** Remembers at most `most` orders: others may run what came in here, and never tell. */
export function createKnownOrders(most: number): KnownOrders {
  const known = new Map<string, ReadOrder>();
  const name = (installation: string, jti: string): string => `${jti} ${installation}`;
  return {
    put(one) {
      const { iss, jti } = one.order.claims;
      known.set(name(iss, jti), one);
      const [oldest] = known.keys();
      if (known.size > most && oldest !== undefined) known.delete(oldest);
    },
    take(installation, jti) {
      const one = known.get(name(installation, jti)) ?? null;
      known.delete(name(installation, jti));
      return one;
    },
  };
}

/** Reads an order of the inbox again. */
export async function readAgain(row: ExecutionRow): Promise<ReadOrder> {
  const order = await storedOrder(row);
  return { order, script: await scriptOf(order.claims) };
}
