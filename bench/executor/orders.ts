import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { orderContentType, paths } from '#core/protocol/transport';
import { signCompact } from '#core/protocol/jws';
import type { OrderClaims } from '#core/protocol/order';
import { requestHeader, requestTyp } from '#core/protocol/request';
import { sha256Hex } from '../../executor/sha256';
import { executorId, installation } from '../../test/integration/executor/support/app';
import { markSql, type Stage } from './stage';

/** An order as an app sends it. */
export interface SignedOrder {
  readonly claims: OrderClaims;
  readonly token: string;
  /** Headers of the request, which must arrive within a minute. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Keeps its connections, as an app's platform does. */
const agent = new Agent({ keepAlive: true });

/** Signs an order and the request that carries it. */
export async function signOrder(
  { world: { app } }: Pick<Stage, 'world'>,
  claims: OrderClaims,
): Promise<SignedOrder> {
  const token = await app.order(claims);
  const iat = Math.floor(Date.now() / 1_000);
  const head = { iss: installation, aud: executorId, jti: randomUUID(), iat, exp: iat + 60 };
  const what = { method: 'POST', path: paths.orders, bodySha256: sha256Hex(token) };
  const signature = await signCompact({ ...head, ...what }, requestTyp, app.key);
  return {
    claims,
    token,
    headers: { [requestHeader]: signature, 'content-type': orderContentType },
  };
}

/** Builds and signs orders for new changes; what an app does before it sends is not measured. */
export async function buildOrders(
  { world }: Pick<Stage, 'world'>,
  prefix: string,
  count: number,
  sql: (id: string) => string = markSql,
): Promise<SignedOrder[]> {
  const orders: SignedOrder[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = `${prefix}-${index}`;
    orders.push(await signOrder({ world }, await world.order({ issueId: id, sql: sql(id) })));
  }
  return orders;
}

/** Sends an order and waits until its receipt was delivered. */
export async function runOrder({ world }: Pick<Stage, 'world'>, order: SignedOrder): Promise<void> {
  const url = new URL(paths.orders, await world.address());
  const headers = { ...order.headers, 'content-length': String(order.token.length) };
  const answer = await new Promise<{ status: number; text: string }>((done, fail) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => done({ status: response.statusCode ?? 0, text })).on('error', fail);
    });
    sent.on('error', fail).end(order.token);
  });
  if (answer.status !== 202) throw new Error(`the executor answers ${answer.status} ${answer.text}`);
  await world.receiver.seen(order.claims.jti);
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
