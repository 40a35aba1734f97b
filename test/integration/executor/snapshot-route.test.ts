import { Client } from 'pg';
import * as v from 'valibot';
import { snapshotDigest, snapshotPath, SnapshotReply, type SnapshotRequest } from '#core/protocol/snapshot';
import { findTable } from '#core/sql/facts/schema-snapshot';
import { ErrorReply } from '#core/protocol/transport';
import { createMovingClock } from '../../support/moving-clock';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
const clock = createMovingClock();
beforeAll(async () => {
  rig = await startRig({ now: () => clock.now() }, (input) => ({
    ...input,
    connections: input.connections.map((connection) =>
      connection.key === 'main'
        ? { ...connection, labels: { 'shop.customers.email': 'personal' } }
        : connection,
    ),
  }));
});
afterAll(() => rig.close());

const post = async (wish: Partial<SnapshotRequest> = {}): Promise<Response> =>
  rig.app.send(
    rig.executor.url,
    'POST',
    snapshotPath,
    JSON.stringify({ connection: 'main', known: null, ...wish }),
  );
const take = async (wish: Partial<SnapshotRequest> = {}): Promise<SnapshotReply> => {
  const response = await post(wish);
  expect(response.status).toBe(200);
  return v.parse(SnapshotReply, await response.json());
};
const refused = async (wish: Partial<SnapshotRequest>): Promise<[number, string, string]> => {
  const response = await post(wish);
  const { code, message } = v.parse(ErrorReply, await response.json());
  return [response.status, code, message];
};

test('a snapshot comes with its digest, with labels, and only once while nothing changes', async () => {
  const first = await take();
  if (first.snapshot === null) throw new Error('it was asked for');
  expect(await snapshotDigest(first.snapshot)).toBe(first.digest);
  const customers = findTable(first.snapshot, { schema: 'shop', name: 'customers' });
  expect(customers?.columns.find(({ name }) => name === 'email')?.label).toBe('personal');
  expect(await take({ known: first.digest })).toEqual({ ...first, snapshot: null });
});

test('it is given out again for a minute; then the database is asked again', async () => {
  const first = await take();
  await rig.sql('create table shop.added (id int)');
  expect(await take({ known: first.digest })).toEqual({ ...first, snapshot: null });
  clock.advance(61_000);
  const next = await take({ known: first.digest });
  expect(next.digest).not.toBe(first.digest);
  expect(Date.parse(next.takenAt)).toBeGreaterThan(Date.parse(first.takenAt));
  expect(next.snapshot && findTable(next.snapshot, { schema: 'shop', name: 'added' })).toBeDefined();
});

test('a protected connection tells it too: nothing but catalogues is read', async () => {
  const before = await rig.sql(
    'select sum(seq_scan + coalesce(idx_scan, 0)) as scans from pg_stat_user_tables',
  );
  expect((await take({ connection: 'guarded' })).snapshot?.tables.length).toBeGreaterThan(3);
  expect(
    await rig.sql('select sum(seq_scan + coalesce(idx_scan, 0)) as scans from pg_stat_user_tables'),
  ).toEqual(before);
});

test('it waits for nobody who holds a table', async () => {
  const holder = new Client({ connectionString: rig.server.postgres.superuserUrl(rig.database) });
  await holder.connect();
  try {
    await holder.query('begin; lock table shop.orders, shop.customers in access exclusive mode');
    await rig.restart();
    const { snapshot } = await take();
    expect(snapshot && findTable(snapshot, { schema: 'shop', name: 'orders' })?.rows).toBe(300);
  } finally {
    await holder.end();
  }
});

test('it says in words when it cannot, and does not remember that', async () => {
  expect(await refused({ connection: 'nowhere' })).toEqual([
    422,
    'unknown-connection',
    'there is no connection nowhere here',
  ]);
  const [status, code, message] = await refused({ connection: 'shut' });
  expect([status, code]).toEqual([422, 'connection-not-ready']);
  expect(message).toMatch(/^shut: /);
  expect((await refused({ known: 'x' })).slice(0, 2)).toEqual([400, 'malformed']);
});

test('a role that is gone is a refusal, and the next question finds it again', async () => {
  await rig.restart();
  await rig.sql('alter role shop_app_ro rename to shop_app_away');
  try {
    const [status, code, message] = await refused({ connection: 'read' });
    expect([status, code]).toEqual([422, 'connection-not-ready']);
    expect(message).toMatch(/^read: /);
  } finally {
    await rig.sql('alter role shop_app_away rename to shop_app_ro');
  }
  expect((await take({ connection: 'read' })).snapshot?.searchPath).toEqual(['shop']);
});

test('it answers only a trusted app, and each request once', async () => {
  const bare = await fetch(rig.executor.url + snapshotPath, { method: 'POST', body: '{}' });
  expect([bare.status, v.parse(ErrorReply, await bare.json()).code]).toEqual([400, 'malformed']);
});
