import { Client, type PoolClient } from 'pg';
import { readSchema, type SchemaState } from '../../../executor/schema/digest';
import { readScript } from '../../../executor/sql/read-script';
import { startTestServer, type TestServer } from '../../support/postgres';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.admin(
    'postgres',
    `do $$ begin
       if not exists (select from pg_roles where rolname = 'digest_owner') then
         create role digest_owner; create role digest_other;
       end if;
     end $$`,
  );
});
afterAll(() => server.stop());

/** A schema with something of every kind. Statement by statement, so that it can also be made in another order. */
const parts = [
  `create type shop.state as enum ('open', 'paid', 'void')`,
  `create domain shop.amount as numeric(10, 2) constraint positive check (value >= 0)`,
  `create function shop.next_code() returns text language sql volatile as $$ select 'c' || random() $$`,
  `create function shop.stamp() returns trigger language plpgsql as $$ begin new.at := now(); return new; end $$`,
  `create function shop.total(integer) returns bigint language sql stable
     begin atomic select count(*) from pg_catalog.pg_class where oid = $1::oid; end`,
  `create table shop.customers (id integer primary key, email text not null unique, name text collate "C")`,
  `create table shop.orders (id bigint generated always as identity primary key,
     customer integer not null references shop.customers (id) on delete cascade, state shop.state default 'open',
     total shop.amount, code text default shop.next_code(), twice numeric generated always as (total * 2) stored,
     at timestamptz, constraint sane check (total < 1000000))`,
  `create table shop.lines (id serial primary key, "order" bigint references shop.orders (id) on delete cascade, n int)`,
  `create index orders_by_state on shop.orders (state) where state <> 'void'`,
  `create trigger stamp before update on shop.orders for each row execute function shop.stamp()`,
  `create rule keep as on delete to shop.customers where old.id = 0 do instead nothing`,
  `alter table shop.orders enable row level security`,
  `create policy own on shop.orders for select to digest_owner using (customer = 1)`,
  `create view shop.open_orders as select o.*, c.email from shop.orders o join shop.customers c on c.id = o.customer
     where o.state = 'open'`,
  `create view shop.emails as select email, shop.total(1) from shop.open_orders`,
  `create table shop.events (id integer, day date not null) partition by range (day)`,
  `create table shop.events_2025 partition of shop.events for values from ('2025-01-01') to ('2026-01-01')`,
  `create table shop.events_2026 partition of shop.events for values from ('2026-01-01') to ('2027-01-01')`,
  `create sequence shop.codes increment 5`,
];
const before = `create schema shop; grant usage on schema shop to digest_owner`;
const text = `update orders set total = 1 where id in (select id from emails e join open_orders using (email));
  delete from lines; insert into events select nextval('codes')::int, now()::date; select next_code(), total(3)`;

let made = 0;
async function database(fill: readonly string[]): Promise<Client> {
  made += 1;
  const name = `digest_${process.pid}_${made}`;
  await server.admin('postgres', `drop database if exists ${name}`);
  await server.admin('postgres', `create database ${name}`);
  const client = new Client({ connectionString: server.postgres.superuserUrl(name) });
  client.on('error', () => undefined);
  await client.connect();
  for (const statement of fill) await client.query(statement);
  return client;
}
async function dropped(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>('select current_database() as name');
  await client.end();
  await server.admin('postgres', `drop database ${rows[0]?.name ?? ''} with (force)`);
}

async function stateOf(client: Client, sql: string): Promise<SchemaState> {
  const script = await readScript(sql);
  if (script.kind !== 'statements') throw new Error(`${sql}: ${JSON.stringify(script)}`);
  await client.query('begin; set local search_path = shop');
  try {
    return await readSchema(client as unknown as PoolClient, script.statements);
  } finally {
    await client.query('rollback');
  }
}
const digestOf = async (client: Client, sql = text): Promise<string> => {
  const state = await stateOf(client, sql);
  if (state.digest === null) throw new Error(state.note);
  return state.digest;
};

