import { newEpoch } from '../../../executor/commands/epoch';
import { judge, settle } from '../support/invariants';
import { type Change, deliver, pause, startLoad } from '../support/load';
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

/** Whoever sends again what the copy does not know is told to wait: a receipt would take a place that is taken. */
async function refused(world: World, forgotten: readonly Change[]): Promise<string[]> {
  const seq = 'select seq::int from executor.chain';
  const before = await world.server.sql(world.state, seq);
  const wrong: string[] = [];
  for (const { id, claims } of forgotten.slice(0, 3)) {
    const { status, reply } = await world.app.sendOrder(await world.address(), claims);
    const code = 'code' in reply ? reply.code : reply.state;
    if (status !== 503 || code !== 'unavailable') wrong.push(`${id}: ${code} by an executor that is behind`);
  }
  const [connection] = await world.app.connections(await world.address());
  if (!connection?.problem?.includes('older copy')) wrong.push(`its problem is ${connection?.problem}`);
  const after = await world.server.sql(world.state, seq);
  if (JSON.stringify(before) !== JSON.stringify(after)) wrong.push('something was signed over an older copy');
  return wrong;
}

/** An admin begins the next epoch; resolves when orders are taken again. */
async function goOn(world: World, round: number): Promise<void> {
  await newEpoch(world.config, `restore ${round}`, Date.now());
  for (;;) {
    const [connection] = await world.app.connections(await world.address());
    if (connection?.problem === null) return;
    await pause(20);
  }
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
      violations.push(...(await refused(world, after)));
      await goOn(world, round);
      // The app sends again what the executor now says it never saw; the ledger beside the changes knows better.
      for (const { id, claims } of after) {
        const { status } = await deliver(world, claims);
        if (status !== 202) violations.push(`${id}: sent again, answered ${status}`);
      }
      violations.push(...wrong, ...alsoWrong, ...(await settle(world)));
      changes.push(...before, ...after);
      forgotten += after.length;
    }
    // What was forgotten is signed once more, in the new epoch; the outcome must be the same.
    violations.push(...(await judge(world, changes, { otherReceipts: true })));
    return {
      runs: `${restores[tier]} restores, ${changes.length} changes`,
      hit: `${forgotten} outcomes forgotten, none signed over before a new epoch, all found again in the ledger of the target`,
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
