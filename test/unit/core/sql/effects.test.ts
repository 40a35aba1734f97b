import { snapshotOf } from '#core/sql/facts/schema-snapshot';
import { scriptFacts, type StatementFacts } from '#core/sql/facts/statement-facts';
import { nameText } from '#core/sql/tree/names';
import { cutScript } from '#core/sql/tree/script';
import { parseSql } from '../../../../executor/sql/parser';

const column = (name: string, type: string, label: string | null = null) => ({
  name,
  type,
  notNull: false,
  hasDefault: false,
  label,
});
const table = (name: string, more: object = {}) => ({
  schema: 'shop',
  name,
  kind: 'table' as const,
  rows: 10,
  bytes: 8192,
  columns: [
    column('id', 'bigint'),
    column('email', 'character varying(40)', 'personal'),
    column('a', 'integer'),
  ],
  primaryKey: ['id'],
  indexes: [],
  foreignKeys: [],
  ...more,
});
const schema = snapshotOf({
  v: 1,
  serverMajor: 18,
  searchPath: ['shop'],
  tables: [
    table('customers', { indexes: [{ name: 'by_email', unique: true, columns: ['email'], partial: false }] }),
    table('orders', {
      triggers: ['stamp'],
      foreignKeys: [
        {
          name: 'fk',
          columns: ['a'],
          toSchema: 'shop',
          toTable: 'customers',
          toColumns: ['id'],
          onDelete: 'cascade',
        },
      ],
    }),
    table('events', { kind: 'partitioned' }),
    table('events_a', { parents: [{ schema: 'shop', name: 'events' }] }),
    table('events_rest', { parents: [{ schema: 'shop', name: 'events' }], defaultPartition: true }),
    table('people', { kind: 'view', reads: [{ schema: 'shop', name: 'customers' }] }),
  ],
  functions: [{ schema: 'shop', name: 'clean' }],
});

async function facts(sql: string, known: typeof schema | null = schema): Promise<readonly StatementFacts[]> {
  const parsed = await parseSql(sql);
  if (!parsed.ok) throw new Error(`${parsed.error.message}: ${sql}`);
  return scriptFacts(cutScript(sql, parsed.value), known).statements;
}
async function last(sql: string, known: typeof schema | null = schema): Promise<StatementFacts> {
  const statement = (await facts(sql, known)).at(-1);
  if (!statement) throw new Error(sql);
  return statement;
}

test.each<[string, string[], string[]]>([
  ['DROP INDEX by_email', ['ACCESS EXCLUSIVE shop.customers', 'ACCESS EXCLUSIVE shop.by_email'], []],
  [
    'DELETE FROM customers',
    ['ROW EXCLUSIVE shop.customers', 'ROW EXCLUSIVE shop.orders'],
    ['triggers of shop.orders'],
  ],
  ['SELECT clean(1) FROM people', ['ACCESS SHARE shop.people', 'ACCESS SHARE shop.customers'], ['clean()']],
  [
    'ALTER TABLE events DETACH PARTITION events_a',
    ['ACCESS EXCLUSIVE shop.events', 'ACCESS EXCLUSIVE shop.events_a', 'ACCESS EXCLUSIVE shop.events_rest'],
    [],
  ],
  [
    'ALTER TABLE events DETACH PARTITION events_a CONCURRENTLY',
    ['SHARE UPDATE EXCLUSIVE shop.events', 'ACCESS EXCLUSIVE shop.events_a'],
    [],
  ],
  [
    'ALTER TABLE events DETACH PARTITION events_a FINALIZE',
    ['SHARE UPDATE EXCLUSIVE shop.events', 'ACCESS EXCLUSIVE shop.events_a'],
    [],
  ],
  ['DO $$ begin end $$', [], ['any table, up to ACCESS EXCLUSIVE']],
  ['CALL tidy()', [], ['any table, up to ACCESS EXCLUSIVE']],
  ['SELECT lower(email) FROM customers', ['ACCESS SHARE shop.customers'], []],
])('the locks of %s, and what cannot be told', async (sql, locks, unseen) => {
  const found = await last(sql);
  expect(found.locks.map((lock) => `${lock.mode} ${nameText(lock)}`).toSorted()).toEqual(locks.toSorted());
  expect(found.unseen).toHaveLength(unseen.length);
  for (const [at, words] of unseen.entries()) expect(found.unseen[at]).toContain(words);
});

