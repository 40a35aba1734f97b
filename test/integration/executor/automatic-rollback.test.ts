import { openPool } from '../../../executor/postgres/pool';
import { sweepKeptRows } from '../../../executor/rollback/sweep';
import { applyPlanned, plannedOrder, planOn, undone } from './support/plans';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({}, (input) => ({
    ...input,
    connections: input.connections.map((connection) =>
      connection.key === 'main'
        ? { ...connection, beforeImages: { maxRows: 200, maxBytes: 1_048_576 } }
        : connection,
    ),
  }));
  await rig.sql(`
    create type shop.mood as enum ('fine', 'poor');
    create table shop.things (
      id int primary key, name text, price numeric, ratio float8, raw bytea, doc json, docb jsonb, at timestamptz,
      tags text[], mood shop.mood, code char(5), ip inet, gap interval, twice int generated always as (id * 2) stored
    );
    create table shop.numbered (id bigint generated always as identity primary key, n int unique, note text);
    create table shop.tree (id int primary key, parent int references shop.tree, name text);
    create table shop.owners (id int primary key, name text);
    create table shop.pets (id int primary key, owner int references shop.owners on delete cascade);
    create table shop.keyless (n int);
    create table shop.parts (id int, part int, note text, primary key (id, part)) partition by list (part);
    create table shop.parts_1 partition of shop.parts for values in (1);
    create table shop.parts_2 partition of shop.parts for values in (2);
    create table shop.traced (id int primary key, n int);
    create function shop.trace() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger trace before update on shop.traced for each row execute function shop.trace();
    create table shop.walled (id int primary key);
    alter table shop.walled enable row level security;
    create table shop.ruled (id int primary key);
    create rule also as on insert to shop.ruled do also insert into shop.keyless values (new.id);
    create view shop.seen as select * from shop.things;
    create table shop.base (id int primary key);
    create table shop.heir (extra int) inherits (shop.base);
    create function shop.sneak(int) returns int language plpgsql volatile as
      $$ begin insert into shop.keyless values ($1); return $1; end $$;
    create function shop.liar(int) returns boolean language plpgsql stable as
      $$ begin perform shop.sneak($1); return true; end $$;
    do $$ declare t text; begin
      foreach t in array array['things', 'numbered', 'tree', 'owners', 'pets', 'keyless', 'parts', 'parts_1', 'parts_2',
        'traced', 'walled', 'ruled', 'base', 'heir'] loop
        execute format('alter table shop.%I owner to shop_app_rw', t);
      end loop;
    end $$;
    grant select on shop.seen to shop_app_rw`);
});
afterAll(() => rig.close());

const hostile = `(1, 'it''s, "quoted" (odd)', 'NaN', 'Infinity', '\\x00ff', '{"b": 1,  "a":2, "b":3}', '{"b": 1, "a": 2}',
  '2026-03-29 02:30:00.123456+02', array['a', null, '"', '{}'], 'poor', 'ab', '10.0.0.1', '1 mon -3 days 04:05:06.789'),
  (2, null, 1.500, '-0', null, null, 'null', 'infinity', '{}', null, null, null, null),
  (3, '', 1e20, 0.1, '', '[]', '[]', '-infinity', null, 'fine', '     ', 'fe80::1', '0')`;

beforeEach(async () => {
  await rig.sql(`
    truncate shop.things, shop.numbered, shop.tree, shop.owners, shop.pets, shop.keyless, shop.parts, shop.traced
      restart identity;
    insert into shop.things (id, name, price, ratio, raw, doc, docb, at, tags, mood, code, ip, gap) values ${hostile};
    insert into shop.numbered (n, note) select n, 'note ' || n from generate_series(1, 10) n;
    insert into shop.tree values (1, null, 'root'), (2, 1, 'child'), (3, 2, 'grandchild');
    insert into shop.owners values (1, 'a'), (2, 'b');
    insert into shop.pets values (1, 1), (2, 2);
    insert into shop.parts select n, 1 + n % 2, 'part ' || n from generate_series(1, 10) n`);
});

