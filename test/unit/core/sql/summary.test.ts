import { snapshotOf } from '#core/sql/facts/schema-snapshot';
import { summarise } from '#core/sql/summary/summarise';
import { cutScript } from '#core/sql/tree/script';
import { parseSql } from '../../../../executor/sql/parser';
import { lockStatements } from '../../../support/sql/lock-world';

const schema = snapshotOf({
  v: 1,
  serverMajor: 18,
  searchPath: ['shop'],
  tables: [
    {
      schema: 'shop',
      name: 'orders',
      kind: 'table',
      rows: 8_123_456,
      bytes: 1,
      columns: [],
      primaryKey: ['id'],
      indexes: [{ name: 'pk', unique: true, columns: ['id'], partial: false }],
      foreignKeys: [],
    },
  ],
});

async function summaries(
  sql: string,
  known: typeof schema | null = null,
  rows: number | null = null,
): Promise<string[]> {
  const parsed = await parseSql(sql);
  if (!parsed.ok) throw new Error(`${parsed.error.message}: ${sql}`);
  return cutScript(sql, parsed.value).statements.map((one) => summarise(one, { schema: known, rows }));
}

test.each([
  [
    'ALTER TABLE events DETACH PARTITION log.events_2025 CONCURRENTLY',
    'In the table events: lets go of the partition log.events_2025 in two transactions; a CHECK of its bounds stays on it.',
  ],
  [
    'ALTER TABLE events DETACH PARTITION events_2025 FINALIZE',
    'In the table events: ends letting go of the partition events_2025, which DETACH CONCURRENTLY began.',
  ],
  [
    "UPDATE orders SET status = 'void' WHERE created_at < '2025-01-01' AND tenant_id = 7",
    "Sets status to 'void' on rows of orders where created_at is before 2025-01-01 and tenant_id is 7.",
  ],
  ['DELETE FROM t', 'Deletes every row of t.'],
  ['DELETE FROM t WHERE 1 = 1', 'Deletes every row of t.'],
  [
    'DELETE FROM ONLY t WHERE a IS NULL',
    'Deletes rows of t itself, not of what inherits from it, where a is NULL.',
  ],
  ['DELETE FROM t WHERE a = NULL', 'Deletes rows of t where a = NULL.'],
  ['DELETE FROM t WHERE (a + b) * 2 > 7', 'Deletes rows of t where (a + b) * 2 is more than 7.'],
  ['DELETE FROM t WHERE a = 1 OR b = 2 AND c = 3', 'Deletes rows of t where a is 1 or (b is 2 and c is 3).'],
  ["DELETE FROM t WHERE at::date = '2025-01-01'", 'Deletes rows of t where at::date is 2025-01-01.'],
  [
    'UPDATE t SET a = CASE WHEN b > 1 THEN 2 ELSE 3 END WHERE c',
    'Sets a to CASE WHEN b > 1 THEN 2 ELSE 3 END on rows of t where c is true.',
  ],
  [
    'UPDATE é o SET ö = 1 FROM x WHERE x.i = o.i AND (o.a, o.b) IN (SELECT 1, 2) RETURNING *',
    'Sets ö to 1 on rows of é (o), joined with x, where x.i = o.i AND (o.a, o.b) IN (SELECT 1, 2).',
  ],
  [
    'WITH gone AS (DELETE FROM a RETURNING id) SELECT id FROM gone',
    'Reads id from gone; in the same statement it deletes every row of a.',
  ],
  ["INSERT INTO t (a, b) VALUES (1, 'x')", "Adds 1 row to t: a 1 and b 'x'."],
  [
    'INSERT INTO t (a) VALUES (1), (2) ON CONFLICT DO NOTHING',
    'Adds 2 rows to t (a); rows that are there already are left as they are.',
  ],
  ['TRUNCATE t CASCADE', 'Empties t and every table that refers to it.'],
  ['DROP TABLE a, b', 'Drops the table a and the table b, with the rows.'],
  ['DROP TRIGGER x ON s.t', 'Drops the trigger x on t.'],
  ['ALTER TABLE t RENAME CONSTRAINT a TO b', 'Renames the constraint a of the table t to b.'],
  [
    'ALTER TABLE t ADD COLUMN a varchar(40) NOT NULL, DROP COLUMN b CASCADE',
    'In the table t: adds the column a varchar(40), not NULL; drops the column b with its values and everything that depends on it.',
  ],
  ['GRANT ALL ON t TO PUBLIC', 'Gives everybody (PUBLIC) every right on the table t.'],
  [
    'DO $$ begin delete from t; end $$',
    'Runs 1 line of plpgsql code; only reading the code tells what it does.',
  ],
  [
    'ALTER OPERATOR FAMILY x USING btree ADD OPERATOR 1 < (int, int)',
    'Is a statement of the kind ALTER OP FAMILY; what it does is not put in words here.',
  ],
])('%s', async (sql, words) => {
  expect(await summaries(sql)).toEqual([words]);
});

