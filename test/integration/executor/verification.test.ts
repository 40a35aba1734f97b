import { createHash } from 'node:crypto';
import type { OrderWish } from './support/app';
import type { SeenReceipt } from './support/receiver';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
  await rig.sql(`
    create table shop.stock (id int primary key, n int not null);
    create table shop.trace (what text);
    grant all on shop.stock, shop.trace to shop_app_rw;
    grant select on shop.stock to shop_app_ro;
    create function shop.writes() returns boolean language plpgsql as
      $$ begin insert into shop.trace values ('written'); return true; end $$;
    create function shop.writes_anyway() returns boolean language plpgsql as
      $$ begin perform set_config('transaction_read_only', 'off', true);
        insert into shop.trace values ('written'); return true; end $$;
    create function shop.sets() returns boolean language plpgsql as
      $$ begin perform set_config('search_path', 'pg_catalog', false); perform set_config('timezone', 'Asia/Tokyo', false);
        perform set_config('statement_timeout', '0', false); return true; end $$;
    create function shop.sleeps() returns boolean language plpgsql as
      $$ begin perform pg_sleep(60); return true; end $$;
    create table shop.late (id int primary key);
    create function shop.later() returns trigger language plpgsql as
      $$ begin update shop.stock set n = n + 100 where id = 1; return null; end $$;
    create constraint trigger later after insert on shop.late deferrable initially deferred
      for each row execute function shop.later();
    grant all on shop.late to shop_app_rw`);
});
afterAll(() => rig.close());

beforeEach(() =>
  rig.sql('truncate shop.stock, shop.trace, shop.late; insert into shop.stock values (1, 10), (2, 20)'),
);

const n = async (id = 1): Promise<number> =>
  (await rig.sql<{ n: number }>('select n from shop.stock where id = $1', [id]))[0]?.n ?? -1;
const run = (sql: string, verification: string, more: OrderWish = {}): Promise<SeenReceipt> =>
  rig.run({ ...more, sql, content: { verification, ...more.content } });
const change = 'update stock set n = n + 1 where id = 1';

const failedWith = (message: string, checked: number): object => ({
  status: 'failed',
  reason: { code: 'verification-failed', message },
  verification: { checked, afterCommit: null },
  durability: null,
});

test('a change whose assertions hold is applied; the receipt says how many, before and after COMMIT', async () => {
  const { claims } = await run(
    change,
    'select n = 11 from stock where id = 1;\nselect count(*) = 2 from stock;',
  );
  expect(claims).toMatchObject({
    status: 'succeeded',
    reason: null,
    verification: { checked: 2, afterCommit: 'held' },
  });
  expect(await n()).toBe(11);
});

test('a change without assertions says nothing of them', async () => {
  expect((await rig.run({ sql: change })).claims).not.toHaveProperty('verification');
});

test.each([
  ['false', 'select true; select n = 99 from stock where id = 1', 'Verification 2 returned false.', 1],
  ['NULL', 'select null::boolean', 'Verification 1 returned NULL.', 0],
  ['no row', 'select true from stock where id = 77', 'Verification 1 returned no row.', 0],
  ['more than one row', 'select true from stock', 'Verification 1 returned more than one row.', 0],
  ['something else', "select 'true'", 'Verification 1 does not return one boolean column.', 0],
  ['two columns', 'select true, true', 'Verification 1 does not return one boolean column.', 0],
  [
    'an error',
    'select 1 / (n - 11) = 1 from stock where id = 1',
    'Verification 1 failed with 22012 division_by_zero.',
    0,
  ],
  [
    'a name that is not there',
    'select true from nowhere',
    'Verification 1 failed with 42P01 undefined_table.',
    0,
  ],
] as const)('%s rolls the change back', async (_name, verification, message, checked) => {
  const { claims } = await run(change, verification);
  expect(claims).toMatchObject(failedWith(message, checked));
  expect(await n()).toBe(10);
  expect(await rig.sql('select 1 from querychange.ledger where jti = $1', [claims.jti])).toEqual([]);
});

test('what deferred triggers do is verified too', async () => {
  const sql = 'insert into late values (1)';
  expect((await run(sql, 'select n = 10 from stock where id = 1')).claims).toMatchObject(
    failedWith('Verification 1 returned false.', 0),
  );
  const held = await run(sql, 'select n = 110 from stock where id = 1', { content: { rowBudget: 2 } });
  expect(held.claims).toMatchObject({ status: 'succeeded' });
});