const tables = ['things', 'numbered', 'tree', 'owners', 'pets', 'keyless', 'parts', 'traced'];
const picture = async (): Promise<string[]> => {
  const all = await Promise.all(
    tables.map((table) =>
      rig.sql<{ row: string }>(`select t::text as row from shop.${table} t order by t::text`),
    ),
  );
  return all.flatMap((rows, at) => rows.map(({ row }) => `${tables[at]} ${row}`));
};

/** SQL, and the rows that each changing statement of it affects. */
const changes: readonly (readonly [string, string, readonly number[]])[] = [
  [
    'an update of every type',
    "update things set name = 'x', price = 0, ratio = 0, raw = '\\x01', doc = '1', docb = '1', at = now(), tags = '{}', mood = 'fine', code = 'z', ip = '::1', gap = '0'",
    [3],
  ],
  ['a delete of every type', 'delete from things', [3]],
  ['an insert', "insert into things (id, name) values (7, 'seven'), (8, 'eight')", [2]],
  [
    'an update that moves unique numbers along',
    'update numbered set n = -n; update numbered set n = 1 - n',
    [10, 10],
  ],
  ['a delete with identity', 'delete from numbered where id > 4', [6]],
  [
    'an insert with identity',
    "insert into numbered (n, note) select n, 'new' from generate_series(11, 20) n",
    [10],
  ],
  ['a tree that goes together', 'delete from tree', [3]],
  ['a tree that comes together', "insert into tree values (9, 8, 'leaf'), (8, null, 'stem')", [2]],
  [
    'a partitioned table',
    "update parts set note = 'other' where id > 3; delete from parts where part = 1",
    [7, 5],
  ],
  [
    'the same rows again and again',
    'insert into pets values (5, 1); update pets set owner = 2 where id = 5; delete from pets where id = 5; insert into pets values (5, null)',
    [1, 1, 1, 1],
  ],
  [
    'children before their parents',
    'delete from pets where owner = 1; update owners set name = null',
    [1, 2],
  ],
  [
    'an alias, a join and a WITH query',
    'with n as (select 2 as id) update things as t set name = o.name from owners o, n where t.id = o.id and o.id = n.id',
    [1],
  ],
  [
    'a delete by another table',
    "delete from pets p using owners o where o.id = p.owner and o.name = 'a'",
    [1],
  ],
  [
    'ON CONFLICT DO NOTHING',
    "insert into owners values (2, 'again'), (6, 'new') on conflict do nothing",
    [1],
  ],
  [
    'reads beside it, and comments',
    "select count(*) from things; /* all */ update owners set name = name || '!' -- every one\n; select 1",
    [2],
  ],
  [
    'lists, arrays, cases and rows',
    `update things set tags = array['x', 'y'], name = case when id in (1, 2) then 'a' else (select 'b') end, (price, ratio) = (select 1, 2)
      where id = any (array[1, 2, 3]) and (id, 1) in ((1, 1), (2, 1)) and name is distinct from 'q' and id between 1 and 9`,
    [2],
  ],
  ['nothing at all', 'delete from pets where id = 99', [0]],
];

it.each(changes)('undoes %s', async (_name, sql, rows) => {
  const before = await picture();
  const change = await applyPlanned(rig, sql);
  expect(change.receipt.claims).toMatchObject({ status: 'succeeded', reason: null });
  const kept = rows.reduce((sum, one) => sum + one, 0);
  expect(change.receipt.claims.beforeImage).toMatchObject({ rows: kept });
  const changing = change.receipt.claims.statements.filter(({ command }) => command !== 'SELECT');
  expect(changing.map((statement) => statement.rows)).toEqual(rows);
  if (kept > 0) expect(await picture()).not.toEqual(before);
  const back = await undone(rig, change);
  expect(back.claims).toMatchObject({ status: 'succeeded', kind: 'rollback', reason: null });
  expect(back.claims.statements.map((statement) => statement.rows)).toEqual([...rows].toReversed());
  expect(await picture()).toEqual(before);
  // What is undone is not kept any longer.
  expect(
    await rig.sql(`select from querychange.before_image where issue_id = '${change.claims.issue.id}'`),
  ).toEqual([]);
});

