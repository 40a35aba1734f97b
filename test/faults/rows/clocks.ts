import type { OrderClaims } from '#core/protocol/order';
import { orderContentType, paths } from '#core/protocol/transport';
import { nowSeconds, readReply } from '../../integration/executor/support/app';
import { judge, settle } from '../support/invariants';
import { type Change, changeSql } from '../support/load';
import type { Outcome, Row } from '../support/row';
import { createWorld, type Shared, type World } from '../support/world';

const hour = 3_600;

/** An order and the request that carries it, each by a clock that is `seconds` off. */
async function send(
  world: World,
  id: string,
  off: { order: number; request: number },
): Promise<[OrderClaims, string]> {
  const now = nowSeconds();
  const made = now + off.order;
  const claims = await world.order({
    issueId: id,
    sql: changeSql(id, 0, false),
    startBy: made + 300,
    endBy: made + 600,
    claims: { iat: made, exp: made + 300 },
  });
  const at = now + off.request;
  const response = await world.app.send(
    await world.address(),
    'POST',
    paths.orders,
    await world.app.order(claims),
    {
      contentType: orderContentType,
      request: { iat: at, exp: at + 60 },
    },
  );
  const { reply } = await readReply(response);
  return [claims, 'code' in reply ? reply.code : reply.state];
}

async function run(shared: Shared): Promise<Outcome> {
  const world = await createWorld(shared);
  try {
    const violations: string[] = [];
    const changes: Change[] = [];
    const must = (what: string, got: string, wanted: string): void => {
      if (got !== wanted) violations.push(`${what}: ${got}, not ${wanted}`);
    };
    for (const off of [-hour, hour]) {
      world.gone();
      await world.process().kill();
      await world.start({ clockMs: off * 1_000 });
      const [, request] = await send(world, `request-${off}`, { order: 0, request: 0 });
      must(`a request to a clock ${off} s off`, request, 'request-expired');
      const [, order] = await send(world, `order-${off}`, { order: 0, request: off });
      must(`an order to a clock ${off} s off`, order, 'order-expired');
      // App and executor agree on a wrong time: the database knows better, where that makes a difference.
      const id = `agreed-${off}`;
      const [claims, agreed] = await send(world, id, { order: off, request: off });
      must(`an order by a clock that both have ${off} s off`, agreed, 'accepted');
      await world.receiver.seen(claims.jti);
      changes.push({ id, claims, expect: off < 0 ? 'expired' : 'succeeded' });
    }
    violations.push(...(await settle(world)), ...(await judge(world, changes)));
    return {
      runs: '6 orders',
      hit: 'executor one hour behind and ahead; app right, and as wrong as the executor',
      violations,
    };
  } finally {
    await world.close();
  }
}

export const clocks: Row = {
  onOldest: true,
  name: 'clocks',
  title: 'clocks one hour off, both ways',
  run,
};
