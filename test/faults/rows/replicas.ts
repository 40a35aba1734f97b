import { judge, settle } from '../support/invariants';
import { pause, startLoad } from '../support/load';
import type { ExecutorProcess } from '../support/process';
import { type Outcome, type Row, type Tier, within, patience } from '../support/row';
import { createWorld, type Shared, type World } from '../support/world';

const rounds: Record<Tier, number> = { ci: 50, full: 300 };
const changesPerRound = 24;
const leaseMs = 1_000;

/** Orders that run in the name of a process. */
async function runningOf(world: World, owner: string): Promise<number> {
  const [row] = await world.server.sql<{ n: number }>(
    world.state,
    `select count(*)::int as n from executor.executions where state = 'running' and lease_owner = $1::bigint`,
    [owner],
  );
  return row?.n ?? 0;
}

async function owners(world: World): Promise<readonly string[]> {
  const rows = await world.server.sql<{ owner: string }>(
    world.state,
    'select owner::text from executor.replicas order by started_at',
  );
  return rows.map(({ owner }) => owner);
}

/** Freezes a process until others have taken its orders over, lets it go on, and asks it to stop. */
async function outlast(world: World, victim: ExecutorProcess, owner: string): Promise<string[]> {
  await pause(leaseMs);
  const end = Date.now() + 60_000;
  while ((await runningOf(world, owner)) > 0) {
    if (Date.now() > end) return ['the orders of a stopped process were not taken over'];
    await pause(20);
  }
  victim.thaw();
  await pause(world.random.between(0, 300));
  const ending = await victim.stop();
  return ending === '0' ? [] : [`a process that was stopped and went on ended with ${ending}`];
}

async function run(shared: Shared, tier: Tier): Promise<Outcome> {
  const world = await createWorld(shared, {
    change: (input) => ({ ...input, limits: { ...input.limits, leaseMs } }),
  });
  try {
    const load = startLoad(world, { flights: 16, duplicates: 0.2, sleepMs: [5, 60] });
    const violations: string[] = [];
    const hit = { killed: 0, stopped: 0 };
    for (let done = 0; done < rounds[tier]; done += 1) {
      const victim = world.process();
      const before = await owners(world);
      load.release(changesPerRound);
      await pause(world.random.between(0, 50));
      if (!(await world.start())) violations.push('a second executor did not start');
      await pause(world.random.between(0, 50));
      victim.freeze();
      const owner = before.at(-1) ?? '0';
      const running = await runningOf(world, owner);
      if (done % 2 === 0) {
        hit.killed += running;
        await victim.kill();
      } else {
        hit.stopped += running;
        violations.push(...(await outlast(world, victim, owner)));
      }
    }
    violations.push(...(await within(patience, 'finishing', load.finish())));
    violations.push(...(await settle(world)));
    violations.push(...(await judge(world, load.changes)), ...load.surprises);
    if (hit.killed === 0 || hit.stopped === 0) violations.push('nothing was running when it was hit');
    return {
      runs: `${rounds[tier] / 2} kills, ${rounds[tier] / 2} stops beyond the lease, ${load.changes.length} changes, ${load.deliveries} orders`,
      hit: `${hit.killed} orders running in a killed process, ${hit.stopped} in a stopped one that went on later`,
      violations,
    };
  } finally {
    await world.close();
  }
}

export const replicas: Row = {
  name: 'replicas',
  title: 'two executors on one state database: one killed, or stopped beyond its lease and let go on',
  run,
};
