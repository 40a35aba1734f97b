import { Client } from 'pg';
import type { ExecutionProgress } from '#core/protocol/progress';
import { applyPlanned } from './support/plans';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const bump = 'update counters set n = n + 1 where id = 1';

/** The progress of an execution as soon as it is as wanted. */
async function progressOf(
  jti: string,
  wanted: (progress: ExecutionProgress) => boolean = () => true,
): Promise<ExecutionProgress> {
  let last: unknown = null;
  for (const since = Date.now(); Date.now() - since < 10_000;) {
    const reply = await rig.app.execution(rig.executor.url, jti);
    last = reply;
    if (reply?.progress && wanted(reply.progress)) return reply.progress;
  }
  throw new Error(`there is no such progress: ${JSON.stringify(last)}`);
}

const ended = async (jti: string): Promise<string> => {
  const { claims } = await rig.receipt(jti);
  expect(await rig.app.execution(rig.executor.url, jti)).not.toHaveProperty('progress');
  return claims.status;
};

test('says which statement runs, since when, and what the others did; nothing of a text or a value', async () => {
  const secret = 'sesame';
  const claims = await rig.order({ sql: `${bump}; ${bump}; select pg_sleep(2), '${secret}'; select 4` });
  await rig.send(claims);
  const progress = await progressOf(claims.jti, ({ step }) => step === 3);
  expect(progress).toMatchObject({ step: 3, steps: 4, rows: 2, phase: null, lockWait: null });
  expect(Date.parse(progress.stepStartedAt)).toBeLessThanOrEqual(Date.parse(progress.heartbeatAt));
  expect(JSON.stringify(progress)).not.toContain(secret);
  expect(await ended(claims.jti)).toBe('succeeded');
});

test('the heartbeat goes on while a statement runs', async () => {
  const claims = await rig.order({ sql: 'select pg_sleep(3.5)' });
  await rig.send(claims);
  const first = await progressOf(claims.jti);
  const later = await progressOf(claims.jti, ({ heartbeatAt }) => heartbeatAt > first.heartbeatAt);
  expect(later.stepStartedAt).toBe(first.stepStartedAt);
  expect(await ended(claims.jti)).toBe('succeeded');
});

test('says that a lock is held by another session, and since when', async () => {
  const holder = new Client({ connectionString: rig.server.postgres.superuserUrl(rig.database) });
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from shop.counters where id = 1 for update');
  const claims = await rig.order({ sql: bump });
  await rig.send(claims);
  const { lockWait, step } = await progressOf(claims.jti, (progress) => progress.lockWait !== null);
  expect([step, lockWait?.sessions]).toEqual([1, 1]);
  expect(Date.parse(lockWait?.since ?? '')).toBeLessThanOrEqual(Date.now());
  await holder.end();
  expect(await ended(claims.jti)).toBe('succeeded');
});

test('says of an undoing what is compared and brought back', async () => {
  const change = await applyPlanned(rig, 'update counters set n = n + 10 where id = 1');
  const holder = new Client({ connectionString: rig.server.postgres.superuserUrl(rig.database) });
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from shop.counters where id = 1 for update');
  const order = await change.undo();
  await rig.send(order);
  const { step, steps, undoes } = await progressOf(order.jti, (progress) => progress.lockWait !== null);
  expect([step, steps, undoes]).toEqual([0, 1, null]);
  await holder.end();
  expect(await ended(order.jti)).toBe('succeeded');
});

test('says how far PostgreSQL is with an index', async () => {
  await rig.sql(`
    create table shop.wide as select g as id, repeat('x', 2000) as pad from generate_series(1, 60) g;
    alter table shop.wide owner to shop_app_rw;
    create function shop.slowly(n int) returns int immutable parallel unsafe language plpgsql
      as $x$ begin perform pg_sleep(0.05); return n; end $x$`);
  const claims = await rig.order({ sql: 'create index wide_slowly on wide (slowly(id))' });
  await rig.send(claims);
  const { phase } = await progressOf(claims.jti, (progress) => (progress.phase?.done ?? 0) > 0);
  expect(phase).toMatchObject({ command: 'CREATE INDEX', name: expect.stringContaining('building index') });
  expect(phase?.total).toBeGreaterThanOrEqual(phase?.done ?? Infinity);
  expect(await ended(claims.jti)).toBe('succeeded');
});

test('a short change has none, and what a killed process left is not shown of another state', async () => {
  const { claims } = await rig.run({ sql: bump });
  const { state } = rig.config;
  if (!('url' in state)) throw new Error('the rig has a state database');
  const database = new URL(state.url).pathname.slice(1);
  expect(await rig.server.admin(database, 'select from executor.progress')).toHaveLength(0);
  await rig.server.admin(
    database,
    `insert into executor.progress (installation, jti, body) select installation, jti, '{}' from executor.executions
      where jti = '${claims.jti}'`,
  );
  expect(await rig.app.execution(rig.executor.url, claims.jti)).toMatchObject({ state: 'final' });
});
