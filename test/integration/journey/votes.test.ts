import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import { transitions } from '#core/workflow/definition';
import type { Role } from '../../../scripts/local/seed';
import {
  approved,
  digestOf,
  drafted,
  history,
  statusesOf,
  submitted,
  viewOf,
  type TestChange,
} from '../../support/change';
import { bot, startTestSite, type TestSite } from '../../support/local-site';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => site.close());

const prod = { connection: 'shop-prod' };
const refusedWith = (code: string, words: RegExp): object => ({
  ok: false,
  error: { code, message: expect.stringMatching(words) },
});
const vote = async ({ key, digest }: Pick<TestChange, 'key' | 'digest'>, role: Role) =>
  site.by.call(role, key, 'approve', { digest, comment: '' });
/** Transitions in bulk; answers Jira's words for each issue that it refused. */
const bulk = async (role: Role, key: string, transitionId: string): Promise<string[]> => {
  const started = await site.rest(role, 'POST', '/rest/api/3/bulk/issues/transition', {
    bulkTransitionInputs: [{ selectedIssueIdsOrKeys: [key], transitionId }],
  });
  const { taskId } = v.parse(v.object({ taskId: v.string() }), started.body);
  const task = await site.rest(role, 'GET', `/rest/api/3/bulk/queue/${taskId}`);
  const Failed = v.object({ failedAccessibleIssues: v.record(v.string(), v.array(v.string())) });
  return Object.values(v.parse(Failed, task.body).failedAccessibleIssues).flat();
};

describe('the author cannot approve', () => {
  let change: TestChange;
  beforeAll(async () => {
    change = await submitted(site);
  });
  afterAll(async () => {
    await site.host.idle();
    expect(await viewOf(site, change.key)).toMatchObject({ status: 'in-review', votes: [] });
    expect(await site.by.status(change.key)).toBe('In review');
  });

  it('P3: nobody approves their own change: not in the panel', async () => {
    expect(await vote(change, 'developer')).toMatchObject(
      refusedWith('not-allowed', /author cannot approve/),
    );
  });

  it('not by a REST transition', async () => {
    const reply = await site.transition('developer', change.key, 'approve');
    expect(reply).toMatchObject({ status: 400, words: expect.stringMatching(/not valid/) });
  });

  it('not by the transition that closes the review', async () => {
    for (const role of ['developer', 'firstApprover', 'admin', 'operator'] as const) {
      expect(await site.transition(role, change.key, 'quorum-reached')).toMatchObject({ status: 400 });
    }
  });

  it('not in bulk', async () => {
    expect(await bulk('developer', change.key, transitions.approve.id)).toEqual([
      expect.stringMatching(/not valid/),
    ]);
    expect(await bulk('admin', change.key, transitions['quorum-reached'].id)).toEqual([
      expect.stringMatching(/not valid/),
    ]);
    await site.host.idle();
    expect(await site.by.status(change.key)).toBe('In review');
  });

  it('not when the author is an approver elsewhere', async () => {
    const own = await submitted(site, {}, 'firstApprover');
    expect(await vote(own, 'firstApprover')).toMatchObject(
      refusedWith('not-allowed', /author cannot approve/),
    );
    expect(await site.transition('firstApprover', own.key, 'approve')).toMatchObject({ status: 400 });
    expect(await vote(own, 'secondApprover')).toMatchObject({ ok: true });
  });
});

describe('who may not vote', () => {
  it('an approver who transitions without voting is told to open the panel', async () => {
    const change = await submitted(site);
    const reply = await site.transition('firstApprover', change.key, 'approve');
    expect(reply.status).toBe(400);
    expect(reply.words).toContain('Open the Query Change panel to approve revision');
    expect(reply.words).toContain(change.digest.slice(0, 8));
    expect(await bulk('firstApprover', change.key, transitions.approve.id)).toEqual([
      expect.stringContaining('Open the Query Change panel'),
    ]);
    await site.host.idle();
    expect((await viewOf(site, change.key)).votes).toEqual([]);
  });

  it("another's vote does not lend itself: the second transition is recorded and does not count", async () => {
    const change = await submitted(site, prod);
    expect(await vote(change, 'firstApprover')).toMatchObject({ ok: true });
    await site.transition('secondApprover', change.key, 'approve');
    await site.host.idle();
    const view = await viewOf(site, change.key);
    expect(view).toMatchObject({ status: 'in-review', attempts: 1, approvalsMissing: 1 });
    expect(await site.by.status(change.key)).toBe('In review');
  });

  it('somebody outside the group', async () => {
    const change = await submitted(site);
    expect(await vote(change, 'secondDeveloper')).toMatchObject(refusedWith('not-allowed', /Not a member/));
    expect(await site.transition('secondDeveloper', change.key, 'approve')).toMatchObject({ status: 400 });
  });

  it('P8: an app account in the group may propose, not approve or run', async () => {
    const change = await submitted(site);
    const reply = await site.callAs(bot.accountId, change, 'approve', { digest: change.digest, comment: '' });
    expect(reply).toMatchObject(refusedWith('not-allowed', /Only people can approve/));
    expect((await viewOf(site, change.key)).revision?.candidates).not.toContain(bot.accountId);
    await vote(change, 'firstApprover');
    const run = await site.callAs(bot.accountId, change, 'run', { digest: change.digest });
    expect(run).toMatchObject(refusedWith('not-allowed', /author or an operator/));
    expect(await site.applied('dev', change.mark, change.id)).toEqual({ marks: 0, applies: 0, rollbacks: 0 });
  });

  it('whoever edited the draft', async () => {
    const { key, version, content } = await drafted(site);
    const edited = { ...content, reason: 'An approver mended the words.' };
    const saved = await site.by.must('firstApprover', key, 'save-draft', {
      baseVersion: version,
      content: edited,
    });
    await site.by.must('developer', key, 'submit', { version: saved.version });
    const change = { key, digest: await digestOf(site, key) };
    expect(await vote(change, 'firstApprover')).toMatchObject(
      refusedWith('not-allowed', /edited the change/),
    );
    expect(await vote(change, 'secondApprover')).toMatchObject({ ok: true });
  });
});