it.each([
  ['DDL', 'create table nope (id int primary key)', 'is not an INSERT, UPDATE or DELETE'],
  ['TRUNCATE', 'truncate things', 'is TRUNCATE'],
  ['MERGE', 'merge into owners o using pets p on o.id = p.id when matched then delete', 'is MERGE'],
  ['a DO block', 'do $$ begin end $$', 'is a DO block'],
  ['CALL', 'call something()', 'is CALL'],
  ['SET', "set my.thing = '1'; delete from owners", 'is SET'],
  ['only reads', 'select 1', 'changes no rows'],
  ['SELECT INTO', 'select 1 as one into nope', 'writes or locks'],
  ['a table without a primary key', 'delete from keyless', 'has no primary key'],
  ['a view', "update seen set name = 'x'", 'is a view'],
  ['a trigger', 'update traced set n = 1', 'trigger trace may change more'],
  ['row security', 'delete from walled', 'row security'],
  ['rules', 'insert into ruled values (1)', 'has rules'],
  ['inheritance', 'delete from base', 'inherit'],
  ['a partition by itself', 'delete from parts_1', 'is a partition'],
  ['a foreign key that cascades', 'delete from owners', 'foreign key of shop.pets changes rows'],
  ['a primary key that changes', 'update owners set id = id + 10', 'primary key column id'],
  [
    'an upsert',
    "insert into owners values (1, 'x') on conflict (id) do update set name = 'y'",
    'ON CONFLICT',
  ],
  ['RETURNING', 'delete from pets returning id', 'RETURNING'],
  [
    'a changing WITH query',
    'with d as (delete from pets returning *) insert into owners select id from d',
    'WITH query',
  ],
  ['a volatile function in a condition', 'delete from pets where random() < 0.5', 'calls random'],
  ['a function that writes', 'update pets set owner = sneak(1)', 'calls sneak'],
  ['a table that is not there', 'delete from nowhere', 'is not there'],
  ['a temporary table', 'delete from pg_temp.things', 'is not there'],
  ['the ledger', 'delete from querychange.ledger', 'belongs to the system'],
  ['a table that may only be read', 'delete from shop.seen', 'is a view'],
  [
    'one bad statement among good ones',
    'update pets set owner = 2; truncate pets',
    'statement 2 is TRUNCATE',
  ],
])('plans no rollback for %s', async (_name, sql, words) => {
  expect(await planOn(rig, sql)).toContain(words);
});

it('plans the same for the same text, in full', async () => {
  const sql = "update things set price = 1, name = 'x' where id = 1; delete from parts where id = 2";
  expect(await planOn(rig, sql)).toEqual({
    generator: 1,
    statements: [
      {
        index: 0,
        action: 'update',
        table: { schema: 'shop', name: 'things' },
        key: ['id'],
        columns: ['name', 'price'],
      },
      {
        index: 1,
        action: 'delete',
        table: { schema: 'shop', name: 'parts' },
        key: ['id', 'part'],
        columns: ['id', 'part', 'note'],
      },
    ],
    maxRows: 200,
    maxBytes: 1_048_576,
    keepHours: 24,
  });
  expect(await planOn(rig, sql)).toEqual(await planOn(rig, sql));
});

it('refuses a change whose table became another since', async () => {
  const claims = await plannedOrder(rig, "update owners set name = 'x'");
  await rig.sql('alter table shop.owners add constraint named unique (name)');
  await rig.sql(
    'create trigger late before update on shop.owners for each row execute function shop.trace()',
  );
  await rig.send(claims);
  const { claims: receipt } = await rig.receipt(claims.jti);
  expect(receipt).toMatchObject({ status: 'refused', reason: { code: 'plan-changed' } });
  await rig.sql('drop trigger late on shop.owners; alter table shop.owners drop constraint named');
});