test.each([
  ['DROP INDEX by_email', 'the table of the index by_email (ACCESS EXCLUSIVE)'],
  ['DROP TABLE customers CASCADE', 'the views and foreign keys that depend on customers'],
  ['SELECT my_own(1)', 'what my_own() does'],
])('without a snapshot %s says what it could not follow', async (sql, note) => {
  expect((await last(sql, null)).unseen).toEqual([note]);
});

test('a table that the script itself makes is not locked for anybody', async () => {
  const found = await last('CREATE TABLE t (a int); ALTER TABLE t ADD PRIMARY KEY (a);');
  expect([found.locks, found.scans, found.rewrites]).toEqual([[], [], []]);
});

test.each<[string, number, number]>([
  ['ALTER TABLE customers ALTER email TYPE varchar(80)', 0, 0],
  ['ALTER TABLE customers ALTER email TYPE varchar(20)', 1, 0],
  ['ALTER TABLE customers ALTER a TYPE bigint', 1, 0],
  ['ALTER TABLE customers ADD CHECK (a > 0)', 0, 1],
  ['ALTER TABLE customers ADD CHECK (a > 0) NOT VALID', 0, 0],
  ['ALTER TABLE customers ADD x int DEFAULT 1', 0, 0],
  ['ALTER TABLE customers ADD x uuid DEFAULT gen_random_uuid()', 1, 0],
  ['CREATE INDEX ON customers (a)', 0, 1],
  ['VACUUM FULL customers', 1, 0],
])('%s writes %i tables anew and reads %i whole', async (sql, rewrites, scans) => {
  const found = await last(sql);
  expect([found.rewrites.length, found.scans.length]).toEqual([rewrites, scans]);
});

test.each([
  ['SELECT 1', 'nothing'],
  ['UPDATE customers SET a = 1', 'rows'],
  ['TRUNCATE customers', 'lost'],
  ['DROP TABLE customers', 'lost'],
  ['ALTER TABLE customers DROP COLUMN a', 'lost'],
  ['ALTER TABLE customers ADD COLUMN b int', 'statement'],
  ['DROP INDEX by_email', 'statement'],
  ["ALTER TYPE s ADD VALUE 'x'", 'lost'],
  ['DO $$ begin end $$', 'unknown'],
])('%s is undone by %s', async (sql, how) => {
  expect((await last(sql)).reversible.how).toBe(how);
});

test('columns carry their data class, also behind * and an alias', async () => {
  const labels = async (sql: string): Promise<string[]> =>
    (await last(sql)).columns.flatMap(({ access, column: name, label }) =>
      label === null ? [] : [`${access} ${name} ${label}`],
    );
  expect(await labels('SELECT c.* FROM customers c')).toEqual(['read email personal']);
  expect(await labels('SELECT o.id FROM orders o JOIN customers c ON c.id = o.a')).toEqual([]);
  expect(await labels('UPDATE customers SET email = NULL WHERE id = 1')).toEqual(['write email personal']);
});

test('what is read behind a view is named with the view', async () => {
  expect((await last('SELECT id FROM people')).objects).toEqual([
    { what: 'view', schema: 'shop', name: 'people', access: 'read', through: null },
    { what: 'table', schema: 'shop', name: 'customers', access: 'read', through: 'people' },
  ]);
});

test('parameters are counted, and a statement that no transaction takes says so', async () => {
  expect((await last('SELECT $2, $1')).parameters).toEqual([1, 2]);
  expect((await last('VACUUM customers')).nonTransactional).toBe('VACUUM');
});
