import { randomBytes } from 'node:crypto';
import type { DryRunReport } from '#core/protocol/dry-run';
import type { OrderWish } from './support/app';
import type { SeenReceipt } from './support/receiver';
import { type Rig, startRig } from './support/rig';

const copyName = `copy_${randomBytes(4).toString('hex')}`;
let rig: Rig;
beforeAll(async () => {
  rig = await startRig({}, (input) => {
    const [main] = input.connections;
    const guarded = input.connections.find(({ key }) => key === 'guarded');
    if (!main || !guarded) throw new Error('no connections');
    const copyUrl = new URL(main.url);
    copyUrl.pathname = `/${copyName}`;
    return {
      ...input,
      connections: [
        ...input.connections,
        { ...guarded, key: 'copied', dryRunOn: 'copy' },
        { ...main, key: 'copy', url: copyUrl.href, writable: false, clone: true },
        { ...main, key: 'never', dryRun: 'refused' },
        { ...main, key: 'careful', dryRun: 'with-approvals', minimumApprovals: 2 },
      ],
    };
  });
  await rig.server.clone('shop_template', copyName);
  const fill = `
    create table shop.parents (id int primary key, n int not null default 0);
    create table shop.children (id int primary key,
      parent int references shop.parents deferrable initially deferred);
    create table shop.notes (id bigint generated always as identity, parent int);
    create function shop.note() returns trigger language plpgsql as
      $$ begin insert into shop.notes (parent) select new.id from generate_series(1, 3); return new; end $$;
    create trigger note after update on shop.parents for each row execute function shop.note();
    create function shop.wild() returns int language plpgsql volatile as $$ begin return 1; end $$;
    create function shop.tame() returns int language sql immutable as 'select 1';
    insert into shop.parents (id) select generate_series(1, 250);
    do $$ declare t text; begin
      foreach t in array array['parents', 'children', 'notes'] loop
        execute format('alter table shop.%I owner to shop_app_rw', t);
      end loop;
    end $$;
    analyze shop.parents`;
  await rig.sql(fill);
  await rig.server.admin(copyName, `${fill}; delete from shop.parents where id > 200`);
});
afterAll(async () => {
  await rig.server.admin('postgres', `drop database ${copyName} with (force)`);
  await rig.close();
});

const dry = (wish: OrderWish, key?: string): Promise<SeenReceipt> =>
  rig.run({ approvers: [], ...wish, kind: 'dry-run' }, key);
const reportOf = ({ claims }: SeenReceipt): DryRunReport => {
  if (!claims.dryRun) throw new Error(`no report: ${JSON.stringify(claims.reason)}`);
  return claims.dryRun;
};
const refusal = async (wish: OrderWish, key?: string): Promise<unknown> => {
  const claims = await rig.order({ approvers: [], ...wish, kind: 'dry-run' }, key);
  return (await rig.send(claims)).reply;
};
const parents = async (): Promise<string> =>
  JSON.stringify(await rig.sql('select count(*), sum(n), max(id) from shop.parents'));

test('says what a change would do, and leaves nothing of it', async () => {
  const before = await parents();
  const seen = await dry({
    sql: `update parents set n = n + 1 where id <= 20; select id, n from parents where id <= 3`,
  });
  expect(seen.claims).toMatchObject({
    status: 'succeeded',
    kind: 'dry-run',
    durability: null,
    transactionId: null,
  });
  expect(seen.claims.statements.map(({ command, rows }) => [command, rows])).toEqual([
    ['UPDATE', 20],
    ['SELECT', 3],
  ]);
  const report = reportOf(seen);
  expect(report).toMatchObject({
    coarse: false,
    ranOn: null,
    constraints: 'held',
    shortened: false,
    rowBudget: null,
  });
  const [update] = report.statements;
  expect(update?.estimate?.rows).toBe(20);
  expect(update?.estimate?.cost).toBeGreaterThan(0);
  expect(update?.locks).toContainEqual({ relation: 'shop.parents', mode: 'RowExclusiveLock' });
  expect(update?.triggers).toEqual(['shop.parents.note']);
  expect(update?.rewritten).toEqual([]);
  expect(update?.walBytes).toBeGreaterThan(500);
  // 20 rows updated, and three notes for each by the trigger.
  expect(report.leftBehind).toEqual({ sequences: ['shop.notes_id_seq'], deadRows: 80 });
  expect(await parents()).toBe(before);
  expect(await rig.sql('select 1 from shop.notes')).toEqual([]);
  expect(
    await rig.sql(`select 1 from querychange.ledger where issue_id = $1`, [seen.claims.issue.id]),
  ).toEqual([]);
});

test('plans and server messages are in the body, rows are not', async () => {
  const seen = await dry({
    sql: `select 'secret row' as x; update parents set n = n / (id - 1) where id = 1`,
  });
  expect(seen.claims.status).toBe('failed');
  expect(seen.body?.statements).toEqual([
    { index: 1, columns: [], rows: [], truncated: false, message: 'division by zero' },
  ]);
  expect(seen.body?.plans?.map(({ index }) => index)).toEqual([0, 1]);
  expect(JSON.parse(seen.body?.plans?.[1]?.plan ?? '')).toMatchObject([
    { Plan: { 'Node Type': 'ModifyTable' } },
  ]);
  expect(JSON.stringify(seen.body?.statements)).not.toContain('secret row');
  expect(seen.claims.statements[1]?.error).toMatchObject({
    sqlstate: '22012',
    condition: 'division_by_zero',
  });
});

