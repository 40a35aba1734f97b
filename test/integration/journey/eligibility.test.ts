import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { approverGroup, people, type Role } from '../../../scripts/local/seed';
import { approved, commentsOf, ran, submitted, succeeded, viewOf } from '../../support/change';
import { startTestSite, type TestSite } from '../../support/local-site';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterEach(() => {
  site.host.faults.jira.length = 0;
});
afterAll(async () => site.close());

const nothing = { marks: 0, applies: 0, rollbacks: 0 };
const once = { marks: 1, applies: 1, rollbacks: 0 };
const groupPath = `/rest/api/3/group/user?groupname=${approverGroup}`;
const leave = async (role: Role) =>
  site.rest('admin', 'DELETE', `${groupPath}&accountId=${people[role].accountId}`);
const join = async (role: Role) =>
  site.rest('admin', 'POST', groupPath, { accountId: people[role].accountId });

describe('voters are asked about again', () => {
  it('P4: a voter who left the group before Run reopens the review, and nothing runs', async () => {
    const change = await approved(site);
    expect((await leave('firstApprover')).status).toBe(200);
    try {
      await site.by.must('developer', change.key, 'run', { digest: change.digest });
      await site.by.untilStatus(change.key, ['In review']);
      await site.host.idle();
      expect(await viewOf(site, change.key)).toMatchObject({
        status: 'in-review',
        votes: [],
        approvalsMissing: 1,
        running: null,
      });
      expect(await site.applied('dev', change.mark, change.id)).toEqual(nothing);
      expect((await commentsOf(site, change.key)).at(-1)?.text).toContain('no longer valid');
      await site.by.must('secondApprover', change.key, 'approve', { digest: change.digest, comment: '' });
      await site.by.untilStatus(change.key, ['Approved']);
      await ran(site, change);
      expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
    } finally {
      await join('firstApprover');
    }
  });

  it('a voter who left before the last vote does not count for the quorum', async () => {
    const change = await approvedBut(1);
    await leave('firstApprover');
    try {
      await site.by.must('secondApprover', change.key, 'approve', { digest: change.digest, comment: '' });
      await site.host.idle();
      expect(await viewOf(site, change.key)).toMatchObject({ status: 'in-review', approvalsMissing: 1 });
    } finally {
      await join('firstApprover');
    }
  });

  it('without an answer from Jira there is no order; with one it goes on', async () => {
    const change = await approved(site);
    site.host.faults.jira.push({ pathPattern: '/rest/api/3/user', status: 500, times: 1_000 });
    await site.transition('developer', change.key, 'run');
    await site.host.idle();
    const silent = await site.by.must('developer', change.key, 'evidence', { kind: 'apply' });
    expect(silent).toEqual({ order: null, orderNote: null, receipt: null });
    expect(await site.by.status(change.key)).toBe('Running');
    site.host.faults.jira.length = 0;
    site.clock.advance(20_000);
    await site.by.untilStatus(change.key, ['Succeeded']);
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
  });

  it('a vote is not taken while Jira does not answer', async () => {
    const change = await approvedBut(2);
    site.host.faults.jira.push({ pathPattern: '/rest/api/3/user', status: 500, times: 1_000 });
    const reply = await site.by.call('firstApprover', change.key, 'approve', {
      digest: change.digest,
      comment: '',
    });
    expect(reply.ok).toBe(false);
    expect((await viewOf(site, change.key)).votes).toEqual([]);
  });
});

describe('Jira answers 409 and 429', () => {
  it.each([409, 429])(
    '%i on transitions and properties is retried, and the ledger is what shows',
    async (status) => {
      for (const pathPattern of ['/transitions$', '/properties/query-change$', '/app/field/value']) {
        site.host.faults.jira.push({ pathPattern, status, times: 2, retryAfterSeconds: 0 });
      }
      const change = await succeeded(site);
      expect(await site.by.property(change.key, 'query-change')).toMatchObject({ status: 'succeeded' });
      expect(await site.by.status(change.key)).toBe('Succeeded');
      expect(site.host.faults.jira.every(({ times }) => times === 0)).toBe(true);
      expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
    },
  );

  it('a transition that Jira refuses for good is made up for by the sweep', async () => {
    const change = await approved(site);
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    site.host.faults.jira.push({ method: 'POST', pathPattern: '/transitions$', status: 500, times: 1_000 });
    await site.executed(change.key, 'delivered');
    await site.host.idle();
    expect((await viewOf(site, change.key)).status).toBe('succeeded');
    site.host.faults.jira.length = 0;
    site.clock.advance(61_000);
    await site.host.runSchedule('sweep');
    expect(await site.by.status(change.key)).toBe('Succeeded');
    expect(await site.by.property(change.key, 'query-change.result')).toMatchObject({ status: 'succeeded' });
  });
});

/** A prod change in review that lacks this many approvals. */
async function approvedBut(missing: 1 | 2): Promise<{ key: string; digest: string }> {
  const change = await submitted(site, { connection: 'shop-prod' });
  if (missing === 1) {
    await site.by.must('firstApprover', change.key, 'approve', { digest: change.digest, comment: '' });
  }
  return change;
}
