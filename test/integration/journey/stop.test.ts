import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExecutionProgress } from '#core/protocol/progress';
import { people } from '../../../scripts/local/seed';
import {
  approved,
  commentsOf,
  history,
  ran,
  statusesOf,
  succeeded,
  viewOf,
  type TestChange,
} from '../../support/change';
import { startExecutorProxy, type ExecutorProxy } from '../../support/executor-proxy';
import { failQueuePushes, openExecutions, refuseReceipts } from '../../support/faults';
import { bot, startTestSite, type TestSite } from '../../support/local-site';
import { postFunctionEvent } from '../../support/workflow';
import { asAdmin } from '../admin/support';

let site: TestSite;
let proxy: ExecutorProxy;
beforeAll(async () => {
  site = await startTestSite();
  proxy = await startExecutorProxy(() => site.executor().url);
  site.host.setRemote('executor', proxy.url);
});
afterEach(() => {
  proxy.judge = () => 'pass';
});
afterAll(async () => {
  await proxy.close();
  await site.close();
});

const nothing = { marks: 0, applies: 0, rollbacks: 0 };
const once = { marks: 1, applies: 1, rollbacks: 0 };
const retry = 11_000;
const why = { kind: 'apply', try: 1, reason: 'It blocks the shop.' } as const;

/** Leaves a mark and then takes its time. */
const sleepy = "INSERT INTO marks (mark) VALUES ('sleepy'); SELECT pg_sleep(25);";

/** Runs a change whose second statement sleeps; resolves when the executor runs it. */
async function runningChange(wish: Parameters<typeof approved>[1] = { sql: sleepy }): Promise<TestChange> {
  const change = await approved(site, wish);
  await site.by.must('developer', change.key, 'run', { digest: change.digest });
  await site.host.idle();
  await asleep();
  return change;
}

async function asleep(): Promise<void> {
  for (const since = Date.now(); Date.now() - since < 10_000;) {
    const rows = await site.shop(
      'dev',
      `select from pg_stat_activity where wait_event = 'PgSleep' and state = 'active' and query like '%pg_sleep%'`,
    );
    if (rows.length > 0) return;
  }
  throw new Error('the statement does not run');
}

const lines = async (change: TestChange, word: string): Promise<string[]> =>
  (await history(site, change.key)).filter((line) => line.includes(word));

