import { startGate } from '../support/gate';
import { judge, settle } from '../support/invariants';
import { pause, startLoad } from '../support/load';
import { type Outcome, type Row, type Tier, within, patience } from '../support/row';
import { createWorld, type Shared, type World } from '../support/world';

const crashes: Record<Tier, number> = { ci: 6, full: 30 };

/** Transactions of changes that are open; waits for one. */
async function underWay(world: World): Promise<number> {
  for (let tried = 0; tried < 1_000; tried += 1) {
    const [running] = await world.server.sql<{ n: number }>(
      world.target,
      `select count(*)::int as n from pg_stat_activity
       where datname = $1 and starts_with(usename, 'qc_x_') and xact_start is not null`,
      [world.target],
    );
    if (running && running.n > 0) return running.n;
    await pause(5);
  }
  return 0;
}

async function run(shared: Shared, tier: Tier): Promise<Outcome> {
  const { server } = shared;
  const gate = await startGate(server.postgres().port);
  const world = await createWorld(shared, { targetPort: gate.port, statePort: gate.port });
  try {
    const load = startLoad(world, { flights: 16, duplicates: 0.2, sleepMs: [5, 40] });
    let open = 0;
    let restarts = 0;
    const violations: string[] = [];
    for (let crash = 0; crash < crashes[tier]; crash += 1) {
      load.release(40);
      await pause(world.random.between(0, 300));
      open += await underWay(world);
      await server.crash();
      // The executor lives on without any database, or is started again beside it.
      const killed = crash % 2 === 1;
      if (killed) {
        world.gone();
        await world.process().kill();
      }
      await server.revive();
      gate.towards(server.postgres().port);
      if (killed) {
        restarts += 1;
        if (!(await world.start())) violations.push('a start after a crash failed');
      }
    }
    violations.push(...(await within(patience, 'finishing', load.finish())));
    violations.push(...(await settle(world)));
    violations.push(...(await judge(world, load.changes)), ...load.surprises);
    if (open === 0) violations.push('no crash hit an open transaction');
    return {
      runs: `${crashes[tier]} crashes (${restarts} with kill -9), ${load.changes.length} changes, ${load.deliveries} orders`,
      hit: `${open} open transactions; state database on the same server`,
      violations,
    };
  } finally {
    await world.close();
    await gate.close();
  }
}

export const postgresCrashes: Row = {
  name: 'postgres-crashes',
  title: 'PostgreSQL stopped with -m immediate under load and started again',
  run,
};
