import { maskedValue } from '../../../executor/masking/masker';
import { applyPlanned, undone } from './support/plans';
import { type Rig, startRig } from './support/rig';
import type { SeenReceipt } from './support/receiver';

const secret = 'customer1@shop.example';
let rig: Rig;
beforeAll(async () => {
  rig = await startRig({}, (input) => ({
    ...input,
    connections: [
      ...input.connections.map((connection) =>
        ['main', 'read'].includes(connection.key)
          ? {
              ...connection,
              labels: {
                'shop.customers.email': 'personal',
                'shop.payments.*': 'payment',
                'shop.people.mail': 'personal',
                'shop.members.mail': 'personal',
                'shop.visits_2.guest': 'personal',
                'shop.contact.phone': 'personal',
                'shop.customers.country': 'region',
              },
              mask: ['personal', 'payment'],
              beforeImages: { maxRows: 100, maxBytes: 100_000 },
            }
          : connection,
      ),
      ...input.connections
        .filter(({ key }) => key === 'read')
        .map((connection) => ({
          ...connection,
          key: 'stale',
          name: 'Stale label',
          labels: { 'shop.customers.mail': 'personal' },
        })),
    ],
  }));
  await rig.sql(`
    set search_path = shop;
    create view addresses as select id, email as address, upper(email) as loud from customers;
    create view inner_addresses as select address as a, id from addresses where id < 10;
    create view mixed as select sku as word from order_items union all select email from customers;
    create view totals as select count(*) as n, max(total_cents) as most from orders;
    create view open_orders as select id, status from orders;
    create view odd_names as select id as "a (b {c} \\d" , email as ":targetList (" from customers;
    create view contact as select id, name as phone from customers;
    create materialized view copied as select email, country from customers;
    create function all_customers() returns setof customers language sql stable as 'select * from shop.customers';
    create table people (id int, mail text, loud text generated always as (upper(mail)) stored);
    create table staff (badge int) inherits (people);
    insert into staff (id, mail) values (1, '${secret}');
    create table visits (year int, guest text) partition by list (year);
    create table visits_1 partition of visits for values in (1);
    create table visits_2 partition of visits for values in (2);
    insert into visits values (1, '${secret}'), (2, '${secret}');
    create table members (mail text primary key, n int);
    insert into members values ('${secret}', 1), ('other@shop.example', 2);
    alter table members owner to shop_app_rw;
    create table notes (id int, body text);
    create rule quiet as on insert to notes do instead
      insert into counters select 500 + new.id, 1 returning id, (select email from shop.customers where id = 1);
    alter table notes owner to shop_app_rw;
    alter table people owner to shop_app_rw;
    alter table staff owner to shop_app_rw;
    grant all on all tables in schema shop to shop_app_rw;
    grant select on all tables in schema shop to shop_app_ro;
    analyze customers`);
});
afterAll(() => rig.close());

const first = ({ body }: SeenReceipt) => body?.statements.at(-1);
const columns = async (sql: string, key = 'read'): Promise<(string | null)[]> => {
  const seen = await rig.run({ sql }, key);
  expect(seen.claims.status).toBe('succeeded');
  return first(seen)?.columns.map(({ masked }) => masked ?? null) ?? [];
};
const unknown = 'origin unknown';

