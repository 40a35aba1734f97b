import { drafted } from '../../support/change';
import { startTestSite, type TestSite } from '../../support/local-site';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(() => site.close());

test('an approver sees what changed since their vote, somebody else since the revision before', async () => {
  const { key, content, version } = await drafted(site, { connection: 'shop-prod' });
  const since = async (role: 'developer' | 'firstApprover' | 'secondApprover') =>
    (await site.by.must(role, key, 'since', {})).since;
  const first = await site.by.must('developer', key, 'submit', { version });
  expect(await since('firstApprover')).toBeNull();
  await site.by.must('firstApprover', key, 'approve', { digest: first.revision?.digest ?? '', comment: '' });
  const again = async (change: object) => {
    await site.by.must('developer', key, 'rework', {});
    const { draft } = await site.by.must('developer', key, 'view', {});
    const saved = await site.by.must('developer', key, 'save-draft', {
      baseVersion: draft?.version ?? 0,
      content: { ...content, ...change },
    });
    await site.by.must('developer', key, 'submit', { version: saved.version });
  };
  await again({ sql: `${content.sql} -- 2` });
  await again({ sql: `${content.sql} -- 3`, rowBudget: '7' });
  expect(await since('firstApprover')).toMatchObject({
    revision: 1,
    decision: 'approved',
    sql: content.sql,
    differences: [{ name: 'Row budget', before: 'none', now: '7' }],
  });
  expect(await since('secondApprover')).toMatchObject({
    revision: 2,
    decision: null,
    sql: `${content.sql} -- 2`,
  });
});
