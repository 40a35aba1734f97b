import { ErrorReply } from '#core/protocol/transport';
import type { OrderClaims } from '#core/protocol/order';
import { Client } from 'pg';
import * as v from 'valibot';
import { silentLog } from '../../../executor/log';
import { createTestApp } from './support/app';
import { readReceipt } from './support/receiver';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const bump = 'update counters set n = n + 1 where id = 1';
const sleep = `${bump}; select pg_sleep(60)`;
const counter = async (): Promise<number> =>
  (await rig.sql<{ n: number }>('select n from shop.counters where id = 1'))[0]?.n ?? -1;
const stop = ({ jti }: Pick<OrderClaims, 'jti'>) => rig.app.revoke(rig.executor.url, jti, 'main', true);

/** Resolves when a session of the executor runs this statement. */
async function running(text: string): Promise<void> {
  for (const since = Date.now(); Date.now() - since < 10_000;) {
    const rows = await rig.sql(
      `select from pg_stat_activity where state = 'active' and query = $1 and pid <> pg_backend_pid()`,
      [text],
    );
    if (rows.length > 0) return;
  }
  throw new Error('the statement does not run');
}

/** Holds the row that every change here wants; the answer lets go of it. */
async function held(): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: rig.server.postgres.superuserUrl(rig.database) });
  await client.connect();
  await client.query('begin');
  await client.query('select from shop.counters where id = 1 for update');
  return () => client.end();
}

/** Runs SQL in the executor's state database. */
async function inState(text: string): Promise<void> {
  const { state } = rig.config;
  if (!('url' in state)) throw new Error('the rig has a state database');
  await rig.server.admin(new URL(state.url).pathname.slice(1), text);
}

/** The final receipt, asked for until it is there. */
async function finalOf(jti: string) {
  for (const since = Date.now(); Date.now() - since < 10_000;) {
    const now = await rig.app.execution(rig.executor.url, jti);
    if (now?.state === 'final' && now.delivery)
      return (await readReceipt(now.delivery, rig.executor.publicJwk)).claims;
  }
  throw new Error('the execution does not end');
}

const revoked = {
  status: 'revoked',
  reason: { code: 'cancelled', message: 'stopped from the issue before COMMIT; nothing was applied' },
  statements: [],
  transactionId: null,
};

