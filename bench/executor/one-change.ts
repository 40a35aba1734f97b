import { oneConnection } from '../../executor/local/one-connection';
import { aim, interleaved, median, printTable, quantile, spread, timed, type Contestant } from '../harness';
import { buildOrders, checkMarks, runOrder } from './orders';
import { findPsql, psqlFile, writeChanges } from './psql';
import { markSql, role, type Stage } from './stage';

/** Changes of one run, one after another. */
const changes = 40;

/** One change at a time: order received → receipt delivered, beside `psql -1 -f` and the bare transaction. */
export async function oneChange(stage: Stage): Promise<void> {
  const psql = findPsql();
  const client = await oneConnection(stage.url);
  const world = await stage.another((input) => input, true);
  try {
    await client.query(`set role ${role}`);
    const ours =
      (where: Pick<Stage, 'server' | 'world'>): Contestant<number[]> =>
      async (round) => {
        const prefix = `one-${round}`;
        const orders = await buildOrders(where, prefix, changes);
        const taken: number[] = [];
        for (const order of orders) taken.push(await timed(() => runOrder(where, order)));
        await checkMarks(where, prefix, changes);
        return taken;
      };
    const executor = ours(stage);
    const pooled = ours({ server: stage.server, world });
    const warm: Contestant<number[]> = async (round) => {
      const taken: number[] = [];
      for (let index = 0; index < changes; index += 1) {
        const sql = markSql(`warm-${round}-${index}`);
        taken.push(
          await timed(async () => {
            await client.query('begin');
            await client.query(sql);
            await client.query('commit');
          }),
        );
      }
      return taken;
    };
    const file: Contestant<number[]> = async (round) => {
      if (psql === null) return [];
      const taken: number[] = [];
      for (const one of await writeChanges(stage, `psql-${round}`, changes))
        taken.push(await timed(() => psqlFile(psql, stage, one)));
      return taken;
    };
    print(await interleaved({ executor, pooled, warm, file }), psql);
  } finally {
    await client.close();
    await world.close();
  }
}

function print(
  taken: Record<'executor' | 'pooled' | 'warm' | 'file', number[][]>,
  psql: string | null,
): void {
  const medians = (runs: readonly number[][]): number[] => runs.map(median);
  const ours = medians(taken.executor);
  const bare = median(medians(taken.warm));
  const overhead = taken.executor.flat().map((ms) => ms - bare);
  const pooled = medians(taken.pooled);
  const times = (values: readonly number[]): number => median([...values]) / median(medians(taken.file));
  const ratio = times(ours);
  const pooledRatio = times(pooled);
  printTable(
    `One change, one after the other: order received → receipt delivered (${changes} changes a run)`,
    ['what', 'median of the runs (least–most)', 'aim'],
    [
      ['executor', spread(ours, 'ms', 2), ''],
      [
        'executor, pooled logins',
        spread(pooled, 'ms', 2),
        psql === null
          ? ''
          : aim(`at most 0.2 × psql -1 -f, is ${pooledRatio.toFixed(2)} ×`, pooledRatio <= 0.2),
      ],
      psql === null
        ? ['`psql -1 -f`', 'not measured: psql is not installed', '']
        : [
            '`psql -1 -f`',
            spread(medians(taken.file), 'ms', 2),
            aim(`executor at most 0.5 ×, is ${ratio.toFixed(2)} ×`, ratio <= 0.5),
          ],
      ['the statement in a warm `pg` transaction', spread(medians(taken.warm), 'ms', 2), ''],
      [
        'overhead over it: p50, p99 of all changes',
        `${quantile(overhead, 0.5).toFixed(2)} ms, ${quantile(overhead, 0.99).toFixed(2)} ms`,
        '',
      ],
    ],
  );
}