describe('Stop while the executor runs it', () => {
  it('by the author: the change is back in Approved, nothing was applied, and who asked stays on record', async () => {
    const change = await runningChange();
    expect((await viewOf(site, change.key)).secondary).toEqual([
      { name: 'stop', label: 'Stop', enabled: true, why: null },
    ]);
    await site.by.must('developer', change.key, 'stop', why);
    await site.by.untilStatus(change.key, ['Approved']);
    await site.host.idle();
    const view = await viewOf(site, change.key);
    expect(view).toMatchObject({ status: 'approved', running: null, attempts: 0 });
    expect(view.headline).toBe('The last attempt was stopped; it changed nothing. It can be run again.');
    expect(view.outcomes).toMatchObject([{ status: 'revoked', code: 'cancelled' }]);
    expect(await site.applied('dev', 'sleepy', change.id)).toEqual(nothing);
    expect(await lines(change, 'asked to stop')).toHaveLength(1);
    const comments = await commentsOf(site, change.key);
    expect(comments.at(-1)).toMatchObject({
      text: expect.stringMatching(/was stopped by .*nothing was applied: It blocks the shop\./),
      mentions: [people.developer.accountId, people.developer.accountId],
    });
    expect(openExecutions(site, change.id)).toEqual([]);
    // The next try has another id and runs to its end.
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.host.idle();
    await asleep();
    const again = await site.by.call('developer', change.key, 'stop', why);
    expect(again).toMatchObject({
      ok: false,
      error: { code: 'illegal', message: expect.stringContaining('over') },
    });
    await site.by.must('operator', change.key, 'stop', { ...why, try: 2 });
    await site.by.untilStatus(change.key, ['Approved']);
  });

  it('of a rollback: the change is still applied', async () => {
    const rollback = `DELETE FROM marks WHERE mark = 'kept'; SELECT pg_sleep(25);`;
    const change = await succeeded(site, { sql: `INSERT INTO marks (mark) VALUES ('kept');`, rollback });
    await site.by.must('developer', change.key, 'roll-back', { digest: change.digest });
    await site.host.idle();
    await asleep();
    await site.by.must('operator', change.key, 'stop', { ...why, kind: 'rollback' });
    await site.by.untilStatus(change.key, ['Succeeded']);
    await site.host.idle();
    expect(await site.applied('dev', 'kept', change.id)).toEqual(once);
    expect((await viewOf(site, change.key)).headline).toContain('The last rollback was stopped');
  });

  it('twice, from two people at once, is one wish and one end', async () => {
    const change = await runningChange();
    await Promise.all([
      site.by.call('developer', change.key, 'stop', why),
      site.by.call('operator', change.key, 'stop', why),
      site.by.call('developer', change.key, 'stop', why),
    ]);
    await site.by.untilStatus(change.key, ['Approved']);
    await site.host.idle();
    expect(await lines(change, 'asked to stop')).toHaveLength(1);
    expect((await statusesOf(site, change.key)).filter((name) => name === 'Approved')).toHaveLength(2);
    expect(await site.applied('dev', 'sleepy', change.id)).toEqual(nothing);
  });

  it('after COMMIT changes nothing: the change is Succeeded', async () => {
    const change = await approved(site);
    const restore = refuseReceipts(site);
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.host.idle();
    await site.executed(change.key);
    expect(await site.by.status(change.key)).toBe('Running');
    await site.by.must('developer', change.key, 'stop', why);
    restore();
    await site.by.untilStatus(change.key, ['Succeeded']);
    await site.host.idle();
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
    expect(await site.by.call('developer', change.key, 'stop', why)).toMatchObject({ ok: false });
  });

  it('at any moment: what Jira says is what the database has', async () => {
    for (let round = 0; round < 6; round += 1) {
      const change = await approved(site);
      await site.by.must('developer', change.key, 'run', { digest: change.digest });
      await new Promise((later) => setTimeout(later, round * 15));
      await site.by.call('developer', change.key, 'stop', why);
      const status = await site.by.untilStatus(change.key, ['Succeeded', 'Approved']);
      await site.host.idle();
      expect(await site.by.status(change.key)).toBe(status);
      expect(await site.applied('dev', change.mark, change.id)).toEqual(
        status === 'Succeeded' ? once : nothing,
      );
    }
  });
});

describe('Stop before the executor has the order', () => {
  it('unsigned: it ends at once, without the executor, and a late delivery orders nothing', async () => {
    const change = await approved(site);
    const restore = failQueuePushes(site);
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.host.idle();
    const asked = proxy.seen.length;
    await site.by.must('developer', change.key, 'stop', why);
    restore();
    await site.by.untilStatus(change.key, ['Approved']);
    expect(proxy.seen.length).toBe(asked);
    site.clock.advance(31_000);
    await site.host.idle();
    await site.host.runSchedule('sweep');
    await site.host.idle();
    expect(await site.by.status(change.key)).toBe('Approved');
    expect(await site.applied('dev', change.mark, change.id)).toEqual(nothing);
    expect((await commentsOf(site, change.key)).at(-1)?.text).toContain('stopped this before the executor');
    // A delivery without the transition's id is no new Run either, while Jira does not show one.
    const event = await postFunctionEvent(site, 'run', change, people.developer.accountId);
    await site.host.invoke('follow-transition', event);
    await site.host.idle();
    expect(await site.by.status(change.key)).toBe('Approved');
    expect(await site.applied('dev', change.mark, change.id)).toEqual(nothing);
    await ran(site, change);
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
  });

  it('signed, and the executor away: the wish waits in the ledger and is sent instead of the order', async () => {
    const change = await approved(site);
    proxy.judge = () => 'cut';
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.host.idle();
    await site.by.must('developer', change.key, 'stop', why);
    const view = await viewOf(site, change.key);
    expect(view.status).toBe('running');
    expect(view.running).toMatchObject({
      phase: 'waiting',
      note: 'The executor does not answer. It is told to stop as soon as it does.',
      stop: { by: people.developer.accountId, reason: why.reason },
    });
    proxy.judge = () => 'pass';
    const before = proxy.seen.length;
    site.clock.advance(retry);
    await site.by.untilStatus(change.key, ['Approved']);
    await site.host.idle();
    const sent = new Set(proxy.seen.slice(before).map(({ path }) => path));
    expect([...sent]).toEqual(['/v1/revocations']);
    expect(await site.applied('dev', change.mark, change.id)).toEqual(nothing);
  });

  it('and the sweep sends it when the queue has given up, also while dispatch is paused', async () => {
    const change = await runningChange();
    proxy.judge = () => 'cut';
    const restore = failQueuePushes(site);
    await site.by.call('developer', change.key, 'stop', why);
    restore();
    proxy.judge = () => 'pass';
    await asAdmin(site, 'pause', { reason: 'The primary is moved.' });
    await site.host.runSchedule('sweep');
    await site.by.untilStatus(change.key, ['Approved']);
    await asAdmin(site, 'resume', {});
    expect(await site.applied('dev', 'sleepy', change.id)).toEqual(nothing);
  });
});

