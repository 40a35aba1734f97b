import { drafted, approved, submitted } from '../../support/change';
import { stored } from '../../support/faults';
import { startTestSite, type TestSite } from '../../support/local-site';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(() => site.close());

const sql = "UPDATE customers SET tier = 'gold' WHERE id = 7;";
const others = async (key: string, text: string, connection = 'shop-dev', digest: string | null = null) => {
  const wish = { sql: text, connection, rowBudget: null, digest };
  const { others: found } = await site.by.must('secondApprover', key, 'review', wish);
  return found.changes;
};
const entry = (id: string): unknown => stored(site, 'entity/open-change', id);

test('a draft is told of the changes that may still run on its tables, and of no other', async () => {
  const mine = await drafted(site);
  const change = await submitted(site, { sql });
  await submitted(site, { sql: 'UPDATE products SET price = price WHERE id = 1;' });
  const alter = 'ALTER TABLE customers ADD COLUMN note text;';
  expect(await others(mine.key, alter)).toEqual([
    {
      issueKey: change.key,
      status: 'in-review',
      waits: true,
      words: [expect.stringContaining(`customers: this change takes ACCESS EXCLUSIVE`)],
    },
  ]);
  expect(await others(mine.key, sql)).toMatchObject([{ issueKey: change.key, waits: false }]);
  expect(await others(mine.key, 'SELECT 1;')).toEqual([]);
  // Another database.
  expect(await others(mine.key, alter, 'shop-prod')).toEqual([]);
  await site.by.must('firstApprover', change.key, 'reject', { digest: change.digest, reason: 'Not now.' });
  expect(await others(mine.key, alter)).toEqual([]);
  expect(entry(change.id)).toBeUndefined();
});

test('a change is told of others, never of itself, while it is under review and approved', async () => {
  const one = await submitted(site, { sql });
  const two = await approved(site, { sql });
  const seen = await others(one.key, sql, 'shop-dev', one.digest);
  expect(seen.map(({ issueKey, status }) => [issueKey, status])).toEqual([[two.key, 'approved']]);
  expect((await others(two.key, sql, 'shop-dev', two.digest)).map(({ issueKey }) => issueKey)).toEqual([
    one.key,
  ]);
  for (const { key } of [one, two]) await site.by.must('developer', key, 'cancel', {});
  expect([entry(one.id), entry(two.id)]).toEqual([undefined, undefined]);
  expect(await others(one.key, sql, 'shop-dev', one.digest)).toEqual([]);
});

test('what the index says of a change is not believed: its own ledger says where it stands', async () => {
  const mine = await drafted(site);
  const change = await submitted(site, { sql });
  const { kvs } = site.host.platform;
  const record = kvs.get('entity/open-change', change.id);
  if (!record) throw new Error('a change under review is not in the index');
  await site.by.must('developer', change.key, 'cancel', {});
  // As an index shows it that lags behind.
  kvs.put('entity/open-change', change.id, record.value, undefined);
  expect(await others(mine.key, sql)).toEqual([]);
  kvs.remove('entity/open-change', change.id);
});