test('the sequence that it cannot set back is named, and really is further', async () => {
  const last = async (): Promise<unknown> => (await rig.sql('select last_value from shop.notes_id_seq'))[0];
  const before = await last();
  const seen = await dry({ sql: 'insert into notes (parent) values (1)' });
  expect(reportOf(seen).leftBehind.sequences).toEqual(['shop.notes_id_seq']);
  expect(await last()).not.toEqual(before);
});

test('tells a table that is written anew, and the lock that it takes', async () => {
  const seen = await dry({
    sql: `alter table parents add column u uuid not null default gen_random_uuid();
      alter table parents add column five int not null default 5`,
  });
  const [slow, fast] = reportOf(seen).statements;
  expect(slow).toMatchObject({ estimate: null, rewritten: ['shop.parents'] });
  expect(slow?.locks).toContainEqual({ relation: 'shop.parents', mode: 'AccessExclusiveLock' });
  expect(slow?.walBytes).toBeGreaterThan(10_000);
  expect(fast?.rewritten).toEqual([]);
  expect(
    await rig.sql(`select 1 from information_schema.columns where column_name in ('u', 'five')`),
  ).toEqual([]);
});

test('a deferred constraint fails in the dry run as it would at COMMIT', async () => {
  const seen = await dry({ sql: 'insert into children values (1, 99999)' });
  expect(seen.claims).toMatchObject({ status: 'failed', reason: { code: '23503' } });
  expect(reportOf(seen).constraints).toBe('failed');
});

test('the row budget and the verification are judged too', async () => {
  const sql = 'update parents set n = 7 where id <= 5';
  const within = await dry({
    sql,
    content: { rowBudget: 20, verification: 'select count(*) = 5 from parents where n = 7' },
  });
  expect(within.claims).toMatchObject({
    status: 'succeeded',
    verification: { checked: 1, afterCommit: null },
  });
  expect(reportOf(within).rowBudget).toEqual({ allowed: 20, affected: 20 });
  const over = await dry({ sql, content: { rowBudget: 19 } });
  expect(over.claims).toMatchObject({ status: 'failed', reason: { code: 'row-budget-exceeded' } });
  expect(reportOf(over)).toMatchObject({
    rowBudget: { allowed: 19, affected: 20 },
    constraints: 'not-reached',
  });
  const untrue = await dry({
    sql,
    content: { verification: 'select true; select count(*) = 4 from parents where n = 7' },
  });
  expect(untrue.claims).toMatchObject({
    status: 'failed',
    reason: { code: 'verification-failed' },
    verification: { checked: 1 },
  });
});

test('a change can be tried before and after it ran, and still runs once', async () => {
  const issueId = `${Date.now()}`;
  const sql = 'insert into children values (77, 1)';
  expect((await dry({ sql, issueId })).claims.status).toBe('succeeded');
  expect((await rig.run({ sql, issueId })).claims.status).toBe('succeeded');
  const again = await dry({ sql, issueId, try: 2 });
  expect(again.claims.statements[0]?.error?.sqlstate).toBe('23505');
  expect((await rig.send(await rig.order({ sql, issueId, try: 2 }))).reply).toMatchObject({
    code: 'already-applied',
  });
});

test('does not wait for a lock as long as a change may', async () => {
  const { server } = rig;
  const { Client } = await import('pg');
  const holder = new Client({ connectionString: server.postgres.superuserUrl(rig.database) });
  await holder.connect();
  await holder.query('begin; lock table shop.parents');
  try {
    const limits = { ...(await rig.connection()).limits, lockTimeoutMs: 1 };
    const seen = await dry({ sql: 'update parents set n = 0 where id = 1', content: { limits } });
    expect(seen.claims.statements[0]?.error?.sqlstate).toBe('55P03');
  } finally {
    await holder.end();
  }
});

test('a connection that only reads tries reads, in a read-only transaction', async () => {
  const seen = await dry({ sql: 'select count(*) from counters' }, 'read');
  expect(seen.claims.status).toBe('succeeded');
  expect(await refusal({ sql: 'delete from counters' }, 'read')).toMatchObject({ code: 'writes-refused' });
});

describe('nothing that stays', () => {
  it.each([
    ['setval', `select setval('notes_id_seq', 1)`],
    ['dblink', `select * from dblink('dbname=postgres', 'select 1') as t (x int)`],
    ['a signal', 'select pg_terminate_backend(1)'],
    ['by its full name', `select "pg_catalog"."pg_reload_conf"()`],
  ])('is called by name: %s', async (_what, sql) => {
    expect(await refusal({ sql })).toMatchObject({ code: 'dry-run-not-possible' });
  });

  it('is run that PostgreSQL would not roll back', async () => {
    expect(await refusal({ sql: 'commit' })).toMatchObject({ code: 'statement-not-allowed' });
  });
});

