import { computeJti } from '#core/protocol/attempt';
import { oneConnection } from '../../executor/local/one-connection';
import { beginExecutionSql, endExecutionSql } from '../../executor/postgres/ledger';
import { aim, interleaved, median, printTable, spread, timed, type Contestant } from '../harness';
import { markSql, role, type Stage } from './stage';

const changes = 200;
const digest = 'a'.repeat(64);

const key = (id: string) => ({ installation: 'bench', issueId: id, revision: 1, kind: 'apply' as const });

/** What the row in the ledger adds to the transaction it stands in; the same round trips on one connection. */
export async function ledgerCost(stage: Stage): Promise<void> {
  // Only logins that the executor makes may write the ledger: here the superuser stands for them.
  const client = await oneConnection(stage.server.postgres().superuserUrl(stage.world.target));
  const each =
    (
      prefix: string,
      open: (id: string, jti: string) => string,
      close: (id: string, jti: string) => string,
    ): Contestant<number> =>
    async (round) => {
      const taken: number[] = [];
      for (let index = 0; index < changes; index += 1) {
        const id = `${prefix}-${round}-${index}`;
        const jti = await computeJti({ ...key(id), try: 1 });
        const [opening, closing] = [open(id, jti), close(id, jti)];
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
  const attempt = (jti: string) => ({
    jti,
    try: 1,
    attempt: 1,
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
        (id, jti) => `begin; ${beginExecutionSql(key(id), attempt(jti))}; ${setRole}`,
        (id, jti) => `${noRole}; ${endExecutionSql(key(id), jti, result, soon)}; commit`,
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
