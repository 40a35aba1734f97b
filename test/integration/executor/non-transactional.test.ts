import { createHash } from 'node:crypto';
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { createExecutor } from '../../../executor/create-executor';
import { installLedger } from '../../../executor/postgres/install';
import type { ExecutionPoint } from '../../../executor/run/points';
import type { OrderClaims } from '#core/protocol/order';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
let child: ChildProcess | null = null;
let holder: Client | null = null;
beforeAll(async () => {
  rig = await startRig();
});
beforeEach(async () => {
  await rig.sql(
    `drop table if exists shop.big;
     create table shop.big (id int primary key, n int not null, note text);
     insert into shop.big select g, g % 100, 'note ' || g from generate_series(1, 5000) g;
     alter table shop.big owner to shop_app_rw`,
  );
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await holder?.end();
  holder = null;
});
afterAll(() => rig.close());

const sql = 'create index concurrently big_n on big (n) where n > 3';
const plain = 'create index big_n on shop.big (n) where n > 3';

interface Index {
  name: string;
  valid: boolean;
  oid: number;
}
const indexes = (): Promise<Index[]> =>
  rig.sql<Index>(
    `select c.relname::text as name, x.indisvalid as valid, c.oid::int as oid
     from pg_index x join pg_class c on c.oid = x.indexrelid
     where x.indrelid = 'shop.big'::regclass and not x.indisprimary order by 1`,
  );
const ledger = (claims: { issue: { id: string } }): Promise<{ status: string; attempt: number }[]> =>
  rig.sql(`select status, attempt from querychange.ledger where issue_id = $1`, [claims.issue.id]);
const oneValid = [{ name: 'big_n', valid: true, oid: expect.any(Number) as number }];

async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((done) => setTimeout(done, 10));
}
/** Waits until the approved statement waits for the lock of {@link hold}. */
const waiting = (text: string): Promise<void> =>
  until(
    async () =>
      (
        await rig.sql(
          `select from pg_stat_activity where query = $1 and usename like 'qc_x_%' and wait_event_type = 'Lock'`,
          [text],
        )
      ).length > 0,
  );

/** An open transaction that has written to the table: CREATE INDEX CONCURRENTLY waits for its end. */
async function hold(): Promise<Client> {
  const client = new Client(rig.server.postgres.superuserUrl(rig.database));
  await client.connect();
  await client.query(`begin; update shop.big set note = 'held' where id = 1`);
  holder = client;
  return client;
}