describe('on a protected connection', () => {
  const approvers = ['approver-1', 'approver-2'];

  it.each([
    ['without approvals', [], 'approvals-missing'],
    ['with too few', ['approver-1'], 'approvals-missing'],
    ['by people who are not on its list', ['approver-1', 'stranger'], 'approver-not-allowed'],
    ['by its author', ['approver-1', 'author-1'], 'author-approved'],
  ])('nothing runs %s', async (_what, people, code) => {
    expect(await refusal({ approvers: people, sql: 'update parents set n = 1' }, 'guarded')).toMatchObject({
      code,
    });
  });

  it('an approved change is tried there, with exact counts', async () => {
    const seen = await dry({ approvers, sql: 'update parents set n = 1 where id <= 37' }, 'guarded');
    expect(seen.claims).toMatchObject({ status: 'succeeded', statements: [{ rows: 37 }] });
    expect(reportOf(seen).coarse).toBe(false);
  });

  it.each([
    ['a volatile function of somebody', 'select wild()'],
    ['a volatile function of PostgreSQL off the list', 'select pg_sleep(0)'],
    ['by its schema', 'select "shop"."wild"()'],
    ['in a subquery', 'update parents set n = (select max(wild()) from counters) where id = 1'],
    ['a block', 'do $$ begin perform 1; end $$'],
    [
      'what it made itself',
      `create function mine() returns int language sql immutable as 'select 1'; select mine()`,
    ],
  ])('nobody calls %s', async (_what, sql) => {
    const seen = await dry({ approvers, sql }, 'guarded');
    expect(seen.claims).toMatchObject({ status: 'refused', reason: { code: 'dry-run-not-possible' } });
  });

  it('functions that cannot write, and those that do no harm, may be called', async () => {
    const seen = await dry(
      { approvers, sql: 'select tame(), random(), clock_timestamp(), count(*) from parents' },
      'guarded',
    );
    expect(seen.claims.status).toBe('succeeded');
  });

  it('the copy is used before approval, and tells buckets only', async () => {
    const seen = await dry(
      { sql: `update parents set n = 1 where id <= 137; update parents set n = 1 / (id - 200)` },
      'copied',
    );
    expect(seen.claims).toMatchObject({
      status: 'failed',
      connection: 'copied',
      finishedAt: null,
      statements: [
        { rows: 1_000, ms: 0 },
        { rows: null, ms: 0, error: { sqlstate: '22012' } },
      ],
    });
    const report = reportOf(seen);
    expect(report).toMatchObject({
      coarse: true,
      ranOn: { connection: 'copy', target: { databaseName: copyName } },
      leftBehind: { deadRows: null },
    });
    expect(report.statements[0]).toMatchObject({ estimate: { rows: 1_000, cost: null }, walBytes: null });
    expect(seen.body).toBeNull();
    // Ids, digests and object ids may hold these digits by chance.
    const { statements, reason } = seen.claims;
    const { ranOn: _where, ...rest } = report;
    expect(JSON.stringify({ statements, reason, rest })).not.toContain('137');
  });

  it('the copy tells everything once the change is approved', async () => {
    const seen = await dry({ approvers, sql: 'update parents set n = 1 where id > 190' }, 'copied');
    expect(seen.claims.statements[0]?.rows).toBe(10);
    expect(reportOf(seen)).toMatchObject({ coarse: false, ranOn: { connection: 'copy' } });
    expect(seen.body?.plans).toHaveLength(1);
  });

  it('a budget says no more than that it is exceeded', async () => {
    const seen = await dry({ sql: 'update parents set n = 1', content: { rowBudget: 3 } }, 'copied');
    expect(seen.claims.reason).toEqual({
      code: 'row-budget-exceeded',
      message: 'The change affects more rows than its budget allows.',
    });
    expect(reportOf(seen).rowBudget).toEqual({ allowed: 3, affected: 1_000 });
  });

  it('no change is ever applied on the copy', async () => {
    const order = await rig.order({ sql: 'delete from parents' }, 'copy');
    expect((await rig.send(order)).reply).toMatchObject({ code: 'writes-refused' });
  });
});

test('the configuration has the last word', async () => {
  expect(await refusal({}, 'never')).toMatchObject({ code: 'dry-run-refused' });
  expect(await refusal({ approvers: ['approver-1'] }, 'careful')).toMatchObject({
    code: 'approvals-missing',
  });
  expect((await dry({ approvers: ['approver-1', 'approver-2'] }, 'careful')).claims.status).toBe('succeeded');
});

test('a connection that breaks in the middle leaves nothing, and the dry run is taken again', async () => {
  let broken = 0;
  await rig.restart({
    async at(point) {
      if (point !== 'after-begin' || broken > 0) return;
      broken += 1;
      await rig.sql(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'QC-%' and state <> 'idle'`,
      );
    },
  });
  const before = await parents();
  const seen = await dry({ sql: 'update parents set n = 5 where id = 5' });
  expect([broken, seen.claims.status]).toEqual([1, 'succeeded']);
  expect(await parents()).toBe(before);
});
