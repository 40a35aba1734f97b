import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateSigningKey } from '#core/protocol/jws';
import { approved, commentsOf, history, succeeded, viewOf, type TestChange } from '../../support/change';
import { startExecutorProxy, type ExecutorProxy } from '../../support/executor-proxy';
import { deliver, openExecutions } from '../../support/faults';
import { startTestSite, type TestSite } from '../../support/local-site';
import { makeReceipt } from '../../support/receipts';

let site: TestSite;
let proxy: ExecutorProxy;
beforeAll(async () => {
  site = await startTestSite();
  proxy = await startExecutorProxy(() => site.executor().url);
  site.host.setRemote('executor', proxy.url);
});
afterAll(async () => {
  await proxy.close();
  await site.close();
});

const otherDigest = 'f'.repeat(64);

/** A change whose order was signed and never reached the executor: what becomes of it is up to the test. */
async function waiting(): Promise<TestChange & { readonly order: string }> {
  const change = await approved(site);
  proxy.judge = () => 'cut';
  await site.by.must('developer', change.key, 'run', { digest: change.digest });
  await site.host.idle();
  const { order } = await site.by.must('developer', change.key, 'evidence', { kind: 'apply' });
  if (order === null) throw new Error('no order was signed');
  return { ...change, order };
}

/** Lets the executor answer again and the attempt end without a receipt: past its start, by a tombstone. */
async function closed(change: TestChange): Promise<void> {
  site.clock.advance(11 * 60_000);
  await site.host.idle();
  proxy.judge = () => 'pass';
  await site.host.runSchedule('sweep');
  await site.by.untilStatus(change.key, ['Approved']);
  await site.host.idle();
}

describe('a receipt that is delivered again', () => {
  it('changes nothing, also twice at once', async () => {
    proxy.judge = () => 'pass';
    const change = await succeeded(site, { sql: 'SELECT 1 AS one;', rollback: null });
    const { receipt } = await site.by.must('developer', change.key, 'evidence', { kind: 'apply' });
    const before = [await history(site, change.key), await commentsOf(site, change.key)];
    const copies = [1, 2, 3].map(async () => deliver(site, { receipt, result: null }));
    expect(await Promise.all(copies)).toEqual([200, 200, 200]);
    await site.host.idle();
    expect([await history(site, change.key), await commentsOf(site, change.key)]).toEqual(before);
    expect(
      (await site.by.must('developer', change.key, 'result', { kind: 'apply' })).statements,
    ).toBeDefined();
  });

  it('is one outcome when the first two copies arrive together', async () => {
    const change = await waiting();
    const receipt = await makeReceipt(site, change.order);
    const copies = [1, 2, 3].map(async () => deliver(site, { receipt, result: null }));
    expect(await Promise.all(copies)).toEqual([200, 200, 200]);
    await site.by.untilStatus(change.key, ['Succeeded']);
    await site.host.idle();
    const words = await history(site, change.key);
    expect(words.filter((line) => line.includes('as succeeded'))).toHaveLength(1);
    const comments = await commentsOf(site, change.key);
    expect(comments.filter(({ text }) => text.includes('The change ran'))).toHaveLength(1);
  });
});

