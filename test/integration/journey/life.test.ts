import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import { people } from '../../../scripts/local/seed';
import { approved, history, submitted, succeeded, viewOf } from '../../support/change';
import { openExecutions, refuseReceipts, stored } from '../../support/faults';
import { startTestSite, type TestSite } from '../../support/local-site';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => site.close());

const nothing = { marks: 0, applies: 0, rollbacks: 0 };
const errors = (): string[] =>
  site.host.log
    .lines()
    .filter(({ level, source }) => level === 'error' && source === 'platform')
    .map(({ text }) => text);

describe('issues come and go', () => {
  it('a deleted issue leaves its ledger, and nothing fails', async () => {
    const change = await submitted(site);
    const before = errors();
    expect((await site.rest('admin', 'DELETE', `/rest/api/3/issue/${change.key}`)).status).toBe(204);
    await site.host.idle();
    site.clock.advance(61_000);
    await site.host.runSchedule('sweep');
    expect(errors()).toEqual(before);
    expect(stored(site, 'kv', `key:${change.key}`)).toBeUndefined();
    expect(stored(site, 'kv', `event:${change.id}:1`)).toMatchObject({ body: { type: 'submitted' } });
  });

  it('an issue deleted after Run was pressed keeps the receipt of what ran', async () => {
    const change = await approved(site);
    const restore = refuseReceipts(site);
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.executed(change.key);
    expect((await site.rest('admin', 'DELETE', `/rest/api/3/issue/${change.key}`)).status).toBe(204);
    restore();
    site.clock.advance(31_000);
    await site.host.runSchedule('sweep');
    await site.host.idle();
    expect(await site.applied('dev', change.mark, change.id)).toEqual({ marks: 1, applies: 1, rollbacks: 0 });
    const Head = v.object({ state: v.object({ status: v.string() }) });
    expect(v.parse(Head, stored(site, 'entity/change', change.id)).state.status).toBe('succeeded');
    expect(openExecutions(site, change.id)).toEqual([]);
  });

  it('another issue type takes a change out of its workflow, and that is recorded', async () => {
    const change = await approved(site);
    // Jira's move dialog is not played here; this is the event that it ends in.
    await site.host.invoke('issue-trigger', {
      eventType: 'avi:jira:updated:issue',
      issue: { id: change.id, key: change.key },
      atlassianId: people.secondDeveloper.accountId,
      changelog: { items: [{ field: 'issuetype', to: '10999' }] },
    });
    await site.host.idle();
    expect(await viewOf(site, change.key)).toMatchObject({
      status: 'needs-attention',
      attempts: 1,
      attention: { code: 'type-changed' },
    });
    expect(await site.by.call('developer', change.key, 'run', { digest: change.digest })).toMatchObject({
      ok: false,
    });
    expect(await site.applied('dev', change.mark, change.id)).toEqual(nothing);
  });

  it('events out of order and of unknown issues change nothing', async () => {
    const change = await succeeded(site);
    const before = await history(site, change.key);
    const event = (id: string, key: string): object => ({
      eventType: 'avi:jira:updated:issue',
      issue: { id, key },
      atlassianId: 'qc-dev-0001',
      changelog: { items: [{ field: 'status', to: '1' }] },
    });
    await site.host.invoke('issue-trigger', event(change.id, change.key));
    await site.host.invoke('issue-trigger', event('999999', 'DB-999999'));
    await site.host.invoke('issue-trigger', {
      ...event('999998', 'DB-999998'),
      eventType: 'avi:jira:deleted:issue',
    });
    await site.host.idle();
    expect(await history(site, change.key)).toEqual(before);
    expect(stored(site, 'entity/change', '999999')).toBeUndefined();
  });
});

describe('two sites in one process', () => {
  it('do not mix', async () => {
    const other = await startTestSite();
    try {
      const [here, there] = await Promise.all([succeeded(site), succeeded(other)]);
      expect(await site.applied('dev', here.mark, here.id)).toMatchObject({ marks: 1 });
      expect(await other.applied('dev', there.mark, there.id)).toMatchObject({ marks: 1 });
      expect(await other.applied('dev', here.mark, here.id)).toMatchObject({ marks: 0 });
      const proof = await site.by.must('developer', here.key, 'evidence', { kind: 'apply' });
      const response = await fetch(other.host.webTriggerUrl('receipt'), {
        method: 'POST',
        body: JSON.stringify({ receipt: proof.receipt, result: null }),
      });
      expect(response.status).toBe(422);
    } finally {
      await other.close();
    }
  });
});