describe('a verification cannot', () => {
  test.each([
    ['write through a function', 'select writes()'],
    ['switch read-only off', 'select writes_anyway()'],
    ['draw from a sequence', "select nextval('shop.serial') > 0"],
    ['export a large object', 'select lo_create(0) > 0'],
  ])('%s', async (_name, verification) => {
    await rig.sql(
      'create sequence if not exists shop.serial; grant all on sequence shop.serial to shop_app_rw',
    );
    const { claims } = await run(change, verification);
    expect(claims).toMatchObject({ status: 'failed', reason: { code: 'verification-failed' } });
    expect(await rig.sql('select * from shop.trace')).toEqual([]);
    expect(await n()).toBe(10);
  });

  test('leave a setting behind, for the next assertion or for the commit', async () => {
    const { claims } = await run(
      change,
      "select sets(); select current_setting('timezone') <> 'Asia/Tokyo' and current_setting('statement_timeout') <> '0'; select n = 11 from stock where id = 1",
    );
    expect(claims).toMatchObject({ status: 'succeeded', verification: { checked: 3, afterCommit: 'held' } });
  });

  test('run longer than a statement may', async () => {
    const { claims } = await run(change, 'select sleeps()');
    expect(claims).toMatchObject(failedWith('Verification 1 failed with 57014 query_canceled.', 0));
  });

  test.each([
    ['an UPDATE', 'update stock set n = 0', 'only a SELECT'],
    [
      'a writing WITH',
      'with x as (delete from stock returning 1) select count(*) > 0 from x',
      'only a SELECT',
    ],
    ['SELECT INTO', 'select true into fresh', 'only a SELECT'],
    ['FOR UPDATE', 'select true from stock where id = 1 for update', 'only a SELECT'],
    ['SHOW', 'show transaction_read_only', 'only a SELECT'],
    ['set_config', "select set_config('timezone', 'UTC', true) is not null", 'no set_config'],
    ['a temporary table', 'select true from pg_temp.stock', 'no temporary tables'],
    ['nothing', '-- later', 'holds no statement'],
    ['what does not parse', 'select (', 'does not parse'],
    ['COMMIT', 'select true; commit', 'only a SELECT'],
  ])('be %s: the order is refused', async (_name, verification, words) => {
    const sent = await rig.send(await rig.order({ sql: change, content: { verification } }));
    expect(sent).toMatchObject({
      status: 422,
      reply: { code: 'statement-not-allowed', message: expect.stringContaining(words) },
    });
    expect(await n()).toBe(10);
  });
});

describe('the change cannot deceive it', () => {
  test('by a temporary table of the same name', async () => {
    const sql = `${change}; create temp table stock as select 1 as id, 99 as n`;
    expect((await run(sql, 'select n = 99 from stock where id = 1')).claims).toMatchObject(
      failedWith('Verification 1 reads a name that a temporary table takes.', 0),
    );
    expect((await run(sql, 'select n = 99 from shop.stock where id = 1')).claims).toMatchObject(
      failedWith('Verification 1 returned false.', 0),
    );
  });

  test('by a search_path, a role or a setting of its own', async () => {
    const sql = `${change}; do $$ begin
      perform set_config('search_path', 'pg_temp', false);
      perform set_config('transform_null_equals', 'on', false);
    end $$`;
    const { claims } = await run(sql, 'select n = 11 from stock where id = 1; select (null = null) is null');
    expect(claims).toMatchObject({ status: 'succeeded', verification: { checked: 2, afterCommit: 'held' } });
  });
});

describe('after COMMIT', () => {
  // Only the transaction that made the change holds its locks.
  const onlyInside =
    "select count(*) > 0 from pg_locks where pid = pg_backend_pid() and mode = 'RowExclusiveLock'";

  test('an assertion that holds no more leaves the change applied, and says so', async () => {
    const { claims } = await run(change, `select true; ${onlyInside}`);
    expect(claims).toMatchObject({
      status: 'succeeded',
      reason: {
        code: 'verification-failed',
        message: 'Applied, but after COMMIT verification 2 returned false.',
      },
      verification: { checked: 2, afterCommit: 'failed' },
    });
    expect(await n()).toBe(11);
  });

  test('the rollback is not verified by what describes the change', async () => {
    const issueId = `${Date.now()}`;
    const wish = { rollback: 'update stock set n = n - 1 where id = 1', issueId };
    const applied = await run(change, 'select n = 11 from stock where id = 1', wish);
    const back = await run(change, 'select n = 11 from stock where id = 1', {
      ...wish,
      kind: 'rollback',
      applyReceiptSha256: createHash('sha256').update(applied.compact).digest('hex'),
    });
    expect(back.claims).toMatchObject({ status: 'succeeded', reason: null });
    expect(back.claims).not.toHaveProperty('verification');
    expect(await n()).toBe(10);
  });
});

test('a read is verified in its own transaction', async () => {
  const wish = {
    sql: 'select * from shop.stock',
    content: { verification: 'select count(*) = 2 from shop.stock' },
  };
  expect((await rig.run(wish, 'read')).claims).toMatchObject({
    status: 'succeeded',
    verification: { checked: 1, afterCommit: null },
  });
});