describe('a receipt that is not the executor’s word on this order', () => {
  let change: Awaited<ReturnType<typeof waiting>>;
  let before: unknown;
  const look = async (): Promise<unknown> => [
    await history(site, change.key),
    await site.by.property(change.key, 'query-change'),
    await site.by.status(change.key),
  ];
  beforeAll(async () => {
    change = await waiting();
    before = await look();
  });
  const refused = async (delivery: unknown): Promise<void> => {
    expect(await deliver(site, delivery)).toBe(422);
    await site.host.idle();
    expect(await look()).toEqual(before);
  };

  it('under a wrong key', async () => {
    const receipt = await makeReceipt(site, change.order, {}, await generateSigningKey());
    await refused({ receipt, result: null });
  });
  it('for another installation', async () => {
    await refused({ receipt: await makeReceipt(site, change.order, { aud: 'ari:other' }), result: null });
  });
  it('from another executor', async () => {
    await refused({ receipt: await makeReceipt(site, change.order, { iss: 'other' }), result: null });
  });
  it('for another order of the same attempt', async () => {
    const receipt = await makeReceipt(site, change.order, { orderDigest: otherDigest });
    await refused({ receipt, result: null });
  });
  it('for another content', async () => {
    await refused({ receipt: await makeReceipt(site, change.order, { digest: otherDigest }), result: null });
  });
  it('for an attempt that never was', async () => {
    await refused({ receipt: await makeReceipt(site, change.order, { jti: otherDigest }), result: null });
  });
  it('for another issue', async () => {
    const other = await approved(site);
    const issue = { id: other.id, key: other.key };
    await refused({ receipt: await makeReceipt(site, change.order, { issue }), result: null });
    expect((await viewOf(site, other.key)).status).toBe('approved');
  });
  it('with a broken signature, and things that are no receipt', async () => {
    const receipt = await makeReceipt(site, change.order);
    const broken = `${receipt.slice(0, -8)}${receipt.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA'}`;
    for (const delivery of [
      { receipt: broken, result: null },
      { receipt: 'x.y.z', result: null },
      'not json',
      {},
    ]) {
      await refused(delivery);
    }
  });
});

describe('what comes with and after a receipt', () => {
  it('a result body with a wrong hash is dropped, the outcome stays', async () => {
    const change = await waiting();
    const receipt = await makeReceipt(site, change.order, { resultSha256: otherDigest });
    const result = JSON.stringify({ v: 1, statements: [] });
    expect(await deliver(site, { receipt, result })).toBe(200);
    await site.by.untilStatus(change.key, ['Succeeded']);
    const [outcome] = (await viewOf(site, change.key)).outcomes;
    expect(outcome).toMatchObject({ status: 'succeeded', hasResult: false });
  });

  it('P5: a late success of a closed attempt is shown as what it is', async () => {
    const change = await waiting();
    await closed(change);
    expect(await deliver(site, { receipt: await makeReceipt(site, change.order), result: null })).toBe(200);
    await site.by.untilStatus(change.key, ['Succeeded']);
    expect((await viewOf(site, change.key)).status).toBe('succeeded');
  });

  it('a late refusal of a closed attempt is kept as its proof', async () => {
    const change = await waiting();
    await closed(change);
    const reason = { code: 'expired', message: 'too late' };
    const receipt = await makeReceipt(site, change.order, { status: 'expired', reason, statements: [] });
    expect(await deliver(site, { receipt, result: null })).toBe(200);
    await site.host.idle();
    const view = await viewOf(site, change.key);
    expect(view).toMatchObject({ status: 'approved', outcomes: [{ status: 'expired' }] });
    expect(view.outcomes[0]?.receiptSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('a late success of a try that was followed by another needs attention', async () => {
    const change = await waiting();
    await closed(change);
    proxy.judge = () => 'cut';
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.host.idle();
    expect(await deliver(site, { receipt: await makeReceipt(site, change.order), result: null })).toBe(200);
    await site.by.untilStatus(change.key, ['Needs attention']);
    expect((await viewOf(site, change.key)).attention).toMatchObject({ code: 'late-success' });
  });

  it('a final receipt is never replaced, but its loss is heard', async () => {
    const change = await waiting();
    const first = await makeReceipt(site, change.order);
    expect(await deliver(site, { receipt: first, result: null })).toBe(200);
    await site.by.untilStatus(change.key, ['Succeeded']);
    const failed = await makeReceipt(site, change.order, { status: 'failed', transactionId: null });
    expect(await deliver(site, { receipt: failed, result: null })).toBe(422);
    expect(await site.by.status(change.key)).toBe('Succeeded');
    const lost = await makeReceipt(site, change.order, { status: 'outcome-lost' });
    expect(await deliver(site, { receipt: lost, result: null })).toBe(200);
    await site.by.untilStatus(change.key, ['Needs attention']);
    expect(openExecutions(site, change.id)).toEqual([]);
  });
});
