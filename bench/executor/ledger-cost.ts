import { oneConnection } from '../../executor/local/one-connection';
import { beginExecutionSql, endExecutionSql } from '../../executor/postgres/ledger';
import { aim, interleaved, median, printTable, spread, timed, type Contestant } from '../harness';
import { markSql, role, type Stage } from './stage';

const changes = 200;
const digest = 'a'.repeat(64);

/** What the row in the ledger adds to the transaction it stands in; the same round trips on one connection. */
export async function ledgerCost(stage: Stage): Promise<void> {
  const client = await oneConnection(stage.url);
  const each =
    (prefix: string, open: (id: string) => string, close: (id: string) => string): Contestant<number> =>
    async (round) => {
      const taken: number[] = [];
      for (let index = 0; index < changes; index += 1) {
        const id = `${prefix}-${round}-${index}`;
        const [opening, closing] = [open(id), close(id)];
        taken.push(
          await timed(async () => {
            await client.query(opening);
            await client.query(markSql(id));
            await client.query(closing);
          }),
        );
      }
      return median(taken);
    };
  const soon = Math.floor(Date.now() / 1_000) + 3_600;
  const key = (id: string) => ({ installation: 'bench', issueId: id, revision: 1, kind: 'apply' as const });
  const jti = (id: string): string => id.padEnd(64, '0');
  const attempt = (id: string) => ({
    jti: jti(id),
    try: 1,
    orderDigest: digest,
    digest,
    issueKey: 'QC-1',
    startBy: soon,
    rollbackWindowSeconds: 86_400,
  });
  const result = { statements: [], resultSha256: null, durability: 'synchronous_commit=on' };
  const setRole = `set local role ${role}`;
  const noRole = 'set local role none';
  try {
    const taken = await interleaved({
      plain: each(
        'plain',
        () => `begin; ${setRole}`,
        () => `${noRole}; commit`,
      ),
      ledger: each(
        'ledger',
        (id) => `begin; ${beginExecutionSql(key(id), attempt(id))}; ${setRole}`,
        (id) => `${noRole}; ${endExecutionSql(key(id), jti(id), result, soon)}; commit`,
      ),
    });
    const times = median(taken.ledger) / median(taken.plain);
    printTable(
      `The ledger in the transaction (${changes} changes a run, one connection)`,
      ['what', 'median of the runs (least–most)', 'aim'],
      [
        ['plain transaction', spread(taken.plain, 'ms', 3), ''],
        [
          'with its row in the ledger',
          spread(taken.ledger, 'ms', 3),
          aim(`at most 1.4 ×, is ${times.toFixed(2)} ×`, times <= 1.4),
        ],
      ],
    );
  } finally {
    await client.close();
  }
}