describe('a stop while the change runs', () => {
  it('cancels it, rolls it back and says so in a final receipt; its next try runs', async () => {
    const before = await counter();
    const claims = await rig.order({ sql: sleep });
    await rig.send(claims);
    await running('select pg_sleep(60)');
    expect(await stop(claims)).toEqual({ jti: claims.jti, state: 'running', delivery: null });
    expect((await rig.receipt(claims.jti)).claims).toMatchObject({ ...revoked, attempt: 1 });
    expect(await counter()).toBe(before);
    expect(await rig.sql('select from querychange.ledger where jti = $1', [claims.jti])).toHaveLength(0);
    // The same order again does not revive it.
    expect(await rig.send(claims)).toMatchObject({ status: 409, reply: { code: 'order-revoked' } });
    const again = await rig.run({ issueId: claims.issue.id, try: 2, sql: bump });
    expect(again.claims.status).toBe('succeeded');
    expect(await counter()).toBe(before + 1);
  });

  it('ends a backend that does not heed the cancel', async () => {
    const deaf = `do $x$ begin loop begin perform pg_sleep(60); exception when query_canceled then null; end; end loop; end $x$`;
    const before = await counter();
    const claims = await rig.order({ sql: `${bump}; ${deaf}` });
    await rig.send(claims);
    await running(deaf);
    await stop(claims);
    expect((await rig.receipt(claims.jti)).claims).toMatchObject(revoked);
    expect(await counter()).toBe(before);
  });

  it('ends a change that waits for a lock, and a read', async () => {
    const claims = await rig.order({ sql: bump });
    const free = await held();
    await rig.send(claims);
    await running(bump);
    await stop(claims);
    expect((await rig.receipt(claims.jti)).claims).toMatchObject(revoked);
    await free();
    const read = await rig.order({ sql: 'select pg_sleep(60)' }, 'read');
    await rig.send(read);
    await running('select pg_sleep(60)');
    await rig.app.revoke(rig.executor.url, read.jti, 'read', true);
    expect((await rig.receipt(read.jti)).claims).toMatchObject(revoked);
  });

  it('twice is once', async () => {
    const claims = await rig.order({ sql: sleep });
    await rig.send(claims);
    await running('select pg_sleep(60)');
    await Promise.all([stop(claims), stop(claims), stop(claims)]);
    const first = await rig.receipt(claims.jti);
    expect(first.claims).toMatchObject(revoked);
    const again = await stop(claims);
    expect(again).toMatchObject({ state: 'final', delivery: { receipt: expect.any(String) } });
    expect(await finalOf(claims.jti)).toEqual(first.claims);
  });

  it('leaves every other execution alone', async () => {
    const [one, other] = await Promise.all([
      rig.order({ sql: 'select pg_sleep(1.5)' }),
      rig.order({ sql: 'select pg_sleep(60)' }),
    ]);
    await rig.send(one);
    await rig.send(other);
    await running('select pg_sleep(60)');
    await stop(other);
    expect((await rig.receipt(other.jti)).claims.status).toBe('revoked');
    expect((await rig.receipt(one.jti)).claims.status).toBe('succeeded');
  });

  it('a revocation without the wish leaves what runs alone, as ever', async () => {
    const claims = await rig.order({ sql: 'select pg_sleep(1.5)' });
    await rig.send(claims);
    await running('select pg_sleep(1.5)');
    expect(await rig.app.revoke(rig.executor.url, claims.jti, 'main')).toMatchObject({ state: 'running' });
    expect((await rig.receipt(claims.jti)).claims.status).toBe('succeeded');
  });

  it('reaches the process that runs it by the state database alone', async () => {
    const claims = await rig.order({ sql: sleep });
    await rig.send(claims);
    await running('select pg_sleep(60)');
    // As another process of the same executor stores it.
    await inState(`update executor.executions set stop_requested_at = now() where jti = '${claims.jti}'`);
    expect((await rig.receipt(claims.jti)).claims).toMatchObject(revoked);
  });
});

describe('a stop beside COMMIT', () => {
  it('before it: nothing is applied', async () => {
    const before = await counter();
    const claims = await rig.order({ sql: bump });
    // COMMIT goes out only after this process has read the wish.
    let noticed = (): void => undefined;
    const seen = new Promise<void>((resolve) => (noticed = resolve));
    await rig.restart({
      log: { ...silentLog, warn: (event) => void (event === 'watchdog' && noticed()) },
      at: async (point) => {
        if (point !== 'before-commit') return;
        await stop(claims);
        await seen;
      },
    });
    await rig.send(claims);
    expect((await rig.receipt(claims.jti)).claims).toMatchObject(revoked);
    expect(await counter()).toBe(before);
    await rig.restart();
  });

  it('after it: the change is applied, and the receipt says so', async () => {
    const before = await counter();
    const claims = await rig.order({ sql: bump });
    await rig.restart({ at: async (point) => void (point === 'after-commit' && (await stop(claims))) });
    await rig.send(claims);
    expect((await rig.receipt(claims.jti)).claims.status).toBe('succeeded');
    expect(await counter()).toBe(before + 1);
    expect((await stop(claims)).state).toBe('final');
    await rig.restart();
  });

  it('at any moment: applied or not, the receipt, the ledger and the data agree', async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 30; round += 1) {
      const before = await counter();
      const claims = await rig.order({ sql: `${bump}; select pg_sleep(0.02)` });
      await rig.send(claims);
      await new Promise((later) => setTimeout(later, round * 2));
      await stop(claims);
      const { status } = await finalOf(claims.jti);
      seen.add(status);
      const rows = await rig.sql('select from querychange.ledger where jti = $1', [claims.jti]);
      const applied = status === 'succeeded' ? 1 : 0;
      expect({ status, rows: rows.length, n: (await counter()) - before }).toEqual({
        status,
        rows: applied,
        n: applied,
      });
    }
    expect([...seen].every((status) => status === 'succeeded' || status === 'revoked')).toBe(true);
  });
});

