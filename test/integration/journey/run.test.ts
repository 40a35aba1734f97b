import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { people } from '../../../scripts/local/seed';
import { approved, history, ran, statusesOf, submitted, succeeded, viewOf } from '../../support/change';
import { startTestSite, type TestSite } from '../../support/local-site';
import { postFunctionEvent, removeRules } from '../../support/workflow';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => site.close());

const once = { marks: 1, applies: 1, rollbacks: 0 };
const nothing = { marks: 0, applies: 0, rollbacks: 0 };

describe('running once', () => {
  it('P2: exactly once: parallel panel calls and REST transitions apply the change once', async () => {
    const change = await approved(site);
    const run = { digest: change.digest };
    await Promise.all([
      site.by.call('developer', change.key, 'run', run),
      site.by.call('operator', change.key, 'run', run),
      site.by.call('developer', change.key, 'run', run),
      site.transition('developer', change.key, 'run'),
      site.transition('operator', change.key, 'run'),
    ]);
    await site.by.untilStatus(change.key, ['Succeeded']);
    await site.host.idle();
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
    const words = await history(site, change.key);
    expect(words.filter((line) => line.startsWith('pressed Run'))).toHaveLength(1);
    expect((await statusesOf(site, change.key)).filter((name) => name === 'Succeeded')).toHaveLength(1);
    expect((await viewOf(site, change.key)).attempts).toBe(0);
  });

  it('a second Run of the same approved revision is refused by every route', async () => {
    const change = await succeeded(site);
    const again = await site.by.call('developer', change.key, 'run', { digest: change.digest });
    expect(again).toMatchObject({ ok: false, error: { code: 'illegal' } });
    expect(await site.transition('developer', change.key, 'run')).toMatchObject({ status: 400 });
    await site.host.idle();
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
  });

  it('a post-function and an event that come twice and late change nothing', async () => {
    site.host.faults.events.copies = 3;
    site.host.faults.events.delayMs = 60_000;
    try {
      const change = await approved(site);
      await ran(site, change);
      const before = await history(site, change.key);
      const event = await postFunctionEvent(site, 'run', change, people.developer.accountId);
      await Promise.all([1, 2].map(async () => site.host.invoke('follow-transition', event)));
      await site.host.idle();
      site.clock.advance(61_000);
      await site.host.idle();
      expect(await history(site, change.key)).toEqual(before);
      expect(await site.by.status(change.key)).toBe('Succeeded');
      expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
    } finally {
      site.host.faults.events.copies = 1;
      site.host.faults.events.delayMs = 0;
    }
  });

  it('somebody who is neither author nor operator cannot run it', async () => {
    const change = await approved(site);
    for (const role of ['secondDeveloper', 'firstApprover', 'auditor'] as const) {
      const reply = await site.by.call(role, change.key, 'run', { digest: change.digest });
      expect(reply).toMatchObject({ ok: false, error: { code: 'not-allowed' } });
      expect(await site.transition(role, change.key, 'run')).toMatchObject({ status: 400 });
    }
    await site.host.idle();
    expect(await site.applied('dev', change.mark, change.id)).toEqual(nothing);
    expect(await viewOf(site, change.key)).toMatchObject({ status: 'approved', attempts: 0 });
  });
});

describe('P6: the ledger is the record; Jira shows it', () => {
  it('an issue moved to Approved without votes never produces an order and asks for attention', async () => {
    const restore = await removeRules(site, 'quorum-reached');
    const change = await submitted(site);
    expect(await site.transition('admin', change.key, 'quorum-reached')).toMatchObject({ status: 204 });
    await restore();
    await site.by.untilStatus(change.key, ['Needs attention']);
    await site.host.idle();
    const view = await viewOf(site, change.key);
    expect(view).toMatchObject({ status: 'needs-attention', attempts: 1, votes: [] });
    expect(view.attention?.message).toContain('moved to approved');
    expect(await site.by.search('auditor', 'queryChangeAttempts > 0')).toContain(change.key);
    expect(await site.by.call('developer', change.key, 'run', { digest: change.digest })).toMatchObject({
      ok: false,
    });
    expect(await site.transition('developer', change.key, 'run')).toMatchObject({ status: 400 });
    expect(await site.by.must('developer', change.key, 'evidence', { kind: 'apply' }).catch(String)).toMatch(
      /no such attempt/,
    );
    expect(await site.applied('dev', change.mark, change.id)).toEqual(nothing);
  });

  it('an issue pushed to Running past our rules runs nothing', async () => {
    const restore = await removeRules(site, 'quorum-reached', 'run');
    const change = await submitted(site);
    await site.transition('admin', change.key, 'quorum-reached');
    await site.transition('admin', change.key, 'run');
    await restore();
    await site.by.untilStatus(change.key, ['Needs attention']);
    await site.host.idle();
    expect((await viewOf(site, change.key)).attempts).toBeGreaterThan(0);
    expect(await site.applied('dev', change.mark, change.id)).toEqual(nothing);
  });

  it('a forged property changes nothing and is repaired by the next publication', async () => {
    const change = await submitted(site);
    const path = `/rest/api/3/issue/${change.key}/properties/query-change`;
    const forged = {
      ...((await site.by.property(change.key, 'query-change')) as object),
      status: 'succeeded',
      approvals: 9,
    };
    expect((await site.rest('developer', 'PUT', path, forged)).status).toBe(200);
    expect(await site.by.call('developer', change.key, 'run', { digest: change.digest })).toMatchObject({
      ok: false,
    });
    await site.by.must('firstApprover', change.key, 'approve', { digest: change.digest, comment: '' });
    await site.by.untilStatus(change.key, ['Approved']);
    await site.host.idle();
    expect(await site.by.property(change.key, 'query-change')).toMatchObject({
      status: 'approved',
      approvals: 1,
    });
  });
});
