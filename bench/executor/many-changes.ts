import { existsSync } from 'node:fs';
import { aim, interleaved, median, printTable, spread, timed, type Contestant } from '../harness';
import { buildOrders, checkMarks, runOrder } from './orders';
import { run } from '../program';
import { asRole, findPsql, psqlFile, writeChanges } from './psql';
import type { Stage } from './stage';

const changes = 1_000;
const flights = 16;
/** Changes of a run of the others; their time is scaled to {@link changes}. */
const sample = 200;
const xargs = '/usr/bin/xargs';

/** Many changes at once, against a process for each. */
export async function manyChanges(stage: Stage): Promise<void> {
  const psql = findPsql();
  const ours =
    (where: Pick<Stage, 'server' | 'world'>): Contestant<number> =>
    async (round) => {
      const prefix = `many-${round}`;
      const orders = await buildOrders(where, prefix, changes);
      const flight = async (): Promise<void> => {
        for (let order = orders.pop(); order; order = orders.pop()) await runOrder(where, order);
      };
      const taken = await timed(() => Promise.all(Array.from({ length: flights }, flight)));
      await checkMarks(where, prefix, changes);
      return taken;
    };
  const executor = ours(stage);
  const world = await stage.another((input) => input, true);
  const pooled = ours({ server: stage.server, world });
  const scaled = (taken: number): number => (taken * changes) / sample;
  const alone: Contestant<number> = async (round) => {
    if (psql === null) return Number.NaN;
    const files = await writeChanges(stage, `alone-${round}`, sample);
    return scaled(
      await timed(async () => {
        for (const file of files) await psqlFile(psql, stage, file);
      }),
    );
  };
  const two: Contestant<number> = async (round) => {
    if (psql === null || !existsSync(xargs)) return Number.NaN;
    const input = (await writeChanges(stage, `two-${round}`, sample)).join('\0');
    const args = ['-0', '-n', '1', '-P', '2', psql, '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-1'];
    return scaled(await timed(() => run(xargs, [...args, '-d', stage.url, '-f'], { env: asRole, input })));
  };
  const taken = await interleaved({ executor, pooled, alone, two });
  await world.close();
  const faster = median(taken.alone) / median(taken.pooled);
  const row = (name: string, values: number[], least: number): string[] => {
    if (values.some(Number.isNaN)) return [name, 'not measured: psql or xargs is not installed', ''];
    const times = median(values) / median(taken.executor);
    return [
      name,
      spread(values, 's', 2),
      aim(`executor ${least} × faster, is ${times.toFixed(1)} ×`, times >= least),
    ];
  };
  printTable(
    `${changes} changes, ${flights} in flight (psql: a sample of ${sample}, scaled)`,
    ['what', 'median of the runs (least–most)', 'aim'],
    [
      ['executor', spread(taken.executor, 's', 2), ''],
      [
        'executor, pooled logins',
        spread(taken.pooled, 's', 2),
        Number.isNaN(faster) ? '' : aim(`12 × faster than psql, is ${faster.toFixed(1)} ×`, faster >= 12),
      ],
      row('`psql -1 -f` for each', taken.alone, 8),
      row('`xargs -P2 psql -1 -f`', taken.two, 4),
    ],
  );
}
