import type { DryRunReportView } from '#core/panel/view';
import { drafted, history, submitted, viewOf, approveAll, commentsOf, ran } from '../../support/change';
import { bot, startTestSite, type TestSite } from '../../support/local-site';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(() => site.close());

/** Waits until no dry run of the change is under way. */
async function over(key: string) {
  await site.executed(key, 'delivered');
  await site.host.idle();
  const { dryRun } = await viewOf(site, key);
  if (!dryRun?.status) throw new Error('the dry run is not over');
  return dryRun;
}
const report = (key: string): Promise<DryRunReportView> =>
  site.by.must('developer', key, 'dry-run-report', {});

test('a draft is tried, and the dry run stands for the revision that it becomes', async () => {
  const draft = await drafted(site);
  const asked = await site.by.must('developer', draft.key, 'dry-run', {
    version: draft.version,
    digest: null,
  });
  expect(asked).toMatchObject({ status: 'draft', dryRun: { connection: 'shop-dev', current: true } });
  expect(await over(draft.key)).toMatchObject({ status: 'succeeded', current: true, hasReport: true });
  const seen = await report(draft.key);
  expect(seen.statements).toMatchObject([{ command: 'INSERT', rows: 1 }]);
  expect(seen.report).toMatchObject({ coarse: false, constraints: 'held', ranOn: null });
  expect(seen.plans[0]?.steps.map(({ words }) => words)).toEqual(['Inserts into marks', 'Computes values']);
  expect(await site.applied('dev', draft.mark, draft.id)).toEqual({ marks: 0, applies: 0, rollbacks: 0 });
  // Nobody is told by a comment, and the status is what it was.
  expect(await commentsOf(site, draft.key)).toEqual([]);
  await site.by.must('developer', draft.key, 'submit', { version: draft.version });
  expect((await viewOf(site, draft.key)).dryRun).toMatchObject({ status: 'succeeded', current: true });
  expect((await history(site, draft.key)).slice(0, 3)).toEqual([
    'asked for a dry run on shop-dev',
    expect.stringContaining('signed the order of the dry run'),
    'reported the dry run as succeeded, 1 row',
  ]);
});

test('any edit makes it one of an earlier text, and it says so', async () => {
  const draft = await drafted(site);
  await site.by.must('developer', draft.key, 'dry-run', { version: draft.version, digest: null });
  await over(draft.key);
  for (const edit of [{ sql: `${draft.content.sql} ` }, { reason: 'Another.' }, { connection: 'shop-qa' }]) {
    const { draft: now } = await viewOf(site, draft.key);
    const content = { ...draft.content, ...edit };
    await site.by.must('developer', draft.key, 'save-draft', { baseVersion: now?.version ?? 0, content });
    expect((await viewOf(site, draft.key)).dryRun?.current).toBe(false);
  }
  const { draft: last } = await viewOf(site, draft.key);
  const { content } = draft;
  await site.by.must('developer', draft.key, 'save-draft', { baseVersion: last?.version ?? 0, content });
  expect((await viewOf(site, draft.key)).dryRun?.current).toBe(true);
});

test('nothing runs on the protected connection before the quorum; afterwards it may be tried, and still runs once', async () => {
  const change = await submitted(site, { connection: 'shop-prod' });
  const before = await site.by.call('developer', change.key, 'dry-run', {
    version: null,
    digest: change.digest,
  });
  expect(before).toMatchObject({
    ok: false,
    error: { code: 'illegal', message: expect.stringContaining('protected') },
  });
  expect((await viewOf(site, change.key)).secondary.find(({ name }) => name === 'dry-run')).toMatchObject({
    enabled: false,
  });
  await approveAll(site, change);
  await site.by.must('developer', change.key, 'dry-run', { version: null, digest: change.digest });
  expect(await over(change.key)).toMatchObject({ status: 'succeeded', current: true });
  expect(await site.applied('prod', change.mark, change.id)).toMatchObject({ marks: 0, applies: 0 });
  await ran(site, change);
  expect(await site.applied('prod', change.mark, change.id)).toMatchObject({ marks: 1, applies: 1 });
});

test('who may: the author and operators; nobody else, and no bot', async () => {
  const change = await submitted(site);
  const wish = { version: null, digest: change.digest };
  for (const role of ['firstApprover', 'auditor'] as const) {
    expect(await site.by.call(role, change.key, 'dry-run', wish)).toMatchObject({
      ok: false,
      error: { code: 'not-allowed' },
    });
  }
  expect(await site.callAs(bot.accountId, change, 'dry-run', wish)).toMatchObject({
    ok: false,
    error: { code: 'not-allowed' },
  });
  expect(
    await site.by.call('operator', change.key, 'dry-run', { ...wish, digest: '0'.repeat(64) }),
  ).toMatchObject({
    ok: false,
    error: { code: 'stale-digest' },
  });
  await site.by.must('operator', change.key, 'dry-run', wish);
  expect(await over(change.key)).toMatchObject({ status: 'succeeded' });
});

test('what would fail says where, with the words of the server', async () => {
  const draft = await drafted(site, { sql: 'INSERT INTO marks (mark) VALUES (NULL);' });
  await site.by.must('developer', draft.key, 'dry-run', { version: draft.version, digest: null });
  expect(await over(draft.key)).toMatchObject({
    status: 'failed',
    code: '23502',
    message: 'not_null_violation',
  });
  expect((await report(draft.key)).messages[0]?.message).toContain('null value in column "mark"');
});