/** Changes of structure, each of which the text would meet. */
const changes: readonly [what: string, sql: string][] = [
  ['a column comes', 'alter table shop.orders add column note text'],
  ['a column goes', 'alter table shop.lines drop column n'],
  ['a column is renamed', 'alter table shop.lines rename n to m'],
  ['another type', 'alter table shop.lines alter n type bigint'],
  ['another length', 'alter table shop.customers alter name type varchar(40) collate "C"'],
  ['not null', 'alter table shop.lines alter n set not null'],
  ['null again', 'alter table shop.customers alter email drop not null'],
  ['a default comes', 'alter table shop.lines alter n set default 7'],
  ['a default goes', 'alter table shop.orders alter state drop default'],
  ['another identity', 'alter table shop.orders alter id set generated by default'],
  ['a generated column becomes plain', 'alter table shop.orders alter twice drop expression'],
  ['another collation', 'alter table shop.customers alter name type text collate "POSIX"'],
  ['a check comes', 'alter table shop.lines add constraint few check (n < 5)'],
  ['a check goes', 'alter table shop.orders drop constraint sane'],
  ['a check that is not valid', 'alter table shop.lines add constraint few check (n < 5) not valid'],
  [
    'a foreign key reaches elsewhere',
    'alter table shop.lines drop constraint lines_order_fkey, add foreign key ("order") references shop.orders (id)',
  ],
  [
    'somebody else refers to it',
    'create table shop.notes (o bigint references shop.orders (id) on delete cascade)',
  ],
  ['an index comes', 'create index on shop.lines (n)'],
  ['a unique index comes', 'create unique index on shop.orders (code)'],
  ['an index goes', 'drop index shop.orders_by_state'],
  ['a trigger comes', 'create trigger more after insert on shop.lines execute function shop.stamp()'],
  ['a trigger is switched off', 'alter table shop.orders disable trigger stamp'],
  [
    "a trigger's function has another body",
    'create or replace function shop.stamp() returns trigger language plpgsql as $$ begin return null; end $$',
  ],
  [
    "a default's function has another body",
    `create or replace function shop.next_code() returns text language sql volatile as $$ select 'd' $$`,
  ],
  ['a function runs as its owner', 'alter function shop.next_code() security definer'],
  [
    'a function gets a namesake',
    'create function shop.total(text) returns int language sql as $$ select 1 $$',
  ],
  ['a rule comes', 'create rule no_more as on insert to shop.lines do instead nothing'],
  ['a rule goes', 'drop rule keep on shop.customers'],
  ['a policy comes', 'create policy all_mine on shop.orders using (true)'],
  ['a policy is another', 'alter policy own on shop.orders using (customer = 2)'],
  ['a policy is for others', 'alter policy own on shop.orders to digest_other'],
  ['row security is off', 'alter table shop.orders disable row level security'],
  ['row security is forced', 'alter table shop.orders force row level security'],
  ['another owner', 'alter table shop.lines owner to digest_other'],
  [
    'a view beneath a view is another',
    `create or replace view shop.open_orders as select o.*, c.email from shop.orders o
       join shop.customers c on c.id = o.customer where o.state <> 'void'`,
  ],
  ['a view runs as its caller', 'alter view shop.emails set (security_invoker = true)'],
  ["a view's table has another type", 'alter table shop.customers add column vip boolean'],
  [
    'a partition comes',
    `create table shop.events_2027 partition of shop.events for values from ('2027-01-01') to ('2028-01-01')`,
  ],
  ['a partition goes', 'alter table shop.events detach partition shop.events_2025'],
  ['a partition has a check of its own', 'alter table shop.events_2026 add check (id > 0)'],
  ['a child table comes', 'create table shop.old_lines () inherits (shop.lines)'],
  ['an enum has another label', `alter type shop.state add value 'lost'`],
  ['a domain has another check', 'alter domain shop.amount drop constraint positive'],
  ['a table takes the place of a view', 'drop view shop.emails; create table shop.emails (email text)'],
  ['a table is gone', 'drop table shop.lines'],
  ['a table is unlogged', 'alter table shop.lines set unlogged'],
];

