import { createHash } from 'node:crypto';
import { type Rig, startRig } from './support/rig';
import type { SeenReceipt } from './support/receiver';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
  await rig.sql(`
    create table shop.parents (id int primary key, n int not null default 0);
    create table shop.children (id int primary key, parent int references shop.parents on delete cascade);
    create table shop.audit (id bigint generated always as identity, parent int);
    create function shop.note() returns trigger language plpgsql as
      $$ begin insert into shop.audit (parent) select new.id from generate_series(1, 3); return new; end $$;
    create trigger note after update on shop.parents for each row execute function shop.note();
    create table shop.late (id int primary key);
    create function shop.later() returns trigger language plpgsql as
      $$ begin insert into shop.audit (parent) select new.id from generate_series(1, 4); return null; end $$;
    create constraint trigger later after insert on shop.late deferrable initially deferred
      for each row execute function shop.later();
    create table shop.chained (id int primary key);
    create function shop.chain() returns trigger language plpgsql as
      $$ begin
        if new.id < 6 then
          set constraints all deferred;
          insert into shop.chained values (new.id + 1);
        end if;
        return null;
      end $$;
    create constraint trigger chain after insert on shop.chained deferrable initially deferred
      for each row execute function shop.chain();
    create table shop.parts (id int, part int) partition by list (part);
    create table shop.parts_1 partition of shop.parts for values in (1);
    create table shop.parts_2 partition of shop.parts for values in (2);
    create table shop.hidden (id int);
    insert into shop.hidden select generate_series(1, 10);
    alter table shop.hidden enable row level security, force row level security;
    do $$ declare t text; begin
      foreach t in array array['parents', 'children', 'audit', 'late', 'chained', 'parts', 'parts_1', 'parts_2', 'hidden'] loop
        execute format('alter table shop.%I owner to shop_app_rw', t);
      end loop;
    end $$`);
});
afterAll(() => rig.close());

beforeEach(async () => {
  await rig.sql(`
    truncate shop.parents, shop.children, shop.audit, shop.late, shop.chained, shop.parts;
    insert into shop.parents (id) select generate_series(1, 5);
    insert into shop.children select n, 1 + n % 2 from generate_series(1, 20) n;
    insert into shop.parts select n, 1 + n % 2 from generate_series(1, 12) n`);
});

const rows = async (table: string): Promise<number> =>
  Number((await rig.sql<{ n: string }>(`select count(*) as n from shop.${table}`))[0]?.n);
const run = (sql: string, rowBudget: number | null): Promise<SeenReceipt> =>
  rig.run({ sql, content: { rowBudget } });

/** SQL, and the rows that it affects in all. */
const changes: readonly (readonly [string, string, number])[] = [
  ['an update', 'update counters set n = n + 1 where id = 1', 1],
  [
    'several statements together',
    'insert into late values (1); delete from late; delete from counters where id = 77',
    6,
  ],
  ['what a trigger writes', 'update parents set n = 1 where id in (1, 2)', 2 + 6],
  ['what a deferred trigger writes at the end', 'insert into late values (1), (2)', 2 + 8],
  ['triggers that defer what they do again and again', 'insert into chained values (1)', 6],
  ['rows that a foreign key deletes', 'delete from parents where id = 1', 1 + 10],
  ['a TRUNCATE by the rows it empties', 'truncate children', 20],
  ['TRUNCATE … CASCADE with what hangs on it', 'truncate parents cascade', 5 + 20],
  ['a TRUNCATE in a block', "do $$ begin execute 'trun' || 'cate children'; end $$", 20],
  ['a DELETE that a TRUNCATE hides', 'do $$ begin delete from children; truncate children; end $$', 20],
  ['a partitioned table', 'update parts set id = id + 1', 12],
  [
    'a row that moves to another partition, as delete and insert',
    'update parts set part = 2 where id = 2',
    2,
  ],
  ['a TRUNCATE of a partitioned table', 'truncate parts', 12],
  ['a new table', 'create table fresh_one as select generate_series(1, 7) as n; drop table fresh_one', 14],
  ['a table that is written anew', 'alter table children alter parent type bigint', 20],
  [
    'rows that a WITH writes behind a SELECT',
    'with gone as (delete from children where id < 4 returning 1) select count(*) from gone',
    3,
  ],
  ['nothing', 'alter table parents add column if not exists note text', 0],
  ['only reads', 'select * from parents', 0],
];

