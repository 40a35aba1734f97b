import { aim, median, printTable, rounds, spread } from '../harness';
import { buildOrders, runOrder } from './orders';
import type { Stage } from './stage';

/** Sleeps for long, unless the change is known by then: its second attempt need not be waited for. */
const sleepSql = (id: string): string =>
  `select pg_sleep(case when exists (select from counters where change = '${id}') then 0 else 25 end)`;

interface Taken {
  /** From the kill to the answer 202 of a new process, milliseconds. */
  readonly accepting: number;
  /** From the kill until the backend of the cut transaction is gone. */
  readonly orphan: number;
}

/** kill -9 in an open transaction, and a new process at once, as a supervisor would start it. */
export async function restart(stage: Stage): Promise<void> {
  const taken: Taken[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const one = await killOnce(stage, round);
    if (round > 0) taken.push(one);
  }
  const accepting = taken.map((one) => one.accepting);
  const orphan = taken.map((one) => one.orphan);
  printTable(
    `kill -9 in an open transaction (${rounds} times)`,
    ['what', 'median (least–most)', 'aim'],
    [
      [
        'a new process accepts orders',
        spread(accepting, 's', 2),
        aim('p50 at most 0.3 s', median(accepting) <= 300),
      ],
      [
        'the orphaned backend is gone',
        spread(orphan, 's', 2),
        aim('at most 2 s, every time', Math.max(...orphan) <= 2_000),
      ],
    ],
  );
}

async function killOnce(stage: Stage, round: number): Promise<Taken> {
  const { world } = stage;
  const prefix = `kill-${round}`;
  const [long, next] = [
    await buildOrders(stage, prefix, 1, sleepSql),
    await buildOrders(stage, `${prefix}-next`, 1),
  ];
  const [running] = long;
  const [order] = next;
  if (!running || !order) throw new Error('there are no orders');
  const cut = runOrder(stage, running);
  const pid = await backendOf(stage, running.claims.issue.key);
  const from = performance.now();
  await world.process().kill();
  world.gone();
  await stage.server.sql(world.target, 'insert into counters values ($1, 1)', [`${prefix}-0`]);
  const gone = untilGone(stage, pid).then(() => performance.now() - from);
  if (!(await world.start())) throw new Error(`no restart: ${await world.process().ended}`);
  const { status } = await world.app.sendOrder(await world.address(), order.claims);
  const accepting = performance.now() - from;
  if (status !== 202) throw new Error(`the new process answers ${status}`);
  const orphan = await gone;
  await Promise.all([cut, world.receiver.seen(order.claims.jti)]);
  return { accepting, orphan };
}

/** The backend in which the change sleeps. */
async function backendOf({ server, world }: Stage, name: string): Promise<number> {
  for (;;) {
    const [row] = await server.sql<{ pid: number }>(
      'postgres',
      `select pid from pg_stat_activity
       where datname = $1 and application_name = $2 and query like '%pg_sleep%' and state = 'active'`,
      [world.target, name],
    );
    if (row) return row.pid;
    await new Promise((done) => setTimeout(done, 5));
  }
}

async function untilGone({ server }: Stage, pid: number): Promise<void> {
  for (;;) {
    const rows = await server.sql('postgres', 'select 1 from pg_stat_activity where pid = $1', [pid]);
    if (rows.length === 0) return;
    await new Promise((done) => setTimeout(done, 5));
  }
}
