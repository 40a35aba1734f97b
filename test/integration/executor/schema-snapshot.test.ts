import { Client } from 'pg';
import * as v from 'valibot';
import { findTable, SchemaSnapshot } from '#core/sql/facts/schema-snapshot';
import { maxSnapshotBytes } from '#core/protocol/snapshot';
import { readSnapshot } from '../../../executor/schema/snapshot';
import { seedShop } from '../../../executor/shop/seed';
import { startTestServer, type TestServer } from '../../support/postgres';

let server: TestServer;
let client: Client;
beforeAll(async () => {
  server = await startTestServer();
  await server.template('snapshot_shop', async (url) => {
    await seedShop(url, 'dev');
  });
  await server.clone('snapshot_shop', 'snapshot_test');
  client = new Client({ connectionString: server.postgres.superuserUrl('snapshot_test') });
  await client.connect();
  await client.query(`
    create view shop.open_orders as select o.id, c.email from shop.orders o join shop.customers c on c.id = o.customer_id;
    create table shop.events (id int, day date not null) partition by range (day);
    create table shop.events_2026 partition of shop.events for values from ('2026-01-01') to ('2027-01-01');
    create table shop.events_rest partition of shop.events default;
    create function shop.stamp() returns trigger language plpgsql as 'begin return new; end';
    create trigger stamp before update on shop.orders for each row execute function shop.stamp();
    create domain shop.amount as int check (value > 0); create domain shop.free as int;
    create index on shop.orders (lower(status), ordered_at) where status = 'new'`);
});
afterAll(async () => {
  await client.end();
  await server.stop();
});

test('the snapshot tells the shop as it is, and passes its own schema', async () => {
  const labels = { 'shop.customers.email': 'personal' };
  const read = await readSnapshot(client, { searchPath: 'shop, absent', role: 'shop_app_ro', labels });
  const snapshot = v.parse(SchemaSnapshot, read);
  expect(snapshot).toMatchObject({ serverMajor: 18, searchPath: ['shop'], truncated: false });
  expect(findTable(snapshot, { schema: null, name: 'orders' })).toMatchObject({
    schema: 'shop',
    kind: 'table',
    rows: 300,
    primaryKey: ['id'],
    triggers: ['stamp'],
    sequences: [{ schema: 'shop', name: 'orders_id_seq' }],
    indexes: expect.arrayContaining([
      { name: 'orders_customer', unique: false, columns: ['customer_id'], partial: false },
      { name: 'orders_lower_ordered_at_idx', unique: false, columns: [null, 'ordered_at'], partial: true },
    ]),
    foreignKeys: [
      expect.objectContaining({ columns: ['customer_id'], toTable: 'customers', onDelete: 'no action' }),
    ],
  });
  expect(findTable(snapshot, { schema: 'shop', name: 'order_items' })?.foreignKeys[0]?.onDelete).toBe(
    'cascade',
  );
  const email = findTable(snapshot, { schema: 'shop', name: 'customers' })?.columns.find(
    ({ name }) => name === 'email',
  );
  expect(email).toEqual({ name: 'email', type: 'text', notNull: true, hasDefault: false, label: 'personal' });
  expect(findTable(snapshot, { schema: null, name: 'open_orders' })).toMatchObject({
    kind: 'view',
    reads: expect.arrayContaining([
      { schema: 'shop', name: 'customers' },
      { schema: 'shop', name: 'orders' },
    ]),
  });
  expect(findTable(snapshot, { schema: null, name: 'events_rest' })).toMatchObject({
    partition: true,
    defaultPartition: true,
    parents: [{ schema: 'shop', name: 'events' }],
  });
  expect(snapshot.functions).toEqual([{ schema: 'shop', name: 'stamp' }]);
  expect(snapshot.domains).toEqual([{ schema: 'shop', name: 'amount' }]);
});

test('the transaction is ended, and the session keeps its own search path', async () => {
  const before = await client.query('show search_path');
  await readSnapshot(client, { searchPath: 'shop', role: 'shop_app_ro', labels: {} });
  expect((await client.query('show search_path')).rows).toEqual(before.rows);
});

test('a search path that ends a literal is data', async () => {
  const read = await readSnapshot(client, { searchPath: `"it's", shop`, role: 'shop_app_ro', labels: {} });
  expect(read.searchPath).toEqual(['shop']);
});

/** Another database for what would be in the way of the shop; `work` gets a client of its superuser. */
async function apart(name: string, work: (world: Client) => Promise<void>): Promise<void> {
  await server.clone('snapshot_shop', name);
  const world = new Client({ connectionString: server.postgres.superuserUrl(name) });
  await world.connect();
  try {
    await work(world);
  } finally {
    await world.end();
  }
}

const reading = { searchPath: 'shop', role: 'shop_app_ro', labels: {} };

