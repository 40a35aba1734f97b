import type { ExecutionPoint } from '../../../executor/run/points';
import { judge, settle } from '../support/invariants';
import { startLoad } from '../support/load';
import { count, counted, type Outcome, type Row, type Tier, within, patience } from '../support/row';
import { createWorld, type Shared } from '../support/world';

const times: Record<Tier, number> = { ci: 10, full: 50 };

/**
 * Every point that the executor names; the type makes sure that none is forgotten. `process`: met once in a process's
 * life; the others are met by every order, so the crash comes at one of the first.
 */
const points: Record<Exclude<ExecutionPoint, 'after-intent' | 'before-end'>, 'order' | 'process'> = {
  'order-verified': 'order',
  'after-inbox': 'order',
  'after-claim': 'order',
  'after-login': 'order',
  'after-begin': 'order',
  'between-statements': 'order',
  'before-keep': 'order',
  'after-keep': 'order',
  'before-commit': 'order',
  'commit-sent': 'order',
  'after-commit': 'order',
  'before-final': 'order',
  'in-final': 'order',
  'after-final': 'order',
  'before-post': 'order',
  'after-post': 'order',
  'after-mark': 'order',
  starting: 'process',
  recovering: 'process',
  draining: 'process',
};

async function run(shared: Shared, tier: Tier): Promise<Outcome> {
  const world = await createWorld(shared);
  try {
    const load = startLoad(world, { flights: 8, duplicates: 0.2, sleepMs: [0, 10] });
    await world.process().kill();
    world.gone();
    const reached = new Map<string, number>();
    const violations: string[] = [];
    for (let round = 0; round < times[tier]; round += 1) {
      for (const [point, met] of Object.entries(points)) {
        // The next one takes up what this one leaves, and crashes in its turn.
        load.release(4);
        const crash = { point, nth: met === 'process' ? 1 : world.random.between(1, 4) };
        const starting = world.start({ crash });
        if (point === 'draining') void starting.then(async (served) => served && world.process().stop());
        const late = await within(60, `${point} for the ${crash.nth}. time`, world.process().ended);
        world.gone();
        if (late.length > 0) await world.process().kill();
        else count(reached, point);
        await starting;
        world.gone();
        violations.push(...late);
      }
    }
    if (!(await world.start())) violations.push('the last start failed');
    violations.push(...(await within(patience, 'finishing', load.finish())));
    violations.push(...(await settle(world)));
    violations.push(...(await judge(world, load.changes)), ...load.surprises);
    const crashes = [...reached.values()].reduce((sum, one) => sum + one, 0);
    return {
      runs: `${crashes} crashes, ${load.changes.length} changes, ${load.deliveries} orders`,
      hit: counted(reached),
      violations,
    };
  } finally {
    await world.close();
  }
}

export const crashPoints: Row = {
  name: 'crash-points',
  title: 'every named crash point, also while taking up what the last crash left',
  run,
};
