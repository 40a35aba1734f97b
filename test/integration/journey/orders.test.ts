import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { computeJti } from '#core/protocol/attempt';
import { orderTyp, type OrderClaims } from '#core/protocol/order';
import { signCompact } from '#core/protocol/jws';
import type { ReceiptClaims } from '#core/protocol/receipt';
import { approverGroup, people } from '../../../scripts/local/seed';
import {
  approved,
  commentsOf,
  drafted,
  submitted,
  succeeded,
  viewOf,
  type TestChange,
} from '../../support/change';
import { startExecutorProxy, type ExecutorProxy } from '../../support/executor-proxy';
import { appKey, deliver, refuseReceipts, sendOrder } from '../../support/faults';
import { startTestSite, type TestSite } from '../../support/local-site';
import { makeReceipt, orderClaims, payloadOf } from '../../support/receipts';

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

const once = { marks: 1, applies: 1, rollbacks: 0 };
const nothing = { marks: 0, applies: 0, rollbacks: 0 };

const evidence = async (change: TestChange, kind: 'apply' | 'rollback' = 'apply') =>
  site.by.must('developer', change.key, 'evidence', { kind });

/** The same order under fresh times, as somebody with the app's key could make it. */
async function resigned(order: string | null, wish: Partial<OrderClaims> = {}): Promise<string> {
  const now = Math.floor(site.clock.now() / 1000);
  const claims = { ...orderClaims(order), iat: now, exp: now + 600, ...wish };
  return signCompact(claims, orderTyp, appKey(site));
}

/** A change whose order is signed and not delivered. */
async function undelivered(): Promise<TestChange & { readonly order: string | null }> {
  const change = await approved(site);
  proxy.judge = () => 'cut';
  await site.by.must('developer', change.key, 'run', { digest: change.digest });
  await site.host.idle();
  return { ...change, ...(await evidence(change)) };
}

describe('one change, one commit', () => {
  it('a late order after the revocation meets the tombstone and applies nothing', async () => {
    const change = await undelivered();
    site.clock.advance(11 * 60_000);
    await site.host.idle();
    proxy.judge = () => 'pass';
    await site.host.runSchedule('sweep');
    await site.by.untilStatus(change.key, ['Approved']);
    const reply = await sendOrder(site, await resigned(change.order));
    expect(reply).toMatchObject({ status: 409, body: { code: 'order-revoked' } });
    expect(await site.applied('dev', change.mark, change.id)).toEqual(nothing);
  });

  it('two tries of one revision never both commit, even under a stolen key', async () => {
    proxy.judge = () => 'pass';
    const change = await succeeded(site);
    const { order } = await evidence(change);
    const { iss, issue, content, kind } = orderClaims(order);
    const identity = { installation: iss, issueId: issue.id, revision: content.revision, kind, try: 2 };
    const now = Math.floor(site.clock.now() / 1000);
    const times = { startBy: now + 600, endBy: now + 1200 };
    const second = await resigned(order, { try: 2, jti: await computeJti(identity), ...times });
    const reply = await sendOrder(site, second);
    expect(reply).toMatchObject({ body: { code: 'already-applied' } });
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
  });

  it('a new try of what is applied already needs attention instead of pretending that nothing ran', async () => {
    proxy.judge = () => 'pass';
    const change = await approved(site);
    const restore = refuseReceipts(site);
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.executed(change.key);
    // An executor that contradicts itself: the first try ran, and its receipt says that it did not.
    const { order } = await evidence(change);
    const reason = { code: 'expired', message: 'too late' };
    const wrong = await makeReceipt(site, order, { status: 'expired', reason, statements: [] });
    const body = JSON.stringify({ receipt: wrong, result: null });
    await site.host.invoke('receipt-webtrigger', { method: 'POST', body });
    await site.by.untilStatus(change.key, ['Approved']);
    await site.host.idle();
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.by.untilStatus(change.key, ['Needs attention']);
    expect((await viewOf(site, change.key)).attention).toMatchObject({ code: 'already-applied' });
    restore();
    expect(await site.applied('dev', change.mark, change.id)).toEqual(once);
  });

  it('an order for other statements than the approved ones is refused', async () => {
    const change = await undelivered();
    proxy.judge = () => 'pass';
    const claims = orderClaims(change.order);
    const content = { ...claims.content, sql: `${claims.content.sql} -- more` };
    const reply = await sendOrder(site, await resigned(change.order, { content }));
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(await site.applied('dev', change.mark, change.id)).toEqual(nothing);
  });
});

