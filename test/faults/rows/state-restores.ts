import { judge, settle } from '../support/invariants';
import { type Change, deliver, startLoad } from '../support/load';
import { type Outcome, type Row, type Tier, within, patience } from '../support/row';
import { createWorld, type Shared, type World } from '../support/world';

const restores: Record<Tier, number> = { ci: 6, full: 30 };
const changesEach = 15;

/** Copies the state database as it is now; nobody may be using it. */
async function copyState(world: World): Promise<string> {
  const copy = `${world.state}_copy`;
  await world.server.leave(world.state);
  await world.server.sql('postgres', `drop database if exists ${copy} with (force)`);
  await world.server.sql('postgres', `create database ${copy} template ${world.state}`);
  return copy;
}

/** Puts the older copy in the place of the state database. */
async function restoreState(world: World, copy: string): Promise<void> {
  await world.server.leave(world.state);
  await world.server.sql('postgres', `drop database ${world.state} with (force)`);
  await world.server.sql('postgres', `alter database ${copy} rename to ${world.state}`);
}

async function stopped(world: World): Promise<void> {
  world.gone();
  await world.process().stop();
}

/** Runs changes until each has a receipt. */
async function some(world: World, prefix: string): Promise<[readonly Change[], readonly string[]]> {
  const load = startLoad(world, { flights: 8, duplicates: 0.2, sleepMs: [0, 5], prefix });
  load.release(changesEach);
  const late = await within(patience, 'changes before a restore', load.finish());
  return [load.changes, [...late, ...load.surprises]];
}

async function run(shared: Shared, tier: Tier): Promise<Outcome> {
  const world = await createWorld(shared);
  try {
    const changes: Change[] = [];
    const violations: string[] = [];
    let forgotten = 0;
    for (let round = 0; round < restores[tier]; round += 1) {
      const [before, wrong] = await some(world, `kept-${round}`);
      await stopped(world);
      const copy = await copyState(world);
      await world.start();
      const [after, alsoWrong] = await some(world, `forgotten-${round}`);
      world.gone();
      await world.process().kill();
      await restoreState(world, copy);
      if (!(await world.start())) violations.push('a start after a restore failed');
      // The app sends again what the executor now says it never saw; the ledger beside the changes knows better.
      for (const { id, claims } of after) {
        const { status } = await deliver(world, claims);
        if (status !== 202) violations.push(`${id}: sent again, answered ${status}`);
      }
      violations.push(...wrong, ...alsoWrong, ...(await settle(world)));
      changes.push(...before, ...after);
      forgotten += after.length;
    }
    // A restored executor signs again what it signed before the restore; the outcome must be the same.
    violations.push(...(await judge(world, changes, { otherReceipts: true })));
    return {
      runs: `${restores[tier]} restores, ${changes.length} changes`,
      hit: `${forgotten} outcomes forgotten, all found again in the ledger of the target`,
      violations,
    };
  } finally {
    await world.close();
  }
}

export const stateRestores: Row = {
  name: 'state-restores',
  title: 'state database restored to an older copy; forgotten orders sent again',
  run,
};
