import { restorable } from '../../support/restorable-server';
import { finalReceipts } from '../support/final-status';
import { startGate } from '../support/gate';
import { judge, settle } from '../support/invariants';
import { type Change, pause, startLoad } from '../support/load';
import { startReplicatedServer } from '../support/replicated-server';
import { type Outcome, patience, type Row, type Tier, within } from '../support/row';
import { type FaultServer, startFaultServer } from '../support/server';
import { createWorld, makeTemplate, type Shared, type World } from '../support/world';

const losses: Record<Tier, number> = { ci: 6, full: 30 };
const changesEach = 12;

/** A target that can lose what was committed. */
interface Losing {
  readonly server: FaultServer;
  /** What is committed from here on will be lost. */
  fromHere(): Promise<void>;
  lose(round: number): Promise<void>;
}

/** Runs changes until each has a receipt. */
async function some(world: World, prefix: string): Promise<[readonly Change[], readonly string[]]> {
  const load = startLoad(world, { flights: 8, duplicates: 0.2, sleepMs: [0, 5], prefix });
  load.release(changesEach);
  const late = await within(patience, 'changes before a loss', load.finish());
  return [load.changes, [...late, ...load.surprises]];
}

/** Resolves when the loss of every one of these is told. */
async function told(world: World, lost: readonly Change[]): Promise<string[]> {
  const ids = lost.map(({ claims }) => claims.jti);
  const end = Date.now() + patience * 1_000;
  for (;;) {
    const [row] = await world.server.sql<{ n: number }>(
      world.state,
      'select count(*)::int as n from executor.superseded where jti = any ($1)',
      [ids],
    );
    if (row?.n === ids.length) return [];
    if (Date.now() > end) return [`${ids.length - (row?.n ?? 0)} of ${ids.length} losses were never told`];
    await pause(50);
  }
}

/** One loss: before it, changes that stay and changes that go; while it comes, changes that may do either. */
async function loseOnce(world: World, losing: Losing, round: number): Promise<[Change[], string[]]> {
  const [kept, wrong] = await some(world, `kept-${round}`);
  await losing.fromHere();
  const [reported, alsoWrong] = await some(world, `lost-${round}`);
  const lost = reported
    .filter(({ expect }) => expect === 'succeeded')
    .map((change): Change => ({ ...change, expect: 'outcome-lost' }));
  const failed = reported.filter(({ expect }) => expect !== 'succeeded');
  const load = startLoad(world, {
    flights: 8,
    duplicates: 0.2,
    sleepMs: [5, 60],
    prefix: `between-${round}`,
  });
  load.release(changesEach);
  await pause(world.random.between(0, 200));
  await losing.lose(round);
  const violations = [
    ...(await within(patience, 'finishing', load.finish())),
    ...load.surprises,
    ...(await told(world, lost)),
    ...(await settle(world)),
  ];
  return [
    [...kept, ...lost, ...failed, ...load.changes],
    [...wrong, ...alsoWrong, ...violations],
  ];
}

/** What ran while the target was lost has succeeded there where it is now, or its loss is told; the marks say which. */
async function decided(world: World, changes: readonly Change[]): Promise<Change[]> {
  const receipts = await finalReceipts(world);
  return changes.map((change) => {
    if (!change.id.startsWith('between-') || change.expect !== 'succeeded') return change;
    const lost = receipts.get(change.claims.jti)?.status === 'outcome-lost';
    return { ...change, expect: lost ? 'outcome-lost' : 'succeeded' };
  });
}

async function runWith(
  shared: Shared,
  tier: Tier,
  losing: Losing,
  targetPort: number,
  what: string,
): Promise<Outcome> {
  await makeTemplate(losing.server);
  const world = await createWorld(shared, { targetServer: losing.server, targetPort });
  try {
    const changes: Change[] = [];
    const violations: string[] = [];
    for (let round = 0; round < losses[tier]; round += 1) {
      const [more, wrong] = await loseOnce(world, losing, round);
      changes.push(...more);
      violations.push(...wrong);
    }
    const all = await decided(world, changes);
    const lost = all.filter(({ expect }) => expect === 'outcome-lost').length;
    violations.push(...(await judge(world, all, { otherReceipts: true })));
    return {
      runs: `${losses[tier]} ${what}, ${all.length} changes`,
      hit: `${lost} outcomes lost, each told once, none run again`,
      violations,
    };
  } finally {
    await world.close();
  }
}

async function failOvers(shared: Shared, tier: Tier): Promise<Outcome> {
  const server = await startReplicatedServer();
  const gate = await startGate(server.postgres().port);
  const losing: Losing = {
    server,
    fromHere: async () => server.cutOff(),
    async lose() {
      await server.failOver();
      gate.towards(server.postgres().port);
    },
  };
  try {
    return await runWith(shared, tier, losing, gate.port, 'failovers');
  } finally {
    await gate.close();
    await server.close();
  }
}

async function restores(shared: Shared, tier: Tier): Promise<Outcome> {
  const server = await startFaultServer();
  const { port } = server.postgres();
  const files = restorable(server.cluster, port);
  const losing: Losing = {
    server,
    fromHere: async () => files.copy(),
    lose: async (round) => files.restore(round % 2 === 0 ? 'same timeline' : 'next timeline'),
  };
  try {
    return await runWith(shared, tier, losing, port, 'restores, every second on a timeline of its own');
  } finally {
    await server.close();
  }
}

export const failoversRow: Row = {
  name: 'failovers',
  title: 'failover of the target to an asynchronous standby that had not seen the last commits',
  run: failOvers,
};

export const targetRestoresRow: Row = {
  name: 'target-restores',
  title: 'target restored to an older copy of its files, under load',
  run: restores,
};
