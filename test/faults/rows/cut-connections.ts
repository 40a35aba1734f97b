import { type Cut, startGate } from '../support/gate';
import { judge, settle } from '../support/invariants';
import { pause, startLoad } from '../support/load';
import { count, counted, type Outcome, type Row, type Tier, within, patience } from '../support/row';
import { createWorld, type Shared } from '../support/world';

const cuts: Record<Tier, number> = { ci: 102, full: 501 };
const kinds: readonly Cut[] = ['before commit', 'after commit', 'in a statement'];

async function run(shared: Shared, tier: Tier): Promise<Outcome> {
  const gate = await startGate(shared.server.postgres().port);
  const world = await createWorld(shared, { targetPort: gate.port });
  try {
    const hits = new Map<string, number>();
    const load = startLoad(world, { flights: 16, duplicates: 0.2, sleepMs: [1, 5] });
    load.release(cuts[tier] * 4);
    const violations: string[] = [];
    for (let turn = 0; turn < cuts[tier]; turn += 1) {
      const cut = kinds[turn % kinds.length] ?? 'after commit';
      // More work when all is done already: there must be a line to cut.
      if (load.waiting < 16) load.release(16);
      const late = await within(60, cut, gate.spoil(cut));
      violations.push(...late);
      if (late.length === 0) count(hits, cut);
      await pause(world.random.between(0, 20));
    }
    violations.push(...(await within(patience, 'finishing', load.finish())));
    violations.push(...(await settle(world)));
    violations.push(...(await judge(world, load.changes)), ...load.surprises);
    return {
      runs: `${cuts[tier]} lines cut, ${load.changes.length} changes, ${load.deliveries} orders`,
      hit: counted(hits),
      violations,
    };
  } finally {
    await world.close();
    await gate.close();
  }
}

export const cutConnections: Row = {
  name: 'cut-connections',
  title: 'line to the target cut before and after COMMIT and in a statement',
  run,
};