/** A read, and why each of its columns is masked. */
const reads: readonly (readonly [string, string, readonly (string | null)[]])[] = [
  ['the column itself', 'select email from customers', ['personal']],
  ['*', 'select * from customers', [null, null, 'personal', null, null, null]],
  ['a whole table by its label', 'select id, method from payments', ['payment', 'payment']],
  ['an alias', 'select email as id from customers', ['personal']],
  ['a cast', 'select email::varchar(99) as id, email::bytea from customers', [unknown, unknown]],
  ['a concatenation', "select 'x' || email from customers", [unknown]],
  ['a subquery', 'select t.e from (select email as e from customers) t', ['personal']],
  ['a scalar subquery', 'select (select email from customers limit 1)', [unknown]],
  ['a CTE', 'with w as (select email e from customers) select e from w', ['personal']],
  ['LATERAL', 'select b from customers c, lateral (select c.email as b) d', ['personal']],
  [
    'a union that begins harmlessly',
    'select sku from order_items union all select email from customers',
    [unknown],
  ],
  [
    'a recursive CTE',
    'with recursive r as (select email from customers union select email from r) select * from r',
    [unknown],
  ],
  ['a view', 'select address, id from addresses', ['personal', null]],
  ['a view over a view', 'select a, id from inner_addresses', ['personal', null]],
  ['an expression in a view', 'select loud from addresses', [unknown]],
  ['a union in a view', 'select word from mixed', [unknown]],
  ['a view whose names look like its own grammar', 'select * from odd_names', [null, 'personal']],
  ['a label on a view', 'select phone from contact', ['personal']],
  ['a materialized view', 'select email from copied', ['personal']],
  ['a function that returns rows of the table', 'select email, id from all_customers()', [unknown, unknown]],
  ['row_to_json', 'select row_to_json(t) from customers t', [unknown]],
  ['a whole row', 'select customers from customers', [unknown]],
  ['a field of a row', 'select (c).email from customers c', ['personal']],
  ['a field of a row in a subquery', 'select (x.c).email from (select c from customers c) x', [unknown]],
  ['array_agg', 'select array_agg(email) from customers', [unknown]],
  ['a table that inherits from the labelled one', 'select mail, badge from staff', ['personal', null]],
  ['a column generated from the labelled one', 'select loud from people', ['personal']],
  ['a labelled partition, through its parent', 'select guest from visits', ['personal']],
  ['a NULL that answers a question', "select case when email like 'c%' then 1 end from customers", [unknown]],
  [
    'statistics of the planner',
    "select most_common_vals, histogram_bounds from pg_stats where tablename = 'customers'",
    [unknown, unknown],
  ],
  ['a plan', 'explain select email from customers', [unknown]],
  ['a setting', 'show search_path', [unknown]],
  ['max of a count', 'select max(n) from (select count(*) n from customers) t', [unknown]],
  ['count of something', 'select count(email) from customers', [unknown]],
  [
    'a constant next to a star',
    "select 'x', customers.* from customers",
    [unknown, null, null, 'personal', null, null, null],
  ],
  // What may leave.
  ['count(*)', 'select count(*) from customers', [null]],
  ['constants', "select 1 as one, 'x' as x, null as n", [null, null, null]],
  ['columns without a label', 'select id, status from orders', [null, null]],
  ['a class that mask does not name', 'select country from customers', [null]],
  ['a view of columns without a label', 'select status from open_orders', [null]],
  ['an expression of a view without a label', 'select n from totals', [unknown]],
  ['system columns', 'select ctid from orders', [null]],
  ['another partition than the labelled one', 'select guest from visits_1', [null]],
];

describe('a connection with labels', () => {
  it.each(reads)('%s', async (_what, sql, expected) => {
    const seen = await rig.run({ sql }, 'read');
    expect(seen.claims.status).toBe('succeeded');
    const result = first(seen);
    expect(result?.columns.map(({ masked }) => masked ?? null)).toEqual(expected);
    result?.columns.forEach(({ masked }, at) => {
      const values = new Set(result.rows.map((row) => row[at]));
      expect(masked === undefined || (values.size === 1 && values.has(maskedValue))).toBe(true);
    });
    if (!expected.every((reason) => reason === null))
      expect(JSON.stringify(seen.body)).not.toContain('@shop');
  });

  it('says which classes it masks', async () => {
    expect((await rig.connection('read')).maskedClasses).toEqual(['payment', 'personal']);
    expect((await rig.connection('guarded')).maskedClasses).toEqual([]);
  });

  it('masks everything when a label names a column that is not there', async () => {
    expect(await columns('select id, 1 from orders', 'stale')).toEqual(['a label names no column', null]);
  });

  it('leaves other connections as they are', async () => {
    const { body } = await rig.run({ sql: 'select email from shop.customers where id = 1' }, 'guarded');
    expect(body?.statements[0]).toMatchObject({
      rows: [[secret]],
      columns: [{ name: 'email', type: 'text' }],
    });
  });
});

