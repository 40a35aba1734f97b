import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { people } from '../../../scripts/local/seed';
import { approved, drafted, history, submitted, approveAll, succeeded, viewOf } from '../../support/change';
import { holdQueuePushes, refuseReceipts, settingsOf } from '../../support/faults';
import { startExecutorProxy, type ExecutorProxy } from '../../support/executor-proxy';
import { startTestSite, type TestSite } from '../../support/local-site';
import { asAdmin, refusalOf } from './support';

let site: TestSite;
let proxy: ExecutorProxy;
beforeAll(async () => {
  site = await startTestSite();
  proxy = await startExecutorProxy(() => site.executor().url);
  site.host.setRemote('executor', proxy.url);
});
afterEach(async () => {
  proxy.judge = () => 'pass';
  if (settingsOf(site).pause) await asAdmin(site, 'resume', {});
  await site.host.idle();
});
afterAll(async () => {
  await proxy.close();
  await site.close();
});

const reason = 'The primary is moved';
const words =
  /^Dispatch is paused by Alex Admin since \d{4}-\d\d-\d\d \d\d:\d\d UTC: The primary is moved\. Nothing is sent to the executor\.$/;
const nothing = { marks: 0, applies: 0, rollbacks: 0 };
const once = { marks: 1, applies: 1, rollbacks: 0 };
const pause = () => asAdmin(site, 'pause', { reason });
/** Orders that reached the executor since `from` requests. */
const orders = (from: number) => proxy.seen.slice(from).filter(({ path }) => path === '/v1/orders');

describe('while dispatch is paused', () => {
  it('the overview says who, when and why, and a second pause is refused', async () => {
    const { pause: shown } = await pause();
    expect(shown).toMatchObject({ by: people.admin.accountId, reason });
    expect(await refusalOf(site, 'pause', { reason: 'again' })).toBe('Dispatch is paused already.');
    expect((await asAdmin(site, 'resume', {})).pause).toBeNull();
    expect(await refusalOf(site, 'resume', {})).toBe('Dispatch is not paused.');
  });

  it('submitting and approving go on', async () => {
    await pause();
    const draft = await drafted(site);
    const view = await viewOf(site, draft.key);
    expect(view.primary).toMatchObject({ name: 'submit', enabled: true });
    await approveAll(site, await submitted(site));
  });

  it('Run is disabled with the reason, and refused by the resolver and by the transition over REST', async () => {
    const change = await approved(site);
    await pause();
    const from = proxy.seen.length;
    const view = await viewOf(site, change.key);
    expect(view.primary).toMatchObject({ name: 'run', enabled: false, why: expect.stringMatching(words) });
    const pressed = await site.by.call('developer', change.key, 'run', { digest: change.digest });
    expect(pressed).toMatchObject({ ok: false, error: { message: expect.stringMatching(words) } });
    const moved = await site.transition('developer', change.key, 'run');
    expect(moved.status).toBe(400);
    expect(moved.words).toMatch(words);
    await site.host.idle();
    await site.host.runSchedule('sweep');
    expect(await site.by.status(change.key)).toBe('Approved');
    expect(orders(from)).toEqual([]);
    expect(await site.applied('dev', change.mark, change.id)).toEqual(nothing);
  });

  it('Roll back is disabled and refused the same way', async () => {
    const change = await succeeded(site);
    await pause();
    const from = proxy.seen.length;
    const view = await viewOf(site, change.key);
    expect(view.secondary).toContainEqual(
      expect.objectContaining({ name: 'roll-back', enabled: false, why: expect.stringMatching(words) }),
    );
    const pressed = await site.by.call('developer', change.key, 'roll-back', { digest: change.digest });
    expect(pressed).toMatchObject({ ok: false, error: { message: expect.stringMatching(words) } });
    expect((await site.transition('developer', change.key, 'roll-back')).words).toMatch(words);
    await site.host.idle();
    expect(orders(from)).toEqual([]);
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
  });
});

describe('what was on its way', () => {
  /** Claimed and queued; the pause comes before the queue delivers. */
  const pressedThenPaused = async () => {
    const change = await approved(site);
    const deliver = holdQueuePushes(site);
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.host.idle();
    await pause();
    const from = proxy.seen.length;
    deliver();
    await site.host.idle();
    return { change, from, deliver };
  };

  it('waits: neither the queue, nor its redelivery, nor the sweep sends it; resume does at once', async () => {
    const { change, from, deliver } = await pressedThenPaused();
    expect((await viewOf(site, change.key)).running).toMatchObject({
      phase: 'waiting',
      note: expect.stringMatching(words),
    });
    deliver();
    await site.host.idle();
    await site.host.runSchedule('sweep');
    site.clock.advance(20 * 60_000);
    await site.host.runSchedule('sweep');
    await site.host.idle();
    expect(orders(from)).toEqual([]);
    expect(await site.by.status(change.key)).toBe('Running');

    await asAdmin(site, 'resume', {});
    await site.by.untilStatus(change.key, ['Succeeded']);
    await site.host.idle();
    expect(orders(from)).toHaveLength(1);
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
    expect(await history(site, change.key)).not.toContainEqual(expect.stringContaining('did not start'));
  });

  it('a signed order that did not arrive waits, and past its start is revoked although dispatch is paused', async () => {
    const change = await approved(site);
    proxy.judge = () => 'cut';
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.host.idle();
    expect((await viewOf(site, change.key)).running?.phase).toBe('waiting');
    proxy.judge = () => 'pass';
    await pause();
    const from = proxy.seen.length;
    await site.host.runSchedule('sweep');
    await site.host.idle();
    expect(proxy.seen.slice(from)).toEqual([]);
    expect((await viewOf(site, change.key)).running?.note).toMatch(words);
    site.clock.advance(11 * 60_000);
    await site.host.runSchedule('sweep');
    await site.by.untilStatus(change.key, ['Approved']);
    expect(orders(from)).toEqual([]);
    expect(proxy.seen.slice(from)).toContainEqual({ method: 'POST', path: '/v1/revocations' });
    expect(await site.applied('dev', change.mark, change.id)).toEqual(nothing);
  });

  it('an order that was sent goes on, and its late receipt is taken', async () => {
    const change = await approved(site);
    const restore = refuseReceipts(site);
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.executed(change.key);
    await pause();
    restore();
    site.clock.advance(60_000);
    await site.host.runSchedule('sweep');
    await site.by.untilStatus(change.key, ['Succeeded']);
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
  });
});