it('refuses a plan that nobody derived', async () => {
  const sql = "update things set name = 'x'";
  const plan = await planOn(rig, sql);
  if (typeof plan === 'string') throw new Error(plan);
  const forged = { ...plan, statements: plan.statements.map((one) => ({ ...one, columns: ['price'] })) };
  const receipt = await rig.run({ sql, content: { rollbackPlan: forged } });
  expect(receipt.claims).toMatchObject({ status: 'refused', reason: { code: 'plan-changed' } });
});

it('lists the rows that are not as the change left them, and changes nothing', async () => {
  const change = await applyPlanned(
    rig,
    "update owners set name = 'x'; delete from pets where id = 1; insert into numbered (n) values (50), (51)",
  );
  await rig.sql(
    "update shop.owners set name = 'mine' where id = 2; insert into shop.pets values (1, 2); delete from shop.numbered where n = 51",
  );
  const before = await picture();
  const back = await undone(rig, change);
  expect(back.claims).toMatchObject({
    status: 'failed',
    reason: { code: 'rows-drifted' },
    transactionId: null,
  });
  expect(back.claims.reason?.message).toContain('3 rows');
  expect(back.body?.statements.map(({ index, rows }) => [index, rows])).toEqual([
    [0, [['2', 'changed since']]],
    [1, [['1', 'inserted again']]],
    [2, [['12', 'deleted since']]],
  ]);
  expect(await picture()).toEqual(before);
  // Put right by hand, it can be tried again.
  await rig.sql(
    "update shop.owners set name = 'x' where id = 2; delete from shop.pets where id = 1; insert into shop.numbered (id, n) overriding system value values (12, 51)",
  );
  expect((await undone(rig, change, 2)).claims.status).toBe('succeeded');
});

it('notices a change of a row that another statement touches again', async () => {
  const change = await applyPlanned(
    rig,
    "update owners set name = 'x'; update owners set name = 'y' where id = 1",
  );
  await rig.sql("update shop.owners set name = 'z'");
  const back = await undone(rig, change);
  expect(back.body?.statements.map(({ index, rows }) => [index, rows])).toEqual([
    [0, [['2', 'changed since']]],
    [1, [['1', 'changed since']]],
  ]);
});

it('does not take rows of others with it by a foreign key that cascades', async () => {
  const change = await applyPlanned(rig, "insert into owners values (7, 'new')");
  await rig.sql('insert into shop.pets values (70, 7)');
  const back = await undone(rig, change);
  expect(back.claims).toMatchObject({ status: 'failed', reason: { code: 'rollback-reaches-further' } });
  expect(await rig.sql('select id from shop.pets where id = 70')).toHaveLength(1);
});

it('keeps and brings back more than one part', async () => {
  await rig.sql('update shop.numbered set note = repeat(md5(id::text), 1000)');
  const before = await picture();
  const change = await applyPlanned(
    rig,
    'update numbered set n = -n; delete from numbered where id > 5; insert into numbered (n) values (99)',
  );
  const parts = await rig.sql('select from querychange.before_image_part where issue_id = $1', [
    change.claims.issue.id,
  ]);
  expect(parts.length).toBeGreaterThan(1);
  expect((await undone(rig, change)).claims.status).toBe('succeeded');
  expect(await picture()).toEqual(before);
});

it('fails a change that is larger than what is kept', async () => {
  const many = await applyPlanned(rig, 'insert into numbered (n) select n from generate_series(100, 300) n');
  expect(many.receipt.claims).toMatchObject({ status: 'failed', reason: { code: 'before-image-too-large' } });
  const wide = await applyPlanned(
    rig,
    "update things set name = repeat('x', 1100000) where id = 1; delete from pets",
  );
  expect(wide.receipt.claims).toMatchObject({ status: 'failed', reason: { code: 'before-image-too-large' } });
  expect(wide.receipt.claims.statements[1]).toMatchObject({ command: null });
  expect(await rig.sql('select from shop.numbered')).toHaveLength(10);
  const ids = [many, wide].map(({ claims }) => claims.issue.id);
  expect(await rig.sql('select from querychange.before_image where issue_id = any ($1)', [ids])).toHaveLength(
    0,
  );
});

