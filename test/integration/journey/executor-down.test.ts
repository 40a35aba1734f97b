import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { approved, history, statusesOf, viewOf, type TestChange } from '../../support/change';
import { failQueuePushes, openExecutions, refuseReceipts } from '../../support/faults';
import { startExecutorProxy, type ExecutorProxy } from '../../support/executor-proxy';
import { startTestSite, type TestSite } from '../../support/local-site';
import { orderClaims } from '../../support/receipts';

let site: TestSite;
let proxy: ExecutorProxy;
beforeAll(async () => {
  site = await startTestSite();
  proxy = await startExecutorProxy(() => site.executor().url);
  site.host.setRemote('executor', proxy.url);
});
beforeEach(() => {
  proxy.judge = () => 'pass';
  proxy.holdOrders = undefined;
});
afterAll(async () => {
  await proxy.close();
  await site.close();
});

const once = { marks: 1, applies: 1, rollbacks: 0 };
const nothing = { marks: 0, applies: 0, rollbacks: 0 };
const retrySeconds = 11;
const pastStart = 11 * 60_000;

const press = async (change: TestChange): Promise<void> => {
  await site.by.must('developer', change.key, 'run', { digest: change.digest });
  await site.host.idle();
};
const cutAll = (): void => {
  proxy.judge = () => 'cut';
};

describe('the executor is down at Run', () => {
  it('the panel says so, and the change goes on by itself when it is back', async () => {
    const change = await approved(site);
    cutAll();
    await press(change);
    expect(await site.by.status(change.key)).toBe('Running');
    expect((await viewOf(site, change.key)).running).toMatchObject({
      phase: 'waiting',
      note: expect.stringContaining('does not answer'),
    });
    proxy.judge = () => 'pass';
    // Only what waits by then is brought forward.
    await site.host.idle();
    site.clock.advance(retrySeconds * 1_000);
    await site.by.untilStatus(change.key, ['Succeeded']);
    await site.host.idle();
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
    expect(await viewOf(site, change.key)).toMatchObject({ running: null, attempts: 0 });
  });

  it('the sweep finishes it when the queue has given up', async () => {
    const change = await approved(site);
    cutAll();
    await press(change);
    for (let retry = 0; retry < 5; retry += 1) {
      site.clock.advance(retrySeconds * 1_000);
      await site.host.idle();
    }
    expect(await site.by.status(change.key)).toBe('Running');
    proxy.judge = () => 'pass';
    await site.host.runSchedule('sweep');
    await site.by.untilStatus(change.key, ['Succeeded']);
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
  });

  it('an order past its start comes back to Approved with the reason, and a new try has a new id', async () => {
    const change = await approved(site);
    cutAll();
    await press(change);
    const first = await site.by.must('developer', change.key, 'evidence', { kind: 'apply' });
    site.clock.advance(pastStart);
    await site.host.idle();
    proxy.judge = () => 'pass';
    await site.host.runSchedule('sweep');
    await site.by.untilStatus(change.key, ['Approved']);
    await site.host.idle();
    const view = await viewOf(site, change.key);
    expect(view.headline).toMatch(/did not start.*in time/);
    expect(await site.applied('dev', change.mark, change.id)).toEqual(nothing);
    await press(change);
    await site.by.untilStatus(change.key, ['Succeeded']);
    const second = await site.by.must('developer', change.key, 'evidence', { kind: 'apply' });
    expect(orderClaims(second.order).jti).not.toBe(orderClaims(first.order).jti);
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
  });
});

