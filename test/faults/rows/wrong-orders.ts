import { createHash } from 'node:crypto';
import type { ReceiptClaims } from '#core/protocol/receipt';
import { orderContentType, paths, refusalCodes } from '#core/protocol/transport';
import type { ConfigInput } from '../../../executor/config';
import { type OrderWish, readReply } from '../../integration/executor/support/app';
import { judge, settle } from '../support/invariants';
import { type Change, changeSql, deliver } from '../support/load';
import type { Outcome, Row } from '../support/row';
import { createWorld, type Shared, type World } from '../support/world';
import { notOfOrders, type WrongOrder, wrongOrders } from './wrong-order-cases';

/** Beside `main`: protected, protected without a list, read-only, and one that nobody initialised. */
function moreConnections(input: ConfigInput): ConfigInput {
  const [main] = input.connections;
  if (!main) throw new Error('there is no connection');
  const approvers = ['approver-1', 'approver-2'];
  return {
    ...input,
    connections: [
      main,
      { ...main, key: 'guarded', environment: 'prod', minimumApprovals: 2, approvers },
      { ...main, key: 'listless', environment: 'prod' },
      { ...main, key: 'read', ledgerMode: 'state', writable: false },
      { ...main, key: 'shut' },
      {
        ...main,
        key: 'frozen',
        freezes: [{ from: '2020-01-01T00:00:00Z', to: '2999-01-01T00:00:00Z', reason: 'a test' }],
      },
      { ...main, key: 'never', dryRun: 'refused' },
    ],
  };
}

/** Does what must have happened before; returns what it applied and what the wrong order has to add. */
async function prepare(
  world: World,
  id: string,
  before: WrongOrder['before'],
): Promise<[Change[], OrderWish]> {
  const rollback = 'select 1';
  const claims = await world.order({ issueId: id, sql: changeSql(id, 0, false), rollback });
  if (before === 'revoked') {
    await world.app.revoke(await world.address(), claims.jti, 'main');
    return [[], {}];
  }
  if (before === 'newer ledger') {
    const head = { seq: 5, hash: 'b'.repeat(64) };
    const other = await world.order({ issueId: id, revision: 2, sql: 'select 1 from nowhere', head });
    await deliver(world, other);
    return [[], {}];
  }
  await deliver(world, claims);
  await world.receiver.seen(claims.jti);
  if (before === 'same id, other order')
    return [[{ id, claims, expect: 'succeeded' }], { endBy: claims.endBy + 1 }];
  if (before === 'applied and rollback window over') {
    await world.server.sql(
      world.target,
      `update querychange.ledger set finished_at = now() - interval '25 hours' where issue_id = $1`,
      [id],
    );
  }
  const [receipt = ''] = world.receiver.receipts().get(claims.jti) ?? [];
  const applyReceiptSha256 = createHash('sha256').update(receipt).digest('hex');
  return [[{ id, claims, expect: 'succeeded' }], { rollback, applyReceiptSha256 }];
}

/** The code in the receipt of an order that was taken in. */
async function reasonOf(world: World, jti: string): Promise<string> {
  await world.receiver.seen(jti);
  const [receipt = ''] = world.receiver.receipts().get(jti) ?? [];
  const claims = JSON.parse(
    Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString('utf8'),
  ) as ReceiptClaims;
  return claims.status === 'refused' ? (claims.reason?.code ?? 'no reason') : claims.status;
}

async function send(world: World, id: string, wrong: WrongOrder): Promise<[string[], Change[]]> {
  const [changes, added] = wrong.before ? await prepare(world, id, wrong.before) : [[], {}];
  const wish = { issueId: id, sql: changeSql(id, 0, false), ...added, ...wrong.wish };
  // What was never initialised has no target of its own to show.
  const shut = wrong.connection === 'shut';
  const claims = await world.order(
    shut ? { ...wish, content: { connection: 'shut' } } : wish,
    shut ? 'main' : wrong.connection,
  );
  const token = await (wrong.token?.(claims, world) ?? world.app.order(claims));
  const address = await world.address();
  const { status, reply } = await readReply(
    await world.app.send(address, 'POST', paths.orders, token, { contentType: orderContentType }),
  );
  const got = wrong.atRun
    ? await reasonOf(world, claims.jti)
    : 'code' in reply
      ? reply.code
      : `taken in as ${reply.state}`;
  if ((status === 202) !== (wrong.atRun === true) || got !== wrong.code)
    return [[`${wrong.what}: ${got}, not ${wrong.code}`], changes];
  return [[], changes];
}

async function run(shared: Shared): Promise<Outcome> {
  const world = await createWorld(shared, { change: moreConnections });
  try {
    const violations: string[] = [];
    const changes: Change[] = [];
    const cases = wrongOrders();
    for (const [index, wrong] of cases.entries()) {
      const [problems, applied] = await send(world, `wrong-${index}`, wrong);
      violations.push(...problems);
      changes.push(...applied);
    }
    // Nothing is applied but what was right: a mark of anything else is a violation.
    violations.push(...(await settle(world, 30_000)), ...(await judge(world, changes)));
    const met = new Set(cases.map(({ code }) => code));
    const missing = refusalCodes.filter((code) => !met.has(code) && !notOfOrders.includes(code));
    return {
      runs: `${cases.length} orders`,
      hit: `${met.size} codes${missing.length > 0 ? `; without a case: ${missing.join(', ')}` : ''}`,
      violations,
    };
  } finally {
    await world.close();
  }
}

export const wrongOrdersRow: Row = {
  name: 'wrong-orders',
  title: 'wrong orders, one for each rule, correctly signed where the rule is not the signature',
  run,
};
