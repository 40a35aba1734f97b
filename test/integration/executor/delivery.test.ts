import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { orderContentType, paths } from '#core/protocol/transport';
import { oneConnection } from '../../../executor/local/one-connection';
import { installation, nowSeconds } from './support/app';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const count = async (): Promise<number> =>
  (await rig.sql<{ n: number }>('select n from shop.counters where id = 1'))[0]?.n ?? -1;
const increment = 'update counters set n = n + 1 where id = 1';

describe('exactly once', () => {
  it('sixteen deliveries of one order at once apply it once', async () => {
    const before = await count();
    const claims = await rig.order({ sql: increment });
    const replies = await Promise.all(Array.from({ length: 16 }, () => rig.send(claims)));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 202));
    await rig.receipt(claims.jti);
    expect(await count()).toBe(before + 1);
  });

  it('an order runs that was stored by its second delivery while its first was on its way into the inbox', async () => {
    const before = await count();
    const claims = await rig.order({ sql: increment });
    const request = { jti: 'held-up-on-its-way' };
    if (!('url' in rig.config.state)) throw new Error('the state is elsewhere');
    const other = await oneConnection(rig.config.state.url);
    try {
      await other.query(
        `begin; insert into executor.requests values ('${installation}', '${request.jti}', now() + interval '1 hour')`,
      );
      const token = await rig.app.order(claims);
      const contentType = orderContentType;
      const first = rig.app.send(rig.executor.url, 'POST', paths.orders, token, { contentType, request });
      const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%take_in%'`;
      while ((await rig.sql(waiting)).length === 0) await delay(20);
      expect(await rig.send(claims)).toMatchObject({ status: 202 });
      await rig.receipt(claims.jti);
      await other.query('rollback');
      expect((await first).status).toBe(202);
      expect(await count()).toBe(before + 1);
    } finally {
      await other.close();
    }
  });

  it('the same order signed again is the same order; another under its id is a conflict', async () => {
    const claims = await rig.order();
    await rig.send(claims);
    await rig.receipt(claims.jti);
    const again = await rig.send({ ...claims, iat: claims.iat + 1, exp: claims.exp + 1 });
    expect(again).toMatchObject({ status: 202, reply: { state: 'final' } });
    const other = await rig.send({ ...claims, endBy: claims.endBy + 1 });
    expect(other).toMatchObject({ status: 409, reply: { code: 'order-conflict', delivery: null } });
  });

  it('of two tries of one revision at once, one commits and the other is told so', async () => {
    const before = await count();
    const tries = await Promise.all(
      [1, 2].map((number) =>
        rig.order({ issueId: 'race', try: number, sql: `${increment}; select pg_sleep(0.2)` }),
      ),
    );
    await Promise.all(tries.map((claims) => rig.send(claims)));
    const receipts = await Promise.all(tries.map(({ jti }) => rig.receipt(jti)));
    expect(receipts.map(({ claims }) => claims.status).sort()).toEqual(['refused', 'succeeded']);
    expect(receipts.find(({ claims }) => claims.status === 'refused')?.claims.reason?.code).toBe(
      'already-applied',
    );
    expect(await count()).toBe(before + 1);
  });
});

describe('deadlines', () => {
  it('an order past startBy expires without effect', async () => {
    const before = await count();
    const claims = await rig.order({ sql: increment, startBy: nowSeconds() - 1, endBy: nowSeconds() + 100 });
    expect(await rig.send(claims)).toMatchObject({ status: 202, reply: { state: 'final' } });
    expect((await rig.receipt(claims.jti)).claims).toMatchObject({
      status: 'expired',
      reason: { code: 'expired' },
    });
    expect(await count()).toBe(before);
  });

  it('a change that does not end by endBy is cut off and rolled back', async () => {
    const before = await count();
    const startBy = nowSeconds() + 1;
    const claims = await rig.order({ sql: `${increment}; select pg_sleep(4)`, startBy, endBy: startBy + 1 });
    await rig.send(claims);
    expect((await rig.receipt(claims.jti)).claims).toMatchObject({ status: 'expired', transactionId: null });
    expect(await count()).toBe(before);
  });
});

describe('revocation', () => {
  it('of an unknown id stores a tombstone that a late order meets', async () => {
    const claims = await rig.order({ sql: increment });
    expect(await rig.app.revoke(rig.executor.url, claims.jti, 'main')).toMatchObject({
      state: 'revoked',
      delivery: null,
    });
    expect(await rig.send(claims)).toMatchObject({ status: 409, reply: { code: 'order-revoked' } });
    expect(await rig.app.execution(rig.executor.url, claims.jti)).toMatchObject({ state: 'revoked' });
    await rig.restart();
    expect(await rig.send(claims)).toMatchObject({ status: 409, reply: { code: 'order-revoked' } });
  });

  it('of a finished one answers its receipt', async () => {
    const { claims, compact } = await rig.run();
    const reply = await rig.app.revoke(rig.executor.url, claims.jti, 'main');
    expect(reply).toMatchObject({ state: 'final', delivery: { receipt: compact } });
  });
});

describe('rollback', () => {
  it('runs the approved rollback once, and only of what is applied', async () => {
    const before = await count();
    const wish = { issueId: 'back', sql: increment, rollback: 'update counters set n = n - 1 where id = 1' };
    const applied = await rig.run(wish);
    expect(await count()).toBe(before + 1);
    const applyReceiptSha256 = createHash('sha256').update(applied.compact).digest('hex');
    const wrong = await rig.order({ ...wish, kind: 'rollback', applyReceiptSha256: 'a'.repeat(64) });
    expect((await rig.send(wrong)).reply).toMatchObject({ code: 'nothing-to-roll-back' });
    const back = await rig.run({ ...wish, kind: 'rollback', applyReceiptSha256, try: 2 });
    expect(back.claims).toMatchObject({ status: 'succeeded', kind: 'rollback' });
    expect(await count()).toBe(before);
    const again = await rig.order({ ...wish, kind: 'rollback', applyReceiptSha256, try: 3 });
    expect((await rig.send(again)).reply).toMatchObject({ code: 'already-applied' });
  });

  it('is refused when its time is over', async () => {
    const wish = { issueId: 'late', sql: increment, rollback: 'select 1' };
    const applied = await rig.run(wish);
    await rig.sql(
      `update querychange.ledger set finished_at = now() - interval '25 hours' where issue_id = 'late'`,
    );
    const applyReceiptSha256 = createHash('sha256').update(applied.compact).digest('hex');
    const order = await rig.order({ ...wish, kind: 'rollback', applyReceiptSha256 });
    expect((await rig.send(order)).reply).toMatchObject({ code: 'rollback-too-late' });
  });
});

describe('delivery of receipts', () => {
  it('goes on when the receiver is back', async () => {
    rig.receiver.answer(503);
    const claims = await rig.order();
    const refused = rig.receiver.refused();
    await rig.send(claims);
    await refused;
    rig.receiver.answer(200);
    expect((await rig.receipt(claims.jti)).claims.status).toBe('succeeded');
  });

  it('is taken up again after a restart', async () => {
    rig.receiver.answer(503);
    const claims = await rig.order();
    const refused = rig.receiver.refused();
    await rig.send(claims);
    await refused;
    rig.receiver.answer(200);
    await rig.restart();
    expect((await rig.receipt(claims.jti)).claims.jti).toBe(claims.jti);
  });
});