/** Changes that try to bring a value out on a connection that writes. */
const changes: readonly (readonly [string, string, readonly (string | null)[]])[] = [
  [
    'RETURNING',
    'update customers set tier = tier where id = 1 returning id, email, upper(email)',
    [null, 'personal', unknown],
  ],
  ['RETURNING of a rule', "insert into notes values (1, 'x') returning id, body", [unknown, unknown]],
  [
    'a table of its own',
    'create table copy as select email as id from customers; select id from copy',
    [unknown],
  ],
  [
    'a temporary table',
    'create temp table copy as select email as id from customers; select id from copy',
    [unknown],
  ],
  [
    'a column of its own',
    'alter table people add column extra text; update people set extra = mail; select extra, id from people',
    [unknown, null],
  ],
  [
    'another name for the column',
    'alter table people rename column mail to memo; select memo, id from people',
    ['a label names no column', 'a label names no column'],
  ],
  [
    'a view of its own',
    'create view shop.fresh as select 1 as id; create or replace view shop.fresh as select 1 as id, email as b from customers; select * from shop.fresh',
    [unknown, 'personal'],
  ],
  [
    'a count of its own, first in the path',
    `create schema evil; create function evil.one(bigint) returns bigint language sql as 'select 99';
     create aggregate evil.count(*) (sfunc = evil.one, stype = bigint, initcond = 0);
     do $$ begin execute 'set lo' || 'cal search' || '_path = evil, pg_catalog, shop'; end $$;
     select count(*) from shop.customers`,
    [unknown],
  ],
];

describe('a change on a connection with labels', () => {
  beforeAll(async () => void (await rig.sql(`grant create on database ${rig.database} to shop_app_rw`)));

  it.each(changes)('%s', async (_what, sql, expected) => {
    const seen = await rig.run({ sql }, 'main');
    expect([seen.claims.status, first(seen)?.columns.map(({ masked }) => masked ?? null)]).toEqual([
      'succeeded',
      expected,
    ]);
    expect(JSON.stringify(seen.body)).not.toContain('@shop');
    await rig.sql(`drop table if exists shop.copy; drop view if exists shop.fresh;
      alter table shop.people drop column if exists extra; drop schema if exists evil cascade;
      do $$ begin alter table shop.people rename column memo to mail; exception when undefined_column then end $$`);
  });

  it('hides a name that was made of a value', async () => {
    const named = `do $$ begin execute (select format('create temp table t (%I int)', email) from shop.customers where id = 1); end $$`;
    const seen = await rig.run({ sql: `${named}; select * from t` });
    expect(first(seen)?.columns).toMatchObject([{ name: 'column 1', masked: unknown }]);
    const lost = await rig.run({ sql: `${named}; select * from t union all select * from t` });
    expect(first(lost)?.columns).toMatchObject([{ name: 'column 1', masked: unknown }]);
    expect(JSON.stringify([seen.body, lost.body])).not.toContain('@shop');
  });
});

describe("the server's words on a connection with labels", () => {
  it.each([
    ['a cast that fails', 'select 1 / email::int from customers where id = 1', '22P02'],
    [
      'a key that is there',
      `insert into customers (name, email, country, created_at) values ('x', '${secret}', 'DE', now())`,
      '23505',
    ],
    [
      'an exception',
      "do $$ begin raise exception '%', (select email from shop.customers where id = 1); end $$",
      'P0001',
    ],
    [
      'an exception with a detail',
      "do $$ begin raise exception 'x' using detail = (select email from shop.customers where id = 1); end $$",
      'P0001',
    ],
    [
      'a check',
      "insert into customers (name, email, country, tier, created_at) values ('x', 'secret@shop', 'DE', 'none', now())",
      '23514',
    ],
  ])('are withheld: %s', async (_what, sql, sqlstate) => {
    const seen = await rig.run({ sql });
    expect(seen.claims.statements[0]?.error?.sqlstate).toBe(sqlstate);
    expect(first(seen)?.message).toMatch(new RegExp(`^${sqlstate} [a-z_]+\\. The server's own words stay`));
    expect(JSON.stringify([seen.body, seen.claims])).not.toMatch(/@shop|already exists|invalid input/);
  });
});

describe('an undo on a connection with labels', () => {
  it('lists drifted rows without the values of masked keys', async () => {
    const change = await applyPlanned(rig, 'update members set n = n + 10');
    expect(change.receipt.claims.status).toBe('succeeded');
    await rig.sql(`update shop.members set n = 99 where mail = '${secret}'`);
    const back = await undone(rig, change);
    expect(back.claims.reason?.code).toBe('rows-drifted');
    expect(back.body?.statements).toMatchObject([
      { columns: [{ name: 'mail', masked: 'personal' }, {}], rows: [[maskedValue, 'changed since']] },
    ]);
    expect(JSON.stringify(back)).not.toContain('@shop');
  });
});