test.each(changes)('%s: held back by one row less, let through exactly', async (_name, sql, affected) => {
  const tables = ['parents', 'children', 'audit', 'late', 'chained', 'parts'];
  const before = await Promise.all(tables.map(rows));
  if (affected > 0) {
    const held = await run(sql, affected - 1);
    expect(held.claims).toMatchObject({ status: 'failed', reason: { code: 'row-budget-exceeded' } });
    expect(held.claims.reason?.message).toMatch(new RegExp(`affects (at least )?${affected} rows?; at most`));
    expect(await Promise.all(tables.map(rows))).toEqual(before);
    expect(await rig.sql('select 1 from querychange.ledger where jti = $1', [held.claims.jti])).toEqual([]);
  }
  const through = await run(sql, affected);
  expect(through.claims).toMatchObject({ status: 'succeeded', reason: null });
});

test('a dropped table counts by its rows, and with it what a cascade of a schema takes', async () => {
  await rig.sql(`create schema gone authorization shop_app_rw;
    create table gone.a as select generate_series(1, 3) as n; create table gone.b as select generate_series(1, 4) as n;
    alter table gone.a owner to shop_app_rw; alter table gone.b owner to shop_app_rw`);
  const held = await run('drop schema gone cascade', 6);
  expect(held.claims.reason).toMatchObject({ code: 'row-budget-exceeded' });
  expect(await rig.sql('select 1 from gone.a')).toHaveLength(3);
  expect((await run('drop table gone.b; drop schema gone cascade', 7)).claims.status).toBe('succeeded');
});

test('the statement that broke the budget is named, and those after it do not run', async () => {
  const { claims } = await run(
    'update parts set id = id where id < 3; update parts set id = id; select pg_sleep(60)',
    4,
  );
  expect(claims.reason?.message).toBe(
    'With statement 2 the change affects 14 rows; at most 4 rows were approved.',
  );
  expect(claims.statements.map(({ command, rows: affected }) => [command, affected])).toEqual([
    ['UPDATE', 2],
    ['UPDATE', 12],
    [null, null],
  ]);
});

test('a large table is not counted to its end', async () => {
  const { claims } = await run('truncate children', 3);
  expect(claims.reason?.message).toContain('affects at least 4 rows; at most 3 rows were approved');
});

test('rows that a policy hides from the role make the count fail, never small', async () => {
  const { claims } = await run('truncate hidden', 100);
  expect(claims).toMatchObject({ status: 'failed', reason: { code: 'row-budget-unknown' } });
  expect(await rows('hidden')).toBe(10);
});

test('another search_path, or a function of the same name as ours, changes no count', async () => {
  const { claims } = await run(
    `create function shop.gt(oid, oid) returns boolean language sql as 'select false';
     create operator shop.>= (function = shop.gt, leftarg = oid, rightarg = oid);
     do $$ begin perform set_config('search_path', 'shop, pg_catalog', true); end $$;
     delete from shop.children`,
    5,
  );
  expect(claims.reason).toMatchObject({ code: 'row-budget-exceeded' });
  expect(await rows('children')).toBe(20);
});

test('counts of the change before, in the same session, are not counted again', async () => {
  for (let round = 0; round < 8; round += 1) {
    expect((await run('update parts set id = id', 12)).claims.status).toBe('succeeded');
  }
});

test('a rollback is not held to the budget of its change', async () => {
  const issueId = `${Date.now()}`;
  const wish = {
    sql: 'insert into late values (900)',
    rollback: 'delete from late; delete from audit',
    content: { rowBudget: 5 },
    issueId,
  };
  const applied = await rig.run(wish);
  expect(applied.claims.status).toBe('succeeded');
  await rig.sql('insert into shop.audit (parent) select generate_series(1, 50)');
  const back = await rig.run({
    ...wish,
    kind: 'rollback',
    applyReceiptSha256: createHash('sha256').update(applied.compact).digest('hex'),
    head: { seq: 2, hash: 'b'.repeat(64) },
  });
  expect(back.claims).toMatchObject({ status: 'succeeded' });
  expect(await rows('audit')).toBe(0);
});

test('a budget that is no number of rows is refused', async () => {
  for (const rowBudget of [-1, 1.5, '5', 1e9]) {
    const claims = await rig.order({});
    const bent = { ...claims, content: { ...claims.content, rowBudget } } as typeof claims;
    expect(await rig.send(bent)).toMatchObject({ status: 400, reply: { code: 'malformed' } });
  }
});
