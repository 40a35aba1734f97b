import { nowSeconds } from '../../integration/executor/support/app';
import { type Cut, startGate } from '../support/gate';
import { judge, settle } from '../support/invariants';
import { type Change, changeSql, deliver } from '../support/load';
import { type Outcome, type Row, type Tier, within, patience } from '../support/row';
import { createWorld, type Shared, type World } from '../support/world';

const times: Record<Tier, number> = { ci: 4, full: 20 };

/** Seconds until `endBy` of a change whose line goes dark. */
const endsInSeconds = 6;

/** Orders that must end soon, each on a line that goes dark; the executor has to find out by itself. */
async function darken(
  world: World,
  spoil: (cut: Cut) => Promise<void>,
  count: number,
): Promise<[Change[], string[]]> {
  const changes: Change[] = [];
  const violations: string[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    const id = `dark-${turn}`;
    const cut = turn % 2 === 0 ? 'blackhole before commit' : 'blackhole after commit';
    const by = nowSeconds() + endsInSeconds;
    const claims = await world.order({ issueId: id, sql: changeSql(id, 0, false), startBy: by, endBy: by });
    const spoilt = spoil(cut);
    await deliver(world, claims);
    violations.push(...(await within(60, `${cut}: the COMMIT`, spoilt)));
    changes.push({ id, claims, expect: turn % 2 === 0 ? 'expired' : 'succeeded' });
  }
  const all = Promise.all(changes.map(async ({ claims }) => world.receiver.seen(claims.jti)));
  violations.push(...(await within(patience, 'a receipt after the line went dark', all)));
  return [changes, violations];
}

async function run(shared: Shared, tier: Tier): Promise<Outcome> {
  const gate = await startGate(shared.server.postgres().port);
  const world = await createWorld(shared, { targetPort: gate.port });
  try {
    const [changes, violations] = await darken(world, gate.spoil, times[tier]);
    if (violations.length === 0) violations.push(...(await settle(world)));
    violations.push(...(await judge(world, changes)));
    return {
      runs: `${changes.length} changes, each on a line of its own that goes dark`,
      hit: `${Math.ceil(changes.length / 2)} before commit, ${Math.floor(changes.length / 2)} after commit`,
      violations,
    };
  } finally {
    await world.close();
    await gate.close();
  }
}

export const darkLines: Row = {
  quiet: true,
  name: 'dark-lines',
  title: 'line to the target goes dark at COMMIT: no answer, no end of the connection',
  run,
};
