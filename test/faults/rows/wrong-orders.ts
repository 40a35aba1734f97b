import { canonicalSha256, sha256Hex } from '#core/hash';
import { orderContentType, paths, refusalCodes } from '#core/protocol/transport';
import type { ConfigInput } from '../../../executor/config';
import { type OrderWish, readReply } from '../../integration/executor/support/app';
import { readReceipt, type SeenReceipt } from '../../integration/executor/support/receiver';
import { judge, settle } from '../support/invariants';
import { type Change, changeSql, deliver } from '../support/load';
import { rollbackPlan } from '../support/rollback-plan';
import type { Outcome, Row } from '../support/row';
import { createWorld, type Shared, type World } from '../support/world';
import { listed, wrongEvidence } from './wrong-evidence';
import { notOfOrders, type WrongOrder, wrongOrders } from './wrong-order-cases';

/** Beside `main`: protected, protected without a list, read-only, and one that nobody initialised. */
function moreConnections(input: ConfigInput): ConfigInput {
  const [main] = input.connections;
  if (!main) throw new Error('there is no connection');
  const approvers = ['approver-1', 'approver-2'];
  // What is protected never shares a login. Where it cannot have its own, it is still asked for its approvals first.
  const guarded = { ...main, environment: 'prod' as const, identity: { mode: 'per-execution' as const } };
  return {
    ...input,
    connections: [
      main,
      { ...guarded, key: 'guarded', minimumApprovals: 2, approvers },
      { ...guarded, key: 'listless' },
      { ...main, key: 'read', ledgerMode: 'state', writable: false },
      { ...main, key: 'shut' },
      {
        ...main,
        key: 'frozen',
        freezes: [{ from: '2020-01-01T00:00:00Z', to: '2999-01-01T00:00:00Z', reason: 'a test' }],
      },
      { ...main, key: 'never', dryRun: 'refused' },
      { ...main, key: 'strict', review: { refuse: 'error', neverWaive: ['ban-drop-column'] } },
      {
        ...main,
        key: 'proven',
        environment: 'qa',
        evidence: { maxAgeDays: 7, from: [{ environment: 'dev', connection: 'main' }, listed] },
      },
    ],
  };
}

async function receiptOf(world: World, jti: string): Promise<SeenReceipt> {
  await world.receiver.seen(jti);
  const delivery = (await world.app.execution(await world.address(), jti))?.delivery;
  if (!delivery) throw new Error(`${jti} has no receipt`);
  return readReceipt(delivery, world.receiptKey);
}

/** A change with a rollback plan, whose kept rows are past their time before its rollback can still be. */
async function keptTooShort(world: World, id: string): Promise<[Change[], OrderWish]> {
  const sql = 'update kept_rows set n = n + 1';
  const plan = await rollbackPlan(world, sql);
  if (typeof plan === 'string') throw new Error(plan);
  const claims = await world.order({ issueId: id, sql, content: { rollbackPlan: plan } });
  await deliver(world, claims);
  const applied = await receiptOf(world, claims.jti);
  await world.server.sql(
    world.target,
    `update querychange.ledger set result = jsonb_set(result, '{beforeImage,keptUntil}', '"2026-01-01T00:00:00Z"')
     where issue_id = $1`,
    [id],
  );
  const named = {
    sqlSha256: await canonicalSha256(plan),
    applyReceiptSha256: await sha256Hex(applied.compact),
    beforeImageSha256: applied.claims.beforeImage?.sha256 ?? '',
  };
  return [[], { sql, content: { rollbackPlan: plan }, claims: named }];
}

/** Does what must have happened before; returns what it applied and what the wrong order has to add. */
async function prepare(
  world: World,
  id: string,
  before: WrongOrder['before'],
): Promise<[Change[], OrderWish]> {
  if (before === 'applied and kept rows past their time') return keptTooShort(world, id);
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
  const applyReceiptSha256 = await sha256Hex((await receiptOf(world, claims.jti)).compact);
  return [[{ id, claims, expect: 'succeeded' }], { rollback, applyReceiptSha256 }];
}

/** The code in the receipt of an order that was taken in. */
async function reasonOf(world: World, jti: string): Promise<string> {
  const { claims } = await receiptOf(world, jti);
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
    await world.server.sql(
      world.target,
      `create table kept_rows (id int primary key, n int not null); insert into kept_rows values (1, 1);
       grant select, update on kept_rows to faults_rw`,
    );
    const violations: string[] = [];
    const changes: Change[] = [];
    const cases = [...wrongOrders(), ...wrongEvidence];
    for (const [index, wrong] of cases.entries()) {
      const [problems, applied] = await send(world, `wrong-${index}`, wrong);
      violations.push(...problems);
      changes.push(...applied);
    }
    // Nothing is applied but what was right: a mark of anything else is a violation.
    violations.push(...(await settle(world)), ...(await judge(world, changes)));
    const met = new Set(cases.map(({ code }) => code));
    const missing = refusalCodes.filter((code) => !met.has(code) && !notOfOrders.includes(code));
    return {
      runs: `${cases.length} orders`,
      hit: `${met.size} codes, every one that is about an order`,
      violations: [...violations, ...missing.map((code) => `${code} has no case`)],
    };
  } finally {
    await world.close();
  }
}

export const wrongOrdersRow: Row = {
  onOldest: true,
  name: 'wrong-orders',
  title: 'wrong orders, one for each rule, correctly signed where the rule is not the signature',
  run,
};