describe('an order that the executor refuses', () => {
  it('brings the change back to Approved with the reason and a signed receipt', async () => {
    proxy.judge = () => 'pass';
    const groups = `/rest/api/3/group/user?groupname=${approverGroup}`;
    const { accountId } = people.secondDeveloper;
    expect((await site.rest('admin', 'POST', groups, { accountId })).status).toBe(201);
    const change = await submitted(site, { connection: 'shop-prod' });
    for (const role of ['secondDeveloper', 'firstApprover'] as const) {
      await site.by.must(role, change.key, 'approve', { digest: change.digest, comment: '' });
    }
    await site.by.untilStatus(change.key, ['Approved']);
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.executed(change.key);
    await site.host.idle();
    await site.by.untilStatus(change.key, ['Approved']);
    await site.host.idle();
    const view = await viewOf(site, change.key);
    expect(view.headline).toMatch(/did not start.*1 of the 2 approvers/);
    expect(view.outcomes).toMatchObject([{ status: 'refused', code: 'approver-not-allowed' }]);
    const { receipt } = await evidence(change);
    expect(payloadOf(receipt)).toMatchObject({ status: 'refused', reason: { code: 'approver-not-allowed' } });
    expect((await commentsOf(site, change.key)).at(-1)).toMatchObject({
      text: expect.stringContaining('did not start'),
      mentions: [people.developer.accountId],
    });
    expect(await site.applied('prod', change.mark, change.id)).toEqual(nothing);
    await site.rest('admin', 'DELETE', `${groups}&accountId=${accountId}`);
  });

  it('a statement that may not run is refused by name, before anybody is asked', async () => {
    const draft = await drafted(site, { sql: 'CREATE DATABASE other;', rollback: null });
    const reply = await site.by.call('developer', draft.key, 'submit', { version: draft.version });
    expect(reply).toMatchObject({
      ok: false,
      error: {
        code: 'incomplete',
        message: expect.stringContaining('CREATE DATABASE is not allowed in a change'),
      },
    });
  });
});

describe('an unknown outcome', () => {
  it('needs attention and is resolved by an operator with a reason, not by the author', async () => {
    const change = await undelivered();
    const reason = { code: 'outcome-unknown', message: 'The connection was lost at COMMIT.' };
    const wish: Partial<ReceiptClaims> = {
      status: 'unknown',
      reason,
      statements: [],
      transactionId: null,
      finishedAt: null,
    };
    expect(await deliver(site, { receipt: await makeReceipt(site, change.order, wish), result: null })).toBe(
      200,
    );
    await site.by.untilStatus(change.key, ['Needs attention']);
    await site.host.idle();
    expect(await viewOf(site, change.key)).toMatchObject({
      status: 'needs-attention',
      attention: { code: 'outcome-unknown' },
    });
    const decision = { outcome: 'failed', reason: 'The ledger has no row of it.' } as const;
    for (const role of ['developer', 'firstApprover', 'admin'] as const) {
      const reply = await site.by.call(role, change.key, 'resolve', decision);
      expect(reply).toMatchObject({ ok: false, error: { code: 'not-allowed' } });
      expect(await site.transition(role, change.key, 'resolve-failed')).toMatchObject({ status: 400 });
    }
    const bare = { ...decision, reason: ' ' };
    expect(await site.by.call('operator', change.key, 'resolve', bare)).toMatchObject({
      ok: false,
      error: { code: 'bad-request' },
    });
    await site.by.must('operator', change.key, 'resolve', decision);
    await site.by.untilStatus(change.key, ['Failed']);
    expect(await viewOf(site, change.key)).toMatchObject({
      status: 'failed',
      resolution: { by: people.operator.accountId, reason: decision.reason },
    });
  });

  it('can be resolved on the board too, with the reason of its screen', async () => {
    const change = await undelivered();
    const wish = { status: 'unknown', reason: { code: 'outcome-unknown', message: 'Lost.' } } as const;
    await deliver(site, { receipt: await makeReceipt(site, change.order, wish), result: null });
    await site.by.untilStatus(change.key, ['Needs attention']);
    const reply = await site.transition('operator', change.key, 'resolve-succeeded', 'The row is there.');
    expect(reply.status).toBe(204);
    await site.host.idle();
    expect(await viewOf(site, change.key)).toMatchObject({
      status: 'succeeded',
      resolution: { by: people.operator.accountId, reason: 'The row is there.' },
      attempts: 0,
    });
  });
});