describe('the executor stays away past the end of the order', () => {
  const pastEnd = 61 * 60_000;

  it('P5: nobody knows, so a person is asked', async () => {
    const change = await approved(site);
    cutAll();
    await press(change);
    site.clock.advance(pastEnd);
    await site.host.idle();
    await site.host.runSchedule('sweep');
    await site.by.untilStatus(change.key, ['Needs attention']);
    await site.host.idle();
    expect((await viewOf(site, change.key)).attention).toMatchObject({ code: 'executor-silent' });
    const decision = { outcome: 'failed', reason: 'The executor never had it.' } as const;
    await site.by.must('operator', change.key, 'resolve', decision);
    await site.by.untilStatus(change.key, ['Failed']);
    await site.host.runSchedule('sweep');
    expect(openExecutions(site, change.id)).toEqual([]);
    expect(await site.by.status(change.key)).toBe('Failed');
  });

  it('and the outcome is taken when it is back', async () => {
    const change = await approved(site);
    const restore = refuseReceipts(site);
    await press(change);
    await site.executed(change.key);
    cutAll();
    site.clock.advance(pastEnd);
    await site.host.runSchedule('sweep');
    await site.by.untilStatus(change.key, ['Needs attention']);
    proxy.judge = () => 'pass';
    await site.host.runSchedule('sweep');
    await site.by.untilStatus(change.key, ['Succeeded']);
    restore();
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
  });
});

describe('the executor has forgotten what it accepted', () => {
  const forget = (method: string): 'forget' | 'pass' => (method === 'GET' ? 'forget' : 'pass');

  it('in time, the same order again finds the change applied', async () => {
    const change = await approved(site);
    const restore = refuseReceipts(site);
    await press(change);
    await site.executed(change.key);
    proxy.judge = forget;
    site.clock.advance(31_000);
    await site.host.runSchedule('sweep');
    await site.by.untilStatus(change.key, ['Succeeded']);
    restore();
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
  });

  it('too late, a person is asked', async () => {
    const change = await approved(site);
    const restore = refuseReceipts(site);
    await press(change);
    await site.executed(change.key);
    proxy.judge = forget;
    site.clock.advance(pastStart);
    await site.host.runSchedule('sweep');
    await site.by.untilStatus(change.key, ['Needs attention']);
    restore();
    expect((await viewOf(site, change.key)).attention).toMatchObject({ code: 'execution-lost' });
  });
});

describe('answers are lost', () => {
  it('an order whose answer was lost is not run again', async () => {
    const change = await approved(site);
    proxy.judge = (_method, path) => (path === '/v1/orders' ? 'drop-answer' : 'pass');
    await press(change);
    await site.by.untilStatus(change.key, ['Succeeded']);
    proxy.judge = () => 'pass';
    site.clock.advance(retrySeconds * 1_000);
    await site.host.idle();
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
    expect((await history(site, change.key)).filter((line) => line.includes('as succeeded'))).toHaveLength(1);
  });

  it('a receipt that comes before the dispatch call returned is the outcome, once', async () => {
    const change = await approved(site);
    let release = (): void => undefined;
    proxy.holdOrders = new Promise((resolve) => {
      release = resolve;
    });
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.by.untilStatus(change.key, ['Succeeded']);
    release();
    await site.host.idle();
    const view = await viewOf(site, change.key);
    expect(view).toMatchObject({ status: 'succeeded', running: null });
    expect(await site.by.status(change.key)).toBe('Succeeded');
    expect(openExecutions(site, change.id)).toEqual([]);
    expect((await statusesOf(site, change.key)).filter((name) => name === 'Succeeded')).toHaveLength(1);
  });

  it('a receipt that never arrives is fetched by the sweep', async () => {
    const change = await approved(site);
    const restore = refuseReceipts(site);
    await press(change);
    await site.executed(change.key);
    expect(await site.by.status(change.key)).toBe('Running');
    site.clock.advance(31_000);
    await site.host.runSchedule('sweep');
    expect(await site.by.untilStatus(change.key, ['Succeeded'])).toBe('Succeeded');
    restore();
    await site.host.idle();
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
  });

  it('a dispatch that died between claim and push is finished by the sweep', async () => {
    const change = await approved(site);
    const restore = failQueuePushes(site);
    await press(change);
    expect((await viewOf(site, change.key)).running).toMatchObject({ phase: 'claimed' });
    restore();
    await site.host.runSchedule('sweep');
    await site.by.untilStatus(change.key, ['Succeeded']);
    await site.host.idle();
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
  });

  it('and by the next delivery of whatever claimed it, without waiting for the sweep', async () => {
    const change = await approved(site);
    const restore = failQueuePushes(site);
    await press(change);
    await site.host.idle();
    restore();
    site.clock.advance(31_000);
    await site.by.untilStatus(change.key, ['Succeeded']);
    await site.host.idle();
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
  });
});
