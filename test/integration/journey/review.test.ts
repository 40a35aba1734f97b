import { maxContentBytes } from '#core/limits';
import { drafted, submitted } from '../../support/change';
import { stored } from '../../support/faults';
import { startTestSite, type TestSite } from '../../support/local-site';

/** The review as the panel asks for it: the deployed bundle of the panel's function, with its own grammar. */
let site: TestSite;
let key: string;
beforeAll(async () => {
  site = await startTestSite();
  ({ key } = await drafted(site));
});
afterAll(() => site.close());

const review = (sql: string, connection: string | null = 'shop-dev') =>
  site.by.must('developer', key, 'review', { sql, connection, rowBudget: null, digest: null });

test('findings name the bytes that they are about', async () => {
  const sql = "UPDATE customers SET name = 'é';\nDROP TABLE orders;";
  const { statements, findings } = await review(sql);
  expect(statements.map(({ kind }) => kind)).toEqual(['write', 'ddl']);
  const bytes = Buffer.from(sql);
  const cut = findings.map(({ rule, start, end }) => [rule, bytes.subarray(start, end).toString()]);
  expect(cut).toEqual(
    expect.arrayContaining([
      ['ban-update-without-where', 'customers'],
      ['ban-drop-table', 'DROP TABLE orders'],
    ]),
  );
});

test('each statement is told in words, with what others feel of it, and the risk has reasons', async () => {
  const sql = "UPDATE customers SET tier = 'gold' WHERE id = 7;\nALTER TABLE orders ADD COLUMN note text;";
  const { statements, risk } = await review(sql, 'shop-prod');
  expect(statements.map(({ summary }) => summary)).toEqual([
    expect.stringMatching(/^Sets tier to 'gold' on rows of customers where id is 7/),
    expect.stringContaining('orders'),
  ]);
  expect(statements[1]?.effects).toEqual([
    expect.stringContaining('Locks orders in ACCESS EXCLUSIVE: nobody else can read or write it.'),
  ]);
  expect(risk.reasons.map(({ code }) => code)).toContain('no-schema');
});

test('rows that a dry run of this very revision counted are taken into account', async () => {
  const sql = 'UPDATE customers SET tier = tier WHERE id < 5;';
  const change = await submitted(site, { sql });
  const { digest } = change;
  const wish = { sql, connection: 'shop-dev', rowBudget: null };
  const ask = async (of: string | null) =>
    site.by.must('firstApprover', change.key, 'review', { ...wish, digest: of });
  expect((await ask(digest)).statements[0]?.summary).not.toMatch(/4 rows/);
  await site.by.must('developer', change.key, 'dry-run', { version: null, digest });
  await site.executed(change.key, 'delivered');
  await site.host.idle();
  expect((await ask(digest)).statements[0]?.summary).toMatch(/4 rows/);
  expect((await ask('0'.repeat(64))).statements[0]?.summary).not.toMatch(/4 rows/);
});

test('what the grammar refuses is a finding at its place', async () => {
  const { findings } = await review("SELECT 'é';\nSELEC 1;");
  expect(findings).toEqual([expect.objectContaining({ rule: 'syntax-error', level: 'error', start: 13 })]);
});

test('it is the same for everybody, on any connection, and without one', async () => {
  const sql = 'DELETE FROM orders;';
  const asked = await Promise.all(
    (['developer', 'firstApprover', 'auditor'] as const).map(async (role) =>
      site.by.must(role, key, 'review', { sql, connection: 'shop-prod', rowBudget: null, digest: null }),
    ),
  );
  expect(asked[1]).toEqual(asked[0]);
  expect(asked[2]).toEqual(asked[0]);
  expect((await review(sql, null)).findings.map(({ rule }) => rule)).toContain('ban-delete-without-where');
});

test('a text that is too long, and one that breaks the parser, are refused in words; the next one is reviewed', async () => {
  const long = { sql: 'x'.repeat(maxContentBytes + 1), connection: null, rowBudget: null, digest: null };
  expect(await site.by.call('developer', key, 'review', long)).toMatchObject({
    ok: false,
    error: { code: 'bad-request' },
  });
  const deep = `SELECT ${'1+'.repeat(30_000)}1;`;
  expect((await review(deep)).findings).toMatchObject([{ rule: 'syntax-error' }]);
  expect((await review('SELECT 1;')).statements).toHaveLength(1);
});

test('a submission keeps what the review said of exactly this text, in the ledger', async () => {
  const change = await submitted(site, {
    sql: 'DROP TABLE IF EXISTS gone;\nUPDATE customers SET tier = tier WHERE id = 1;',
  });
  const event = stored(site, 'kv', `event:${change.id}:1`);
  const tables = [{ name: 'gone' }, { name: 'customers' }];
  expect(event).toMatchObject({ body: { type: 'submitted', analysis: { errors: 0, waived: 0, tables } } });
});