/** Another executor process on the same databases, which kills itself at a point. */
async function startProcess(
  point: ExecutionPoint | 'never',
): Promise<{ url: string; ended: Promise<unknown> }> {
  await rig.executor.close();
  const file = join(rig.config.stateDir, 'other.json');
  await writeFile(file, JSON.stringify({ ...rig.config, listen: { host: '127.0.0.1', port: 0 } }));
  const script = join(process.cwd(), 'test/integration/executor/support/crashing-executor.ts');
  const started = spawn(process.execPath, ['--import', 'tsx', script, file, point], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  child = started;
  const ended = new Promise((done) => started.on('exit', (_code, signal) => done(signal)));
  const url = await new Promise<string>((done) => {
    started.stdout.setEncoding('utf8').once('data', (line: string) => done(line.trim()));
  });
  return { url, ended };
}

/** Runs an order in a process that is killed at `point`, does something, and lets a new executor take it over. */
async function crashed(claims: OrderClaims, point: ExecutionPoint, meanwhile?: () => Promise<unknown>) {
  const { url, ended } = await startProcess(point);
  await rig.app.sendOrder(url, claims).catch(() => null);
  expect(await ended).toBe('SIGKILL');
  await meanwhile?.();
  rig.executor = await createExecutor(rig.config);
  return (await rig.receipt(claims.jti)).claims;
}

describe('a statement outside a transaction', () => {
  it('makes an index, and says so in the ledger', async () => {
    const { claims } = await rig.run({ sql });
    expect(claims).toMatchObject({
      status: 'succeeded',
      statements: [{ command: 'CREATE INDEX', error: null }],
      transactionId: null,
      durability: 'on',
    });
    expect(await indexes()).toEqual(oneValid);
    expect(await ledger(claims)).toEqual([{ status: 'succeeded', attempt: 1 }]);
  });

  it.each([
    [
      'a unique one on an expression',
      'create unique index concurrently i on shop.big ((lower(note)) desc, n) include (id) with (fillfactor = 70)',
    ],
    [
      'with comments and odd names',
      '/* index */ create index concurrently -- here\n "A b" on only "shop"."big" using hash (note)',
    ],
    ['if it is not there', 'create index concurrently if not exists big_n on big (n)'],
  ])('%s', async (_what, text) => {
    expect((await rig.run({ sql: text })).claims).toMatchObject({ status: 'succeeded' });
    expect(await indexes()).toMatchObject([{ valid: true }]);
  });

  it('is rolled back by another one', async () => {
    const wish = { sql, rollback: 'drop index concurrently big_n' };
    const { claims, compact } = await rig.run(wish);
    const applyReceiptSha256 = createHash('sha256').update(compact).digest('hex');
    const back = { ...wish, kind: 'rollback' as const, issueId: claims.issue.id, applyReceiptSha256 };
    expect((await rig.run(back)).claims).toMatchObject({ status: 'succeeded' });
    expect(await indexes()).toEqual([]);
  });

  it('drops, rebuilds and vacuums', async () => {
    await rig.sql(plain);
    const [before] = await indexes();
    expect((await rig.run({ sql: 'reindex index concurrently big_n' })).claims.status).toBe('succeeded');
    const [after] = await indexes();
    expect(after).toMatchObject({ name: 'big_n', valid: true });
    expect(after?.oid).not.toBe(before?.oid);
    expect((await rig.run({ sql: 'drop index concurrently shop.big_n' })).claims.status).toBe('succeeded');
    expect(await indexes()).toEqual([]);
    const { claims } = await rig.run({ sql: 'vacuum (analyze) big' });
    expect(claims).toMatchObject({ status: 'succeeded', statements: [{ command: 'VACUUM' }] });
  });

  it('is verified after it', async () => {
    const verification = `select indisvalid from pg_index where indexrelid = 'big_n'::regclass`;
    const { claims } = await rig.run({ sql, content: { verification } });
    expect(claims).toMatchObject({ status: 'succeeded', verification: { checked: 1, afterCommit: 'held' } });
    const wrong = await rig.run({ sql: 'vacuum big', content: { verification: 'select false' } });
    expect(wrong.claims).toMatchObject({
      status: 'succeeded',
      reason: { code: 'verification-failed' },
      verification: { afterCommit: 'failed' },
    });
  });

  it('that fails leaves nothing behind, and may be tried again', async () => {
    await rig.sql('update shop.big set n = 1');
    const text = 'create unique index concurrently big_n on big (n)';
    const { claims } = await rig.run({ sql: text });
    expect(claims).toMatchObject({ status: 'failed', statements: [{ error: { sqlstate: '23505' } }] });
    expect(await indexes()).toEqual([]);
    expect(await ledger(claims)).toEqual([]);
    await rig.sql('update shop.big set n = id');
    const again = await rig.run({ sql: text, issueId: claims.issue.id, try: 2 });
    expect(again.claims.status).toBe('succeeded');
    expect(await indexes()).toEqual(oneValid);
  });

  it('that is stopped leaves nothing behind', async () => {
    const held = await hold();
    const claims = await rig.order({ sql });
    await rig.send(claims);
    await waiting(sql);
    await rig.app.revoke(rig.executor.url, claims.jti, 'main', true);
    await until(
      async () => (await rig.sql('select from pg_stat_activity where query = $1', [sql])).length === 0,
    );
    await held.query('rollback');
    expect((await rig.receipt(claims.jti)).claims).toMatchObject({
      status: 'revoked',
      reason: { code: 'cancelled' },
    });
    expect(await indexes()).toEqual([]);
    expect(await ledger(claims)).toEqual([]);
  });

  it('that left what cannot be taken away is for a person, and another try goes on when it can', async () => {
    // Its lock timeout is 2 s, and so long each try to clean up waits as well.
    await hold();
    const claims = await rig.order({ sql });
    await rig.send(claims);
    const receipt = (await rig.receipt(claims.jti)).claims;
    expect(receipt).toMatchObject({ status: 'unknown', reason: { code: 'partly-applied' } });
    expect(receipt.reason?.message).toContain('big_n was not there before and now is not valid');
    await holder?.query('rollback');
    const again = await rig.run({ sql, issueId: claims.issue.id, try: 2 });
    expect(again.claims.status).toBe('succeeded');
    expect(await indexes()).toEqual(oneValid);
  }, 60_000);
});

describe('an executor killed', () => {
  it.each<[ExecutionPoint]>([['after-intent'], ['before-end'], ['after-commit']])(
    '%s leaves one valid index and the right receipt',
    async (point) => {
      const receipt = await crashed(await rig.order({ sql }), point);
      expect(receipt).toMatchObject({
        status: 'succeeded',
        attempt: 2,
        statements: [{ command: 'CREATE INDEX', error: null }],
      });
      expect(await indexes()).toEqual(oneValid);
      expect(await ledger(receipt)).toMatchObject([{ status: 'succeeded' }]);
    },
  );

  it('while it builds: what is half built goes, and it is built again', async () => {
    const held = await hold();
    const claims = await rig.order({ sql });
    const { url, ended } = await startProcess('never');
    await rig.app.sendOrder(url, claims);
    await waiting(sql);
    const [half] = await indexes();
    expect(half).toMatchObject({ name: 'big_n', valid: false });
    child?.kill('SIGKILL');
    await ended;
    rig.executor = await createExecutor(rig.config);
    // Its backend waits for the lock: only the fence ends it.
    const backend = 'select from pg_stat_activity where query = $1';
    await until(async () => (await rig.sql(backend, [sql])).length === 0);
    await held.query('rollback');
    expect((await rig.receipt(claims.jti)).claims).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(await indexes()).toEqual(oneValid);
    expect((await indexes())[0]?.oid).not.toBe(half?.oid);
  });

  it.each([
    ['drop index concurrently big_n', []],
    ['reindex index concurrently big_n', oneValid],
    ['vacuum big', oneValid],
  ])('after %s: it is done once', async (text, expected) => {
    await rig.sql(plain);
    const receipt = await crashed(await rig.order({ sql: text }), 'before-end');
    expect(receipt).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(await indexes()).toEqual(expected);
  });

  it('past its last start does not begin again', async () => {
    const claims = await rig.order({ sql, startBy: Math.floor(Date.now() / 1_000) + 20 });
    const receipt = await crashed(claims, 'after-intent', () =>
      until(async () => Date.now() / 1_000 > claims.startBy),
    );
    expect(receipt).toMatchObject({ status: 'expired' });
    expect(await indexes()).toEqual([]);
    expect(await ledger(claims)).toEqual([]);
  }, 60_000);
});

describe('an index that somebody else made', () => {
  it('of another definition is not called ours', async () => {
    const receipt = await crashed(await rig.order({ sql }), 'after-intent', () =>
      rig.sql('create index big_n on shop.big (note)'),
    );
    expect(receipt).toMatchObject({ status: 'unknown', reason: { code: 'partly-applied' } });
    expect(await indexes()).toEqual(oneValid);
  });

  it('on another table is not called ours', async () => {
    await rig.sql('create table shop.other (n int)');
    const receipt = await crashed(await rig.order({ sql }), 'after-intent', () =>
      rig.sql('create index big_n on shop.other (n) where n > 3'),
    );
    expect(receipt).toMatchObject({ status: 'unknown', reason: { code: 'partly-applied' } });
    await rig.sql('drop table shop.other');
  });

  it('in a schema that the role may not use: the server’s refusal is passed on', async () => {
    await rig.sql('create schema hidden');
    for (const text of [
      'drop index concurrently hidden.i',
      'reindex index concurrently hidden.i',
      'create index concurrently i on hidden.t (n)',
    ]) {
      const { claims } = await rig.run({ sql: text });
      expect([text, claims.status, claims.statements[0]?.error?.sqlstate ?? claims.reason?.code]).toEqual([
        text,
        'failed',
        text.startsWith('create') ? '42P01' : '42501',
      ]);
    }
    await rig.sql('drop schema hidden');
  });

  it('before us fails the change, and is not touched', async () => {
    await rig.sql(plain);
    const before = await indexes();
    const { claims } = await rig.run({ sql });
    expect(claims).toMatchObject({ status: 'failed', statements: [{ error: { sqlstate: '42P07' } }] });
    expect(await indexes()).toEqual(before);
  });

  it('before us and IF NOT EXISTS: only the same definition is a success', async () => {
    await rig.sql('create index big_n on shop.big (note)');
    const text = 'create index concurrently if not exists big_n on big (n)';
    expect((await rig.run({ sql: text })).claims).toMatchObject({
      status: 'failed',
      reason: { code: 'definition-differs' },
    });
    await rig.sql('drop index shop.big_n; create index big_n on shop.big (n)');
    expect((await rig.run({ sql: text })).claims).toMatchObject({ status: 'succeeded' });
  });
});

describe('the ledger of an earlier version', () => {
  const old: readonly [number, string][] = [
    [1, 'alter table querychange.ledger drop column intent, drop column attempt'],
    [2, 'alter table querychange.ledger drop column intent'],
  ];
  it.each(old)('%i is brought up in place, with its rows', async (version, back) => {
    const { claims } = await rig.run({ sql: 'select 1' });
    await rig.sql(
      `drop function querychange.begin_intent, querychange.take_intent, querychange.end_intent, querychange.drop_intent,
         querychange.check_intender, querychange.check_applied;
       alter table querychange.ledger drop constraint ledger_status_check;
       delete from querychange.ledger where status = 'intent';
       ${back};
       alter table querychange.ledger add check (status in ('running', 'succeeded'));
       create or replace function querychange.schema_version() returns integer language sql immutable return ${version}`,
    );
    const [main] = rig.config.connections;
    if (!main) throw new Error('no connection');
    await installLedger({ ...main, adminUrl: rig.server.postgres.superuserUrl(rig.database) });
    expect(await rig.sql('select querychange.schema_version() as version')).toEqual([{ version: 4 }]);
    expect(await ledger(claims)).toMatchObject([{ status: 'succeeded' }]);
    expect((await rig.run({ sql })).claims.status).toBe('succeeded');
    expect(await indexes()).toEqual(oneValid);
  });
});

describe('what may not run outside a transaction', () => {
  it.each([
    ['two statements', `${sql}; select 1`, 'statement 1: CREATE INDEX CONCURRENTLY beside other statements'],
    ['no name', 'create index concurrently on big (n)', 'without a name'],
    ['VACUUM FULL', 'vacuum full big', 'VACUUM FULL'],
    ['VACUUM of everything', 'vacuum', 'without the names of tables'],
    ['REINDEX of a table', 'reindex table concurrently big', 'anything but one index'],
    ['two indexes', 'drop index concurrently a, b', 'anything but one index'],
    [
      'a guarded setting inside',
      `create index concurrently i on big (n) where set_config('role', 'x', true) = ''`,
      'set_config of role',
    ],
  ])('%s', async (_what, text, words) => {
    const { status, reply } = await rig.send(await rig.order({ sql: text }));
    expect(status).toBe(422);
    expect(reply).toMatchObject({
      code: 'statement-not-allowed',
      message: expect.stringContaining(words) as string,
    });
  });

  it('with a row budget', async () => {
    const { reply } = await rig.send(await rig.order({ sql, content: { rowBudget: 3 } }));
    expect(reply).toMatchObject({
      code: 'statement-not-allowed',
      message: expect.stringContaining('cannot have a row budget') as string,
    });
  });

  it('on a connection that only reads', async () => {
    const { reply } = await rig.send(await rig.order({ sql: 'vacuum big' }, 'read'));
    expect(reply).toMatchObject({
      code: expect.stringMatching(/writes-refused|statement-not-allowed/) as string,
    });
  });
});

describe('approved SQL cannot forge an intent or its end', () => {
  const asLogin = (text: string): string =>
    `do $x$ begin perform set_config('ro' || 'le', 'none', true); execute '${text.replaceAll("'", "''")}'; end $x$`;
  const key = (claims: OrderClaims): string => `'${claims.iss}', '${claims.issue.id}', 1, 'apply'`;

  it.each<[string, (claims: OrderClaims) => string]>([
    [
      'begin',
      (one) =>
        `select querychange.begin_intent(${key(one)}, '${one.jti}', 1, 1, 'o', 'd', 'V', now() + interval '1 hour', interval '1 day', '{}')`,
    ],
    [
      'take',
      (one) => `select querychange.take_intent(${key(one)}, '${one.jti}', 1, '${one.jti}', 1, 1, 'o', 'd')`,
    ],
    ['end', (one) => `select querychange.end_intent(${key(one)}, '${one.jti}', 1, '{}')`],
    ['drop', (one) => `select querychange.drop_intent(${key(one)}, '${one.jti}', 1)`],
    ['write', (one) => `update querychange.ledger set status = 'succeeded' where jti = '${one.jti}'`],
  ])('%s', async (_what, forge) => {
    const victim = await rig.order({ sql });
    for (const text of [forge(victim), asLogin(forge(victim))]) {
      const { claims } = await rig.run({ sql: text });
      expect(claims).toMatchObject({ status: 'failed', statements: [{ error: { sqlstate: '42501' } }] });
    }
    expect(await ledger(victim)).toEqual([]);
  });
});