describe('a stop before the change runs', () => {
  it('ends an order that waits, without beginning it', async () => {
    const orders = await Promise.all(Array.from({ length: 6 }, () => rig.order({ sql: sleep })));
    for (const order of orders) await rig.send(order);
    await running('select pg_sleep(60)');
    const answers = [];
    for (const order of orders.toReversed()) answers.push(await stop(order));
    expect(answers[0]).toMatchObject({ state: 'final' });
    const receipts = await Promise.all(orders.map((order) => rig.receipt(order.jti)));
    expect(new Set(receipts.map(({ claims }) => claims.reason?.code))).toEqual(new Set(['cancelled']));
    expect(receipts.at(-1)?.claims).toMatchObject({
      attempt: 0,
      reason: { message: 'stopped from the issue before it began; nothing was applied' },
    });
  });

  it('of an order that was never seen leaves a tombstone', async () => {
    const claims = await rig.order({ sql: bump });
    expect(await stop(claims)).toEqual({ jti: claims.jti, state: 'revoked', delivery: null });
    expect(await rig.send(claims)).toMatchObject({ status: 409, reply: { code: 'order-revoked' } });
  });
});

describe('a stop and a crash', () => {
  /** An execution as a killed process leaves it: open, and with the wish. */
  const reopened = async (claims: OrderClaims, attempt: number): Promise<void> => {
    await inState(`update executor.executions set state = 'running', status = null, receipt = null,
      attempt = ${attempt}, stop_requested_at = now() where jti = '${claims.jti}'`);
    await rig.restart();
  };

  it('after COMMIT: the ledger is asked first, and the change is reported as applied', async () => {
    const before = await counter();
    const claims = await rig.order({ sql: bump });
    await rig.send(claims);
    await rig.receipt(claims.jti);
    await reopened(claims, 1);
    expect((await finalOf(claims.jti)).status).toBe('succeeded');
    expect(await counter()).toBe(before + 1);
  });

  it('before COMMIT: the wish is not forgotten, and nothing is run', async () => {
    const before = await counter();
    const claims = await rig.order({ sql: sleep });
    await rig.send(claims);
    await running('select pg_sleep(60)');
    await stop(claims);
    await rig.receipt(claims.jti);
    await reopened(claims, 1);
    expect(await finalOf(claims.jti)).toMatchObject({ status: 'revoked', reason: { code: 'cancelled' } });
    expect(await counter()).toBe(before);
  });

  it('before it began: nothing is run', async () => {
    const claims = await rig.order({ sql: sleep });
    await rig.send(claims);
    await running('select pg_sleep(60)');
    await stop(claims);
    await rig.receipt(claims.jti);
    await inState(`update executor.executions set state = 'queued', status = null, receipt = null,
      attempt = 0 where jti = '${claims.jti}'`);
    await rig.restart();
    expect(await finalOf(claims.jti)).toMatchObject({ status: 'revoked', attempt: 1 });
  });
});

describe('a wish that is not the app’s', () => {
  it('is refused, and the change goes on', async () => {
    const claims = await rig.order({ sql: 'select pg_sleep(1.5)' });
    await rig.send(claims);
    await running('select pg_sleep(1.5)');
    const body = JSON.stringify({ jti: claims.jti, connection: 'main', stopRunning: true });
    const { url } = rig.executor;
    const stranger = await createTestApp();
    const tries = [
      await stranger.send(url, 'POST', '/v1/revocations', body),
      await rig.app.send(url, 'POST', '/v1/revocations', body, { signedBody: body.replace('true', 'false') }),
      await rig.app.send(url, 'POST', '/v1/revocations', body, { request: { path: '/v1/orders' } }),
      await rig.app.send(url, 'POST', '/v1/revocations', JSON.stringify({ jti: claims.jti, stopRunning: 1 })),
    ];
    for (const refused of tries) {
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect(v.parse(ErrorReply, await refused.json()).delivery).toBeNull();
    }
    expect((await rig.receipt(claims.jti)).claims.status).toBe('succeeded');
  });
});
