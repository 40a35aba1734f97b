import { judge, settle } from '../support/invariants';
import { type Change, changeSql, deliver, pause } from '../support/load';
import { type Outcome, type Row, type Tier, within } from '../support/row';
import { createWorld, type Shared, type World } from '../support/world';

const rounds: Record<Tier, number> = { ci: 300, full: 1_000 };
/** Rounds that run at the same time. */
const abreast = 4;

/** Sixteen deliveries of one order at once: all are told the same, and it is applied once. */
async function sixteenWays(world: World, id: string): Promise<Change[]> {
  const claims = await world.order({ issueId: id, sql: changeSql(id, 0, false) });
  await Promise.all(Array.from({ length: 16 }, async () => deliver(world, claims)));
  await world.receiver.seen(claims.jti);
  return [{ id, claims, expect: 'succeeded' }];
}

/** An order and its revocation at about the same time, and the order once more afterwards. */
async function revoked(
  world: World,
  id: string,
  violations: string[],
  won: Map<string, number>,
): Promise<Change[]> {
  const claims = await world.order({ issueId: id, sql: changeSql(id, 0.005, false) });
  const head = world.random.between(-2, 30);
  const revoke = async () => world.app.revoke(await world.address(), claims.jti, 'main');
  const [, said] = await Promise.all([
    pause(Math.max(0, -head)).then(async () => deliver(world, claims)),
    pause(Math.max(0, head)).then(revoke),
  ]);
  const late = await deliver(world, claims);
  if (said.state === 'revoked' || late.status === 409) {
    if (late.status !== 409) violations.push(`${id}: revoked, but taken in afterwards`);
    won.set('revocation first', (won.get('revocation first') ?? 0) + 1);
    if (said.state === 'revoked') return [];
  } else won.set('order first', (won.get('order first') ?? 0) + 1);
  await world.receiver.seen(claims.jti);
  const { state, delivery } = (await world.app.execution(await world.address(), claims.jti)) ?? {};
  if (state !== 'final' || !delivery) violations.push(`${id}: no final state`);
  return [{ id, claims, expect: late.status === 409 ? 'revoked' : 'succeeded' }];
}

/** Two tries of one revision at once: one is applied, the other refused. */
async function twoTries(world: World, id: string, violations: string[]): Promise<Change[]> {
  const tries = await Promise.all(
    [1, 2].map(async (number) => world.order({ issueId: id, try: number, sql: changeSql(id, 0.002, false) })),
  );
  await Promise.all(tries.map(async (claims) => deliver(world, claims)));
  await Promise.all(tries.map(async ({ jti }) => world.receiver.seen(jti)));
  const [row] = await world.server.sql<{ jti: string }>(
    world.target,
    'select jti from querychange.ledger where issue_id = $1',
    [id],
  );
  const winner = tries.find(({ jti }) => jti === row?.jti);
  const other = tries.find(({ jti }) => jti !== row?.jti);
  if (!winner || !other) {
    violations.push(`${id}: neither try is in the ledger`);
    return [];
  }
  const stored = await world.server.sql<{ status: string }>(
    world.state,
    'select status from executor.executions where jti = $1',
    [other.jti],
  );
  if (stored[0]?.status !== 'refused') violations.push(`${id}: the other try is ${stored[0]?.status}`);
  return [{ id, claims: winner, expect: 'succeeded' }];
}

async function run(shared: Shared, tier: Tier): Promise<Outcome> {
  const world = await createWorld(shared);
  try {
    const changes: Change[] = [];
    const violations: string[] = [];
    const won = new Map<string, number>();
    const each = rounds[tier];
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let turn = next++; turn < each; turn = next++) {
        changes.push(...(await sixteenWays(world, `sixteen-${turn}`)));
        changes.push(...(await revoked(world, `revoked-${turn}`, violations, won)));
        changes.push(...(await twoTries(world, `tries-${turn}`, violations)));
      }
    };
    violations.push(
      ...(await within(
        tier === 'ci' ? 600 : 2_400,
        'races',
        Promise.all(Array.from({ length: abreast }, worker)),
      )),
    );
    violations.push(...(await settle(world)), ...(await judge(world, changes)));
    return {
      runs: `${each} orders 16 ways, ${each} revocations against their order, ${each} pairs of tries`,
      hit: [...won].map(([name, count]) => `${count} ${name}`).join(', '),
      violations,
    };
  } finally {
    await world.close();
  }
}

export const races: Row = {
  onOldest: true,
  name: 'races',
  title: 'one order 16 ways at once; an order against its revocation; two tries of one revision',
  run,
};