it('keeps no change that writes where its plan does not say', async () => {
  // A function that calls itself stable, and is not.
  const change = await applyPlanned(rig, "update owners set name = 'x' where liar(id)");
  expect(change.receipt.claims).toMatchObject({
    status: 'failed',
    reason: { code: 'rollback-plan-violated' },
  });
  expect(await rig.sql('select from shop.keyless')).toHaveLength(0);
});

it('fails at the place in the approved text', async () => {
  const sql = 'select 1;\nupdate owners set name = nope';
  const claims = await rig.order({
    sql,
    content: { rollbackPlan: await planned('update owners set name = id', 1) },
  });
  await rig.send(claims);
  const { claims: receipt } = await rig.receipt(claims.jti);
  expect(receipt.statements[1]?.error).toMatchObject({
    sqlstate: '42703',
    position: sql.indexOf('nope') + 1,
  });

  async function planned(like: string, index: number) {
    const plan = await planOn(rig, like);
    if (typeof plan === 'string') throw new Error(plan);
    return { ...plan, statements: plan.statements.map((one) => ({ ...one, index })) };
  }
});

it('counts under a row budget, too', async () => {
  const within = await applyPlanned(rig, "update owners set name = 'x'", { rowBudget: 2 });
  expect(within.receipt.claims.status).toBe('succeeded');
  const over = await applyPlanned(rig, "update owners set name = 'y'", { rowBudget: 1 });
  expect(over.receipt.claims.reason?.code).toBe('row-budget-exceeded');
  expect((await undone(rig, within)).claims.status).toBe('succeeded');
});

it('rolls back once, and only what was applied', async () => {
  const change = await applyPlanned(rig, "update owners set name = 'x'");
  const other = { ...(await change.undo()), beforeImageSha256: 'f'.repeat(64) };
  expect((await rig.send(other)).reply).toMatchObject({ code: 'nothing-to-roll-back' });
  expect((await undone(rig, change, 2)).claims.status).toBe('succeeded');
  expect((await rig.send(await change.undo({}, 3))).reply).toMatchObject({ code: 'already-applied' });
});

it('says when the kept rows are past their time, and forgets them', async () => {
  const change = await applyPlanned(rig, "update owners set name = 'x'");
  await rig.sql(`update querychange.before_image set kept_until = now() - interval '1 second'`);
  const back = await undone(rig, change);
  expect(back.claims).toMatchObject({ status: 'refused', reason: { code: 'before-image-expired' } });
  await rig.sql(
    `update querychange.ledger set result = jsonb_set(result, '{beforeImage,keptUntil}', '"2026-01-01T00:00:00Z"')`,
  );
  expect((await rig.send(await change.undo({}, 2))).reply).toMatchObject({ code: 'before-image-expired' });
});

it('forgets what is past its time, a few changes at once', async () => {
  const [first, second] = [
    await applyPlanned(rig, "update owners set name = 'x'"),
    await applyPlanned(rig, 'delete from pets'),
  ];
  const ids = [first, second].map(({ claims }) => claims.issue.id);
  const left = () => rig.sql('select from querychange.before_image_part where issue_id = any ($1)', [ids]);
  await rig.sql(
    `update querychange.before_image set kept_until = now() - interval '1 second' where issue_id = $1`,
    [ids[0]],
  );
  const pool = openPool(rig.config.connections.find(({ key }) => key === 'main')?.url ?? '', {
    max: 1,
    name: 'sweep',
  });
  await sweepKeptRows(pool);
  await pool.end();
  expect(await left()).toHaveLength(1);
});