describe('who may stop', () => {
  it('neither approvers, onlookers nor bots; and nobody stops another change by its number', async () => {
    const change = await runningChange();
    const refused = { ok: false, error: { code: 'not-allowed' } };
    expect(await site.by.call('firstApprover', change.key, 'stop', why)).toMatchObject(refused);
    expect(await site.by.call('auditor', change.key, 'stop', why)).toMatchObject(refused);
    expect(await site.callAs(bot.accountId, change, 'stop', why)).toMatchObject({
      ok: false,
      error: { code: 'not-allowed', message: 'Only people can stop a run, not apps or agents.' },
    });
    expect(await site.callAs('nobody', change, 'stop', why)).toMatchObject(refused);
    expect((await viewOf(site, change.key, 'auditor')).secondary).toMatchObject([
      { name: 'stop', enabled: false, why: 'Only the author or an operator can stop it.' },
    ]);
    // A jti in the payload is no part of the call; the issue is the platform's.
    const other = await approved(site);
    const forged = { ...why, jti: 'f'.repeat(64), issueId: change.id };
    expect(await site.callAs(people.developer.accountId, other, 'stop', forged)).toMatchObject({
      ok: false,
      error: { code: 'bad-request' },
    });
    expect(await site.by.call('developer', other.key, 'stop', why)).toMatchObject({
      ok: false,
      error: { code: 'illegal' },
    });
    expect(await site.by.call('developer', change.key, 'stop', { ...why, reason: ' ' })).toMatchObject({
      ok: false,
      error: { code: 'bad-request' },
    });
    expect(await lines(change, 'asked to stop')).toEqual([]);
    expect((await viewOf(site, change.key)).status).toBe('running');
    await site.by.must('operator', change.key, 'stop', why);
    await site.by.untilStatus(change.key, ['Approved']);
  });
});

describe('progress', () => {
  /** The progress that a viewer sees, as soon as it is as wanted. */
  async function progressOf(change: TestChange, wanted: (seen: ExecutionProgress) => boolean) {
    for (const since = Date.now(); Date.now() - since < 10_000;) {
      const { progress } = await site.by.must('auditor', change.key, 'progress', {});
      if (progress && wanted(progress)) return progress;
    }
    throw new Error('there is no such progress');
  }

  it('is told while it runs, and not otherwise', async () => {
    const change = await runningChange();
    expect(await progressOf(change, ({ step }) => step === 2)).toMatchObject({ steps: 2, rows: 1 });
    proxy.judge = () => 'cut';
    expect(await site.by.must('auditor', change.key, 'progress', {})).toEqual({
      progress: null,
      silent: true,
    });
    proxy.judge = () => 'pass';
    await site.by.must('developer', change.key, 'stop', why);
    await site.by.untilStatus(change.key, ['Approved']);
    const asked = proxy.seen.length;
    expect(await site.by.must('auditor', change.key, 'progress', {})).toEqual({
      progress: null,
      silent: false,
    });
    expect(proxy.seen.length).toBe(asked);
  });

  it('takes the receipt that was lost on its way', async () => {
    const change = await approved(site);
    const restore = refuseReceipts(site);
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.host.idle();
    await site.executed(change.key);
    await site.by.must('auditor', change.key, 'progress', {});
    await site.by.untilStatus(change.key, ['Succeeded']);
    restore();
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
  });
});
