import { escapes } from '../../support/escapes';
import { poolLeftovers } from '../../support/pool-leftovers';
import { judge, settle } from '../support/invariants';
import type { Change } from '../support/load';
import { type Outcome, type Row, within } from '../support/row';
import { createWorld, type Shared } from '../support/world';
import { answered, attempt } from './escapes';

/** Changes that follow one that has left something: as many as could find it in one of the sessions that wait. */
const looks = 4;

async function run(shared: Shared): Promise<Outcome> {
  const world = await createWorld(shared, {
    pooled: true,
    // One change at a time, so that the next one gets the session of the one before it, if anybody does.
    change: (input) => ({
      ...input,
      connections: input.connections.map((connection) => ({ ...connection, concurrency: 1 })),
    }),
  });
  try {
    const violations: string[] = [];
    const contained: string[] = [];
    const changes: Change[] = [];
    const tried = async (what: string, work: () => Promise<readonly string[]>): Promise<void> => {
      let found: readonly string[] = [];
      const late = await within(
        60,
        what,
        work().then((answer) => (found = answer)),
      );
      violations.push(...late, ...found);
      if (late.length + found.length === 0) contained.push(what);
    };
    const names = { role: 'faults_rw', other: 'pg_monitor', schema: 'public', table: 'counters' };
    const ofIdentity = escapes(names).filter(({ area }) => area === 'login' || area === 'ledger');
    for (const [index, escape] of ofIdentity.entries()) {
      await tried(escape.what, async () => {
        const [problems, change] = await attempt(world, `pool-escape-${index}`, escape);
        changes.push(change);
        return problems;
      });
    }
    for (const [index, one] of poolLeftovers('public', 'faults_rw').entries()) {
      await tried(one.what, async () => {
        if (one.prepare) await world.targetServer.sql(world.target, one.prepare);
        await answered(world, `pool-leave-${index}`, one.leave);
        const seen: string[] = [];
        for (let look = 0; look < looks; look += 1)
          seen.push(
            (await answered(world, `pool-look-${index}-${look}`, `select (${one.look})::text`)).value,
          );
        return seen.some((value) => value !== one.clean) ? [`${one.what}: ${seen.join(', ')}`] : [];
      });
    }
    violations.push(...(await settle(world)), ...(await judge(world, changes)));
    return {
      runs: `${contained.length + violations.length} attempts`,
      hit: `contained: ${contained.join('; ')}`,
      violations,
    };
  } finally {
    await world.close();
  }
}

/** What a change tries to leave for the next one that its session, or its login, serves. */
export const poolRow: Row = {
  name: 'pool',
  title: 'approved SQL that tries to leave something in a login or session of the pool',
  onOldest: true,
  run,
};
