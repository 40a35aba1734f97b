import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import { DraftView } from '#core/panel/view';
import { approverGroup } from '../../../scripts/local/seed';
import { adminCall } from '../../../scripts/local/set-up-site';
import { drafted, history, markContent, submitted, viewOf } from '../../support/change';
import { stored } from '../../support/faults';
import { startTestSite, voters, type TestSite } from '../../support/local-site';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite({ voters: 10 });
});
afterAll(async () => site.close());

/** Sets how many approvals a connection needs, as the setup page does. */
async function needApprovals(connection: string, approvals: number): Promise<void> {
  const { connections } = await adminCall(site.host, 'overview', {});
  const policy = connections.find(({ key }) => key === connection)?.policy;
  if (!policy) throw new Error(`${connection} has no policy`);
  await adminCall(site.host, 'save-policy', { connection, policy: { ...policy, approvals } });
}

const ten = Array.from({ length: 10 }, (_, index) => index);

describe('writers at once', () => {
  it('ten voters at once: every vote is an event, the chain is whole, the review closes once', async () => {
    await needApprovals('shop-qa', 10);
    const change = await submitted(site, { connection: 'shop-qa' });
    const people = voters(10);
    expect((await viewOf(site, change.key)).revision?.approverGroup).toBe(approverGroup);
    const replies = await Promise.all(
      people.map(async ({ accountId }) =>
        site.callAs(accountId, change, 'approve', { digest: change.digest, comment: accountId }),
      ),
    );
    const Reply = v.object({ ok: v.boolean(), error: v.optional(v.object({ code: v.string() })) });
    const outcomes = replies.map((reply) => v.parse(Reply, reply));
    const refused = outcomes.filter(({ ok }) => !ok);
    // Whoever lost too often in a row is told to try again, and nothing of theirs is half there.
    expect(refused.map(({ error }) => error?.code)).toEqual(refused.map(() => 'busy'));
    await Promise.all(
      people.map(async ({ accountId }, index) =>
        outcomes[index]?.ok
          ? undefined
          : site.callAs(accountId, change, 'approve', { digest: change.digest, comment: '' }),
      ),
    );
    await site.by.untilStatus(change.key, ['Approved']);
    await site.host.idle();
    const words = await history(site, change.key);
    expect(words.filter((line) => line.startsWith('approved digest'))).toHaveLength(10);
    expect(words.filter((line) => line.startsWith('closed the review'))).toHaveLength(1);
    expect(new Set((await viewOf(site, change.key)).votes.map((vote) => vote.accountId)).size).toBe(10);
  });

  it('an altered event breaks the chain, and the timeline says where', async () => {
    const change = await submitted(site);
    const event = stored(site, 'kv', `event:${change.id}:1`);
    const forged = JSON.stringify({ ...(event as object), actor: 'qc-dev-0002' });
    site.host.platform.kvs.put('kv', `event:${change.id}:1`, forged, undefined);
    const timeline = await site.by.must('auditor', change.key, 'timeline', {});
    expect(timeline).toMatchObject({ intact: false, problem: expect.stringContaining('Entry 1') });
  });
});

describe('drafts', () => {
  it('two tabs over the same version: one is stored, the other gets it to compare', async () => {
    const draft = await drafted(site);
    const saves = await Promise.all(
      ['first', 'second'].map(async (reason) =>
        site.by.call('developer', draft.key, 'save-draft', {
          baseVersion: draft.version,
          content: { ...draft.content, reason },
        }),
      ),
    );
    const saved = saves.filter(({ ok }) => ok);
    const lost = saves.find(({ ok }) => !ok);
    expect(saved).toHaveLength(1);
    if (lost === undefined || lost.ok) throw new Error('both tabs were stored');
    expect(lost.error.code).toBe('conflict');
    const { draft: now } = await viewOf(site, draft.key);
    expect(v.parse(DraftView, lost.error.details)).toEqual(now);
  });

  it('ten saves at once from the same version: one is stored, none is lost in silence', async () => {
    const { key } = await site.by.create('developer', 'Ten tabs');
    const saves = await Promise.all(
      ten.map(async (tab) =>
        site.by.call('developer', key, 'save-draft', { baseVersion: 0, content: markContent(`tab-${tab}`) }),
      ),
    );
    expect(saves.filter(({ ok }) => ok)).toHaveLength(1);
    expect(saves.flatMap((reply) => (reply.ok ? [] : [reply.error.code]))).toEqual(
      Array.from({ length: 9 }, () => 'conflict'),
    );
    const { draft } = await viewOf(site, key);
    const winner = ten.find((tab) => saves[tab]?.ok);
    expect(draft).toMatchObject({ version: 1, content: { sql: markContent(`tab-${winner}`).sql } });
  });

  it('submitting an older version than the stored one is a conflict', async () => {
    const draft = await drafted(site);
    const content = { ...draft.content, reason: 'Newer.' };
    await site.by.must('developer', draft.key, 'save-draft', { baseVersion: draft.version, content });
    expect(await site.by.call('developer', draft.key, 'submit', { version: draft.version })).toMatchObject({
      ok: false,
      error: { code: 'conflict' },
    });
    expect((await viewOf(site, draft.key)).status).toBe('draft');
  });

  it('two submissions at once make one revision', async () => {
    const draft = await drafted(site);
    const replies = await Promise.all(
      [1, 2, 3].map(async () => site.by.call('developer', draft.key, 'submit', { version: draft.version })),
    );
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
    await site.host.idle();
    const words = await history(site, draft.key);
    expect(words.filter((line) => line.startsWith('submitted revision'))).toHaveLength(1);
    expect((await viewOf(site, draft.key)).attempts).toBe(0);
  });
});
