import { judge, settle } from '../support/invariants';
import { pause, startLoad } from '../support/load';
import { count, counted, type Outcome, type Row, type Tier, within, patience } from '../support/row';
import { createWorld, type Shared, type World, type WorldWishes } from '../support/world';

const killsOf: Record<Tier, number> = { ci: 200, full: 1_000 };
/** On two versions, so that both rows together take as long as one of the others. */
const poolKillsOf: Record<Tier, number> = { ci: 40, full: 300 };
const changesPerKill = 10;

/** Phases that have a transaction of a change open. */
const inTransaction = ['commit sent', 'statement running', 'between statements', 'ledger begun'];

/** What the executor's sessions in the target were doing when it was frozen: the furthest one counts. */
async function phase(world: World): Promise<string> {
  const rows = await world.server.sql<{ state: string; query: string }>(
    world.target,
    `select state, query from pg_stat_activity
     where datname = $1 and usename ~ '^qc_[xp]_' and xact_start is not null`,
    [world.target],
  );
  const is = (test: (row: { state: string; query: string }) => boolean): boolean => rows.some(test);
  if (is(({ state, query }) => state === 'active' && query.includes('end_execution'))) return 'commit sent';
  if (is(({ state, query }) => state === 'active' && query.includes('begin_execution'))) {
    const more = is(({ state, query }) => state === 'active' && /marks|counters|pg_sleep/.test(query));
    return more ? 'statement running' : 'ledger begun';
  }
  if (is(({ state, query }) => state === 'active' && /marks|counters|pg_sleep|1 \/ 0/.test(query)))
    return 'statement running';
  if (is(({ state }) => state.startsWith('idle in transaction'))) return 'between statements';
  const [open] = await world.server.sql<{ n: number }>(
    world.state,
    `select count(*)::int as n from executor.executions where state in ('queued', 'running')`,
  );
  return open && open.n > 0 ? 'before or after a transaction' : 'idle';
}

/** Resolves when the app has been sent `more` receipts, or after a while: a hanging executor is killed too. */
async function receipts(world: World, more: number): Promise<void> {
  const end = Date.now() + 5_000;
  const wanted = world.receiver.posts + more;
  while (world.receiver.posts < wanted && Date.now() < end) await pause(2);
}

/**
 * One kill. A tenth of them come at any moment of a start and of taking up what the one before left; the others a
 * moment after so many receipts, because a slow machine would otherwise only see executors that die of their start.
 */
async function killOnce(world: World, hits: Map<string, number>, progress: number): Promise<void> {
  const { random } = world;
  const starting = world.start();
  if (random.next() < 0.1) {
    await pause(random.between(0, 400));
  } else {
    await starting;
    await receipts(world, random.between(0, Math.ceil(2 * progress)));
    await pause(random.between(0, 25));
  }
  const process = world.process();
  process.freeze();
  count(hits, await phase(world));
  world.gone();
  await process.kill();
  await starting;
  world.gone();
}

async function run(shared: Shared, kills: number, wishes: WorldWishes = {}): Promise<Outcome> {
  const world = await createWorld(shared, { badness: 0.25, ...wishes });
  try {
    const hits = new Map<string, number>();
    const load = startLoad(world, { flights: 16, duplicates: 0.2, sleepMs: [5, 40] });
    await world.process().kill();
    world.gone();
    load.release(changesPerKill * kills);
    for (let killed = 0; killed < kills; killed += 1) {
      await killOnce(world, hits, load.waiting / (kills - killed));
    }
    const left = load.waiting;
    world.receiver.calm();
    const restarted = await world.start();
    const violations = [
      ...(restarted ? [] : ['the last start failed']),
      ...(await within(patience, 'finishing', load.finish())),
      ...(await settle(world)),
      ...(await judge(world, load.changes)),
      ...load.surprises,
    ];
    const open = inTransaction.reduce((sum, name) => sum + (hits.get(name) ?? 0), 0);
    if (open * 2 < kills) violations.push(`only ${open} kills hit an open transaction`);
    const ending = await world.process().stop();
    if (ending !== '0') violations.push(`the executor stopped with ${ending}`);
    const { posts, refusals } = world.receiver;
    return {
      runs:
        `${kills} kills, ${load.changes.length} changes (${left} of them after the last kill), ${load.deliveries} orders, ` +
        `${posts} receipts posted (${refusals} badly taken)`,
      hit: `${open} in an open transaction: ${counted(hits)}`,
      violations,
    };
  } finally {
    await world.close();
  }
}

/** The same where the sessions of changes serve one after the other. */
export const poolKills: Row = {
  name: 'pool-kills',
  title: 'the same with logins of a pool, whose sessions serve one change after another',
  onOldest: true,
  run: (shared, tier) => run(shared, poolKillsOf[tier], { pooled: true }),
};

export const randomKills: Row = {
  name: 'random-kills',
  title: 'kill -9 at random moments, 16 in flight, 20 % duplicate orders, bad receivers',
  run: (shared, tier) => run(shared, killsOf[tier]),
};