describe('a digest of structure', () => {
  let main: Client;
  beforeAll(async () => {
    main = await database([before, ...parts]);
  });
  afterAll(() => dropped(main));

  it('is the same each time, whatever the rows and the statistics are', async () => {
    const first = await digestOf(main);
    await main.query(
      `insert into shop.customers values (1, 'a@b'); insert into shop.orders (customer, total) values (1, 5);
       insert into shop.lines values (default, 1, 2); select nextval('shop.codes'); analyze`,
    );
    expect(await digestOf(main)).toBe(first);
    expect(await digestOf(main, text.toUpperCase())).toBe(first);
  });

  it('leaves neither a lock nor a setting behind', async () => {
    await main.query('begin; set local search_path = shop');
    const script = await readScript(text);
    if (script.kind !== 'statements') throw new Error('not statements');
    await readSchema(main as unknown as PoolClient, script.statements);
    const { rows } = await main.query<{ path: string; kept: string; locks: string }>(
      `select current_setting('search_path') as path, current_setting('querychange.path', true) as kept,
         (select count(*) from pg_locks l where l.pid = pg_backend_pid() and l.relation >= 16384) as locks`,
    );
    await main.query('rollback');
    expect(rows[0]).toMatchObject({ path: 'shop', locks: '0' });
    expect(rows[0]?.kept ?? '').toBe('');
  });

  it('is the same for the same schema made in another order, with other object ids', async () => {
    const ids = `create table public.filler as select generate_series(1, 3); drop table public.filler`;
    const late = parts.filter((part) => /^create (index|trigger|rule|policy)/.test(part));
    const rest = parts.filter((part) => !late.includes(part));
    const other = await database([before, ids, ...rest, ids, ...late.toReversed()]);
    const oids = async (client: Client): Promise<unknown> =>
      (await client.query(`select 'shop.orders'::regclass::oid as oid`)).rows;
    expect(await oids(other)).not.toEqual(await oids(main));
    expect(await digestOf(other)).toBe(await digestOf(main));
    await dropped(other);
  });

  it.each(changes)('is another when %s', async (_what, sql) => {
    const first = await digestOf(main);
    await main.query('begin');
    let second: string;
    try {
      await main.query(sql);
      await main.query('set local search_path = shop; savepoint s');
      const script = await readScript(text);
      if (script.kind !== 'statements') throw new Error('not statements');
      const state = await readSchema(main as unknown as PoolClient, script.statements);
      second = state.digest ?? state.note;
    } finally {
      await main.query('rollback');
    }
    expect(second).toMatch(/^[0-9a-f]{64}$/);
    expect(second).not.toBe(first);
    expect(await digestOf(main)).toBe(first);
  });

  it('knows the names that a text is about to give', async () => {
    const sql = `create table receipts (id int references orders (id)); create index by_n on lines (n);
      create function shop.fresh() returns int language sql as 'select 1'; create schema archive`;
    const first = await digestOf(main, sql);
    for (const taken of [
      'create table shop.receipts (id int)',
      'create index by_n on shop.orders (code)',
      `create function shop.fresh() returns int language sql as 'select 2'`,
      'create schema archive',
    ]) {
      await main.query(taken);
      expect(await digestOf(main, sql)).not.toBe(first);
      await main.query(
        taken.replace(
          /^create (table|index|function|schema) (shop\.)?(\w+(\(\))?).*/,
          (_all, kind: string, schema = '', name = '') =>
            `drop ${kind} ${kind === 'index' ? 'shop.' : (schema as string)}${name as string}`,
        ),
      );
      expect(await digestOf(main, sql)).toBe(first);
    }
  });

  it('follows search_path as the server does: what shadows a name is another thing', async () => {
    await main.query('create schema if not exists early');
    const at = async (path: string): Promise<string> => {
      await main.query(`begin; set local search_path = ${path}`);
      const script = await readScript('delete from lines');
      if (script.kind !== 'statements') throw new Error('not statements');
      const state = await readSchema(main as unknown as PoolClient, script.statements);
      await main.query('rollback');
      return state.digest ?? state.note;
    };
    const alone = await at('early, shop');
    expect(alone).toBe(await at('shop'));
    await main.query('create table early.lines (id int)');
    expect(await at('early, shop')).not.toBe(alone);
    expect(await at('shop, early')).toBe(alone);
    // A name of WITH hides a table only where it is in scope; the table counts all the same.
    const hidden = 'with lines as (select 1 as id) select * from lines';
    const first = await digestOf(main, hidden);
    await main.query('alter table shop.lines add column more int');
    expect(await digestOf(main, hidden)).not.toBe(first);
    await main.query('alter table shop.lines drop column more; drop schema early cascade');
  });

  it.each([
    ['do $$ begin end $$', 'DO'],
    [`select query_to_xml('delete from x', true, true, '')`, 'a function that runs SQL given as text'],
    ['drop schema shop cascade', 'schema'],
    ['grant select on all tables in schema shop to public', 'GRANT on all objects of a schema'],
    ['create extension pgcrypto', 'CREATE EXTENSION'],
  ])('cannot be told of %s', async (sql, why) => {
    const state = await stateOf(main, sql);
    expect(state).toEqual({ digest: null, note: `what statement 1 touches cannot be told: ${why}` });
  });

  it('a name with quotes, backslashes and dollar signs is a name and nothing else', async () => {
    const name = `a'b"\\c$$); drop table shop.lines; --`;
    const quoted = `"${name.replaceAll('"', '""')}"`;
    const first = await digestOf(main, `select * from ${quoted}`);
    await main.query(`create table shop.${quoted} (id int)`);
    expect(await digestOf(main, `select * from ${quoted}`)).not.toBe(first);
    await main.query(`drop table shop.${quoted}`);
    expect(await digestOf(main)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is not made of more than a bound of objects', async () => {
    const wide = await database([
      before,
      `create table shop.lines (id int) partition by list (id)`,
      `do $$ begin for i in 1..1001 loop
         execute format('create table shop.p%s partition of shop.lines for values in (%s)', i, i); end loop; end $$`,
    ]);
    expect(await stateOf(wide, 'delete from lines')).toEqual({
      digest: null,
      note: 'the text touches more than 1000 tables, functions and types',
    });
    await dropped(wide);
  });
});
