import * as v from 'valibot';
import { ReceiptClaims } from '#core/protocol/receipt';
import type { World } from './world';

/** What the receipts in force say, by order id. */
export async function finalReceipts(world: World): Promise<ReadonlyMap<string, ReceiptClaims>> {
  const rows = await world.server.sql<{ receipt: string }>(
    world.state,
    'select receipt from executor.executions where receipt is not null',
  );
  const claims = rows.map(({ receipt }) => {
    const payload = Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString();
    return v.parse(ReceiptClaims, JSON.parse(payload));
  });
  return new Map(claims.map((one) => [one.jti, one]));
}