test('rows of a partitioned table are those of its partitions; what is never analysed is not known', async () => {
  await apart('snapshot_sizes', async (world) => {
    await world.query(`
      create table shop.days (id int, day date) partition by range (day);
      create table shop.days_1 partition of shop.days for values from ('2026-01-01') to ('2026-02-01');
      create table shop.days_2 partition of shop.days for values from ('2026-02-01') to ('2026-03-01');
      insert into shop.days select n, '2026-01-05' from generate_series(1, 12345) n;
      insert into shop.days select n, '2026-02-05' from generate_series(1, 2000) n;
      create table shop.fresh (id int)`);
    expect(findTable(await readSnapshot(world, reading), { schema: 'shop', name: 'days' })?.rows).toBeNull();
    await world.query('analyze shop.days_1; analyze shop.days_2');
    const snapshot = await readSnapshot(world, reading);
    const of = (name: string) => findTable(snapshot, { schema: 'shop', name });
    expect(of('days')).toMatchObject({ kind: 'partitioned', rows: 14_300, bytes: 0 });
    expect(of('days_1')).toMatchObject({ rows: 12_300, partition: true });
    expect(of('days_1')?.bytes).toBeGreaterThan(300_000);
    expect(of('fresh')).toMatchObject({ rows: null, bytes: 0 });
    // What everything hangs on stands first, partitions last.
    const names = snapshot.tables.map(({ name }) => name);
    expect(names[0]).toBe('days');
    expect(names.slice(-2).toSorted()).toEqual(['days_1', 'days_2']);
  });
});

test('names are data, whatever they say', async () => {
  const names = [
    '"; DROP TABLE shop.orders; --',
    "it's $1 \\",
    '表'.repeat(21),
    '\u202eevil',
    'a.b',
    'Mixed Case',
  ];
  await apart('snapshot_names', async (world) => {
    for (const name of names) {
      const quoted = world.escapeIdentifier(name);
      await world.query(`create schema ${quoted}; grant usage on schema ${quoted} to shop_app_ro;
        create table ${quoted}.${quoted} (${quoted} int primary key)`);
    }
    const searchPath = `${world.escapeIdentifier(names[0] ?? '')}, shop`;
    const labels = { 'shop.orders.status': 'x' };
    const snapshot = v.parse(SchemaSnapshot, await readSnapshot(world, { ...reading, searchPath, labels }));
    for (const name of names) {
      expect(findTable(snapshot, { schema: name, name })).toMatchObject({
        columns: [expect.objectContaining({ name })],
        primaryKey: [name],
      });
    }
    expect(snapshot.searchPath).toEqual([names[0], 'shop']);
    expect(findTable(snapshot, { schema: null, name: 'orders' })).toBeDefined();
  });
});

test('of a schema that the role may not use it tells only what hangs on another, and no more than its name', async () => {
  await apart('snapshot_hidden', async (world) => {
    await world.query(`create schema hidden;
      create table hidden.zq_alone (id int primary key, zq_pin text);
      create table hidden.linked (id int primary key, order_id int references shop.orders (id), zq_pin text);
      create view hidden.seen as select id, status from shop.orders;
      create function hidden.zq_work() returns int language sql as 'select 1';
      create domain hidden.zq_amount as int check (value > 0);
      insert into hidden.linked values (1, null, 'x'); analyze hidden.linked`);
    const snapshot = await readSnapshot(world, { ...reading, searchPath: 'hidden, shop' });
    expect(JSON.stringify(snapshot)).not.toMatch(/zq_/);
    expect(snapshot.searchPath).toEqual(['shop']);
    const bare = { columns: [], primaryKey: [], indexes: [], rows: null, bytes: 0 };
    expect(findTable(snapshot, { schema: 'hidden', name: 'linked' })).toMatchObject({
      ...bare,
      foreignKeys: [expect.objectContaining({ toSchema: 'shop', toTable: 'orders' })],
    });
    expect(findTable(snapshot, { schema: 'hidden', name: 'seen' })).toMatchObject({
      ...bare,
      reads: [{ schema: 'shop', name: 'orders' }],
    });
    expect(snapshot.truncated).toBe(false);
    await world.query('grant usage on schema hidden to shop_app_ro');
    expect(JSON.stringify(await readSnapshot(world, reading))).toMatch(/zq_alone.*zq_pin/);
  });
});

test('of more than it takes it keeps what matters most, in 1 MB, and says so', async () => {
  await apart('snapshot_large', async (world) => {
    await world.query(`create schema many; grant usage on schema many to shop_app_ro;
      do $$ begin for n in 1..2100 loop
        execute format('create table many.%I (%s)', 'a table of many ' || n,
          (select string_agg(format('%I text', 'column ' || c || repeat('x', 40)), ', ') from generate_series(1, 6) c));
      end loop; end $$`);
    const snapshot = v.parse(SchemaSnapshot, await readSnapshot(world, reading));
    expect(snapshot.truncated).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(snapshot))).toBeLessThanOrEqual(maxSnapshotBytes);
    expect(snapshot.tables.length).toBeGreaterThan(500);
    for (const name of ['customers', 'orders', 'order_items']) {
      expect(findTable(snapshot, { schema: 'shop', name })).toBeDefined();
    }
  });
});