test('with a snapshot and a dry run the extent is told, and that no index helps', async () => {
  const sql = "UPDATE orders SET status = 'void' WHERE created_at < '2025-01-01'";
  expect(await summaries(sql, schema, 41_200)).toEqual([
    "Sets status to 'void' on rows of orders where created_at is before 2025-01-01; 41,200 of 8.1 M rows; cannot use an index.",
  ]);
  expect(await summaries('DELETE FROM orders WHERE id = 3', schema)).toEqual([
    'Deletes rows of orders where id is 3; the table has about 8.1 M rows.',
  ]);
});

test.each([
  "ALTER ROLE bob PASSWORD 'hunter2'",
  "CREATE USER bob WITH ENCRYPTED PASSWORD 'hunter2' LOGIN",
  "UPDATE users SET password = 'hunter2' WHERE id = 1",
  "UPDATE users SET h = crypt('hunter2', gen_salt('bf'))",
  "SELECT 1 FROM users WHERE length(api_key || 'hunter2') > 3",
  "SELECT 1 FROM users WHERE EXISTS (SELECT FROM x WHERE secret = 'hunter2')",
  "INSERT INTO users (name, token) VALUES ('a', 'hunter2')",
  "UPDATE t SET u = 'postgres://me:hunter2@host/db'",
  "UPDATE t SET u = coalesce('postgres://me:hunter2@host/db', a, b, c)",
  "SELECT dblink_connect('host=x password=hunter2')",
  "CREATE USER MAPPING FOR bob SERVER s OPTIONS (password 'hunter2')",
  "CREATE SUBSCRIPTION s CONNECTION 'host=x password=hunter2' PUBLICATION p",
  "DO $$ begin execute 'alter role bob password ''hunter2'''; end $$",
  "CREATE SERVER s FOREIGN DATA WRAPPER f OPTIONS (secret 'hunter2')",
  "ALTER TABLE t ALTER password SET DEFAULT 'hunter2'",
])('a secret is never repeated: %s', async (sql) => {
  const [words] = await summaries(sql);
  expect(words).not.toContain('hunter2');
});

test('a long literal is shortened, and the sentence stays one line', async () => {
  const [words] = await summaries(
    `UPDATE t SET a = '${'long\n'.repeat(500)}' WHERE f(a, ${"'x',".repeat(200)} 1)`,
  );
  expect(words?.length).toBeLessThan(300);
  expect(words).not.toContain('\n');
});

test('every statement of the world has words', async () => {
  for (const sql of lockStatements) {
    const [words] = await summaries(sql);
    expect({ sql, words }).toEqual({ sql, words: expect.stringMatching(/^[A-Z][^\n]{8,400}[.…]$/) });
    expect({ sql, unknown: words?.includes('is not put in words') }).toEqual({ sql, unknown: false });
  }
});
