import type { OrderClaims } from '#core/protocol/order';
import { markSql, type Stage } from './stage';

/** Builds orders for new changes; what an app does before it sends is not measured. */
export async function buildOrders(
  { world }: Pick<Stage, 'world'>,
  prefix: string,
  count: number,
  sql: (id: string) => string = markSql,
): Promise<OrderClaims[]> {
  const orders: OrderClaims[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = `${prefix}-${index}`;
    orders.push(await world.order({ issueId: id, sql: sql(id) }));
  }
  return orders;
}

/** Sends an order and waits until its receipt was delivered. */
export async function runOrder({ world }: Pick<Stage, 'world'>, claims: OrderClaims): Promise<void> {
  const { status, reply } = await world.app.sendOrder(await world.address(), claims);
  if (status !== 202) throw new Error(`the executor answers ${status} ${JSON.stringify(reply)}`);
  await world.receiver.seen(claims.jti);
}

/** Fails unless every change of a run has left its mark, once. */
export async function checkMarks(
  { server, world }: Pick<Stage, 'server' | 'world'>,
  prefix: string,
  count: number,
): Promise<void> {
  const [row] = await server.sql<{ n: number; d: number }>(
    world.target,
    `select count(*)::int as n, count(distinct change)::int as d from marks where change like $1`,
    [`${prefix}-%`],
  );
  if (row?.n !== count || row.d !== count) throw new Error(`${prefix}: ${row?.n} marks of ${count}`);
}
