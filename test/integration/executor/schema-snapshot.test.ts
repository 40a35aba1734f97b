import { Client } from 'pg';
import * as v from 'valibot';
import { findTable, SchemaSnapshot } from '#core/sql/facts/schema-snapshot';
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
  const read = await readSnapshot(client, { searchPath: 'shop, absent', labels });
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
    definition: expect.stringContaining('shop.orders'),
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
  await readSnapshot(client, { searchPath: 'shop', labels: {} });
  expect((await client.query('show search_path')).rows).toEqual(before.rows);
});

test('a search path that ends a literal is data', async () => {
  const read = await readSnapshot(client, { searchPath: `"it's", shop`, labels: {} });
  expect(read.searchPath).toEqual(['shop']);
});
