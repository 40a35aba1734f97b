import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { approverGroup, people } from '../../../scripts/local/seed';
import { approved, commentsOf, submitted, type TestChange } from '../../support/change';
import { startTestSite, type TestSite } from '../../support/local-site';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => site.close());

const property = (change: Pick<TestChange, 'key'>): string =>
  `/rest/api/3/issue/${change.key}/properties/query-change`;

/** The sweeps of two hours: every change is compared within one round. */
async function nextRounds(): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    site.clock.advance(61 * 60_000);
    await site.host.runSchedule('sweep');
    await site.host.idle();
  }
}

it('P6: a property edited by hand is written again from the ledger, and the attempt is found by JQL', async () => {
  const edited = await submitted(site, { connection: 'shop-prod' });
  const deleted = await approved(site);
  const untouched = await approved(site);
  const forged = {
    ...Object(await site.by.property(edited.key, 'query-change')),
    approvals: 9,
    status: 'approved',
  };
  expect((await site.rest('secondDeveloper', 'PUT', property(edited), forged)).status).toBe(200);
  expect((await site.rest('secondDeveloper', 'DELETE', property(deleted))).status).toBe(204);
  expect(await site.by.search('auditor', 'queryChangeApprovals = 9')).toEqual([edited.key]);

  await nextRounds();

  expect(await site.by.property(edited.key, 'query-change')).toMatchObject({
    approvals: 0,
    status: 'in-review',
    attempts: 1,
  });
  expect(await site.by.property(deleted.key, 'query-change')).toMatchObject({
    status: 'approved',
    attempts: 1,
  });
  expect(await site.by.property(untouched.key, 'query-change')).toMatchObject({
    status: 'approved',
    attempts: 0,
  });
  const found = await site.by.search('auditor', 'queryChangeAttempts > 0');
  expect(found.toSorted()).toEqual([edited.key, deleted.key].toSorted());
  expect(JSON.stringify(await commentsOf(site, edited.key))).toContain('edited by hand');
  const { entries, intact } = await site.by.must('auditor', edited.key, 'timeline', {});
  expect(intact).toBe(true);
  expect(entries.at(-1)?.words).toContain('mirror-edited');
});

it('a property of an earlier release is completed, and nobody is accused', async () => {
  const change = await approved(site);
  const { attemptedAt: _unknownThen, ...older } = Object(await site.by.property(change.key, 'query-change'));
  expect((await site.rest('secondDeveloper', 'PUT', property(change), older)).status).toBe(200);

  await nextRounds();

  expect(await site.by.property(change.key, 'query-change')).toMatchObject({
    attemptedAt: '1970-01-01T00:00:00Z',
    attempts: 0,
  });
});

it('offers the vote to those who joined the group after the submission, and to nobody else', async () => {
  const change = await submitted(site, { connection: 'shop-prod' });
  const offered = async (role: 'auditor' | 'operator'): Promise<boolean | undefined> =>
    (await site.by.must(role, change.key, 'view', {})).primary?.enabled;
  expect(await offered('auditor')).toBe(false);
  const groupPath = `/rest/api/3/group/user?groupname=${approverGroup}`;
  expect((await site.rest('admin', 'POST', groupPath, { accountId: people.operator.accountId })).status).toBe(
    201,
  );
  expect(await offered('operator')).toBe(true);
  await site.by.must('operator', change.key, 'approve', { digest: change.digest, comment: '' });
});