describe('votes bind to a digest', () => {
  it('two approvers at once are both counted, and the review closes once', async () => {
    const change = await submitted(site, prod);
    const replies = await Promise.all([vote(change, 'firstApprover'), vote(change, 'secondApprover')]);
    expect(replies).toMatchObject([{ ok: true }, { ok: true }]);
    await site.by.untilStatus(change.key, ['Approved']);
    await site.host.idle();
    const words = await history(site, change.key);
    expect(words.filter((line) => line.startsWith('approved digest'))).toHaveLength(2);
    expect(words.filter((line) => line.startsWith('closed the review'))).toHaveLength(1);
    expect(words.join()).not.toContain('go round');
    expect((await statusesOf(site, change.key)).filter((name) => name === 'Approved')).toHaveLength(1);
  });

  it('one person voting twice at once counts once', async () => {
    const change = await submitted(site, prod);
    const replies = await Promise.all([1, 2, 3].map(async () => vote(change, 'firstApprover')));
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await viewOf(site, change.key)).toMatchObject({ status: 'in-review', approvalsMissing: 1 });
  });

  it('P1: any edit voids every approval, and old text does not revive it', async () => {
    const first = await submitted(site, prod);
    expect(await vote(first, 'firstApprover')).toMatchObject({ ok: true });
    await site.by.must('developer', first.key, 'rework', {});
    const draft = (await viewOf(site, first.key)).draft;
    const saved = await site.by.must('developer', first.key, 'save-draft', {
      baseVersion: draft?.version ?? 0,
      content: { ...first.content, reason: 'Another reason.' },
    });
    const back = await site.by.must('developer', first.key, 'save-draft', {
      baseVersion: saved.version,
      content: first.content,
    });
    await site.by.must('developer', first.key, 'submit', { version: back.version });
    const second = { ...first, digest: await digestOf(site, first.key) };
    expect(second.digest).not.toBe(first.digest);
    expect(await viewOf(site, first.key)).toMatchObject({ revision: { number: 2 }, votes: [] });
    expect(await vote(first, 'secondApprover')).toMatchObject(refusedWith('stale-digest', /moved on/));
    expect(await vote(second, 'secondApprover')).toMatchObject({ ok: true });
    expect(await viewOf(site, first.key)).toMatchObject({ status: 'in-review', approvalsMissing: 1 });
    const bare = await site.by.call('developer', first.key, 'run', { digest: first.digest });
    expect(bare).toMatchObject(refusedWith('stale-digest', /edited/));
  });

  it('a vote that meets a rework counts for the old revision or not at all', async () => {
    const change = await submitted(site);
    const [voted] = await Promise.all([
      vote(change, 'firstApprover'),
      site.by.call('developer', change.key, 'rework', {}),
    ]);
    await site.host.idle();
    const view = await viewOf(site, change.key);
    expect(voted.ok || ['stale-digest', 'illegal'].includes(voted.error.code)).toBe(true);
    expect(view.votes).toEqual([]);
    expect(view.status).toBe('draft');
    await site.by.untilStatus(change.key, ['Draft']);
    expect(await site.by.call('developer', change.key, 'run', { digest: change.digest })).toMatchObject({
      ok: false,
    });
  });

  it('editing after approval voids it, and Run refuses', async () => {
    const change = await approved(site);
    await site.by.must('developer', change.key, 'rework', {});
    expect(await site.by.status(change.key)).toBe('Draft');
    expect(await site.by.call('developer', change.key, 'run', { digest: change.digest })).toMatchObject(
      refusedWith('stale-digest', /edited/),
    );
    expect(await site.transition('developer', change.key, 'run')).toMatchObject({ status: 400 });
    expect(await site.applied('dev', change.mark, change.id)).toEqual({ marks: 0, applies: 0, rollbacks: 0 });
  });
});