/** SQL of another change, and what the server says to it. */
const attacks: readonly (readonly [string, string, string])[] = [
  ['reads the rows', 'select * from querychange.before_image_part', '42501'],
  [
    'reads them as the login',
    "do $$ begin perform set_config('r' || 'ole', 'none', true); perform * from querychange.before_image_part; end $$",
    '42501',
  ],
  [
    'reads them by the function',
    "do $$ begin perform set_config('r' || 'ole', 'none', true); perform querychange.kept_rows_part('INSTALLATION', 'ISSUE', 1, 0); end $$",
    'QC004',
  ],
  [
    'adds to them',
    "do $$ begin perform set_config('r' || 'ole', 'none', true); perform querychange.keep_rows('INSTALLATION', 'ISSUE', 1, 1, 1, 'x'); end $$",
    'QC004',
  ],
  [
    'seals them anew',
    "do $$ begin perform set_config('r' || 'ole', 'none', true); perform querychange.seal_kept_rows('INSTALLATION', 'ISSUE', 1, 1, 1, 1, 'x'); end $$",
    'QC004',
  ],
  [
    'destroys them',
    "do $$ begin perform set_config('r' || 'ole', 'none', true); perform querychange.forget_kept_rows('INSTALLATION', 'ISSUE', 1); end $$",
    'QC004',
  ],
];
it.each(attacks)('holds approved SQL that %s of another change', async (_name, sql, sqlstate) => {
  const change = await applyPlanned(rig, "update owners set name = 'x'");
  const filled = sql.replace('INSTALLATION', change.claims.iss).replace('ISSUE', change.claims.issue.id);
  const { claims } = await rig.run({ sql: filled });
  expect(claims).toMatchObject({ status: 'failed', statements: [{ error: { sqlstate } }] });
  expect((await undone(rig, change)).claims.status).toBe('succeeded');
});

it('keeps no change that forges its own kept rows', async () => {
  await rig.sql(`create or replace function shop.forge(int) returns boolean language plpgsql stable as $$ begin
    perform set_config('role', 'none', true);
    perform querychange.keep_rows(installation, issue_id, revision, 7, 24, 'forged') from shop.self where $1 = 1;
    perform set_config('role', 'shop_app_rw', true);
    return true; end $$;
    create table if not exists shop.self (installation text, issue_id text, revision int);
    grant usage on schema shop to public; grant select on shop.self to public; truncate shop.self`);
  const claims = await plannedOrder(rig, "update owners set name = 'x' where forge(id) or id = 1");
  await rig.sql(`insert into shop.self values ($1, $2, 1)`, [claims.iss, claims.issue.id]);
  await rig.send(claims);
  const { claims: receipt } = await rig.receipt(claims.jti);
  expect(receipt).toMatchObject({ status: 'failed', reason: { code: 'ledger-violated' } });
  expect(await rig.sql("select from shop.owners where name = 'x'")).toHaveLength(0);
});

it('refuses kept rows that were tampered with', async () => {
  const change = await applyPlanned(rig, "update owners set name = 'x'");
  await rig.sql(
    `update querychange.before_image_part set content = replace(encode(content, 'escape'), '"(1,a)"', '"(1,z)"')::bytea`,
  );
  const back = await undone(rig, change);
  expect(back.claims).toMatchObject({ status: 'refused', reason: { code: 'before-image-damaged' } });
  expect(await rig.sql("select from shop.owners where name = 'x'")).toHaveLength(2);
});

it('refuses to undo into a table of other columns', async () => {
  const change = await applyPlanned(rig, 'delete from pets');
  await rig.sql('alter table shop.pets add column tame boolean');
  const back = await undone(rig, change);
  expect(back.claims).toMatchObject({ status: 'refused', reason: { code: 'plan-changed' } });
  await rig.sql('alter table shop.pets drop column tame');
  expect((await undone(rig, change, 2)).claims.status).toBe('succeeded');
});
