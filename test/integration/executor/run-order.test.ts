import { createHash } from 'node:crypto';
import { paths } from '#core/protocol/transport';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const counter = async (): Promise<number> =>
  (await rig.sql<{ n: number }>('select n from shop.counters where id = 1'))[0]?.n ?? -1;

describe('a valid order', () => {
  it('runs every statement in one transaction and reports rows and results', async () => {
    const before = await counter();
    const { claims, body } = await rig.run({
      sql: "update counters set n = n + 1 where id = 1;\n-- é\nselect n::text as n, 'ü' as word, null as nothing from counters",
    });
    expect(await counter()).toBe(before + 1);
    expect(claims).toMatchObject({
      status: 'succeeded',
      attempt: 1,
      durability: 'on',
      ledgerMode: 'target',
      reason: null,
    });
    expect(claims.statements.map(({ command, rows }) => [command, rows])).toEqual([
      ['UPDATE', 1],
      ['SELECT', 1],
    ]);
    expect(claims.transactionId).toMatch(/^\d+$/);
    expect(body?.statements).toEqual([
      {
        index: 1,
        columns: ['n', 'word', 'nothing'].map((name) => ({ name, type: 'text' })),
        rows: [[String(before + 1), 'ü', null]],
        truncated: false,
        message: null,
      },
    ]);
  });

  it('leaves one ledger row with the order digest, written by a login of its own', async () => {
    const { claims } = await rig.run({ sql: 'insert into counters values (100, 5), (101, 6)' });
    const rows = await rig.sql(
      'select jti, order_digest, status, login::text from querychange.ledger where jti = $1',
      [claims.jti],
    );
    expect(rows).toEqual([
      {
        jti: claims.jti,
        order_digest: claims.orderDigest,
        status: 'succeeded',
        login: expect.stringMatching(/^qc_x_[0-9a-f]{24}$/),
      },
    ]);
    expect(claims.statements[0]).toMatchObject({ command: 'INSERT', rows: 2 });
  });

  it('shows the issue key as application_name and runs as the approved role', async () => {
    const order = await rig.order({
      sql: "select current_setting('application_name') as app, current_user::text as who, current_setting('search_path') as path",
    });
    await rig.send(order);
    const { body } = await rig.receipt(order.jti);
    expect(body?.statements[0]?.rows).toEqual([[order.issue.key, 'shop_app_rw', 'shop']]);
  });

  it('chains receipts without a gap', async () => {
    const first = await rig.run();
    const second = await rig.run();
    expect(second.claims.chain.seq).toBe(first.claims.chain.seq + 1);
    expect(second.claims.chain.prev).toBe(createHash('sha256').update(first.compact).digest('hex'));
    expect(second.claims.chain.id).toBe(first.claims.chain.id);
  });

  it('answers the receipt to a question about the execution', async () => {
    const { claims, compact } = await rig.run();
    const asked = await rig.app.execution(rig.executor.url, claims.jti);
    expect(asked).toMatchObject({ state: 'final', delivery: { receipt: compact } });
    expect(await rig.app.execution(rig.executor.url, 'f'.repeat(64))).toBeNull();
  });
});

describe('a failing statement', () => {
  it('applies nothing and names SQLSTATE, condition and position in the whole text', async () => {
    const before = await counter();
    const sql =
      "update counters set n = n + 1 where id = 1; /* 😀 ü */\nselect '😀', nix from counters; select 3";
    const { claims, body } = await rig.run({ sql });
    expect(await counter()).toBe(before);
    expect(claims.status).toBe('failed');
    const position = Array.from(sql.slice(0, sql.indexOf('nix'))).length + 1;
    expect(claims.statements.map(({ error, command }) => [command, error])).toEqual([
      ['UPDATE', null],
      [null, { sqlstate: '42703', condition: 'undefined_column', position }],
      [null, null],
    ]);
    expect(JSON.stringify(claims)).not.toContain('does not exist');
    expect(body?.statements.at(-1)?.message).toContain('column "nix" does not exist');
    expect(await rig.sql('select from querychange.ledger where jti = $1', [claims.jti])).toHaveLength(0);
  });

  it('fails with 42601 when the text does not parse, without sending it', async () => {
    const { claims } = await rig.run({ sql: "select 'ü';\nselec 1" });
    expect(claims.status).toBe('failed');
    expect(claims.statements[0]?.error).toEqual({
      sqlstate: '42601',
      condition: 'syntax_error',
      position: 13,
    });
    expect(claims.transactionId).toBeNull();
  });

  it('finds a violated deferred constraint before it writes the ledger', async () => {
    await rig.sql(
      'create table shop.child (id int references shop.counters deferrable initially deferred); grant all on shop.child to shop_app_rw',
    );
    const { claims } = await rig.run({ sql: 'insert into child values (999)' });
    expect(claims).toMatchObject({ status: 'failed', reason: { code: '23503' } });
    expect(await rig.sql('select from shop.child')).toHaveLength(0);
  });

  it('lets a failed revision be tried again', async () => {
    const first = await rig.order({ sql: 'insert into counters values (500, 1)', issueId: 'again' });
    await rig.sql('insert into shop.counters values (500, 0)');
    await rig.send(first);
    expect((await rig.receipt(first.jti)).claims.statements[0]?.error?.condition).toBe('unique_violation');
    await rig.sql('delete from shop.counters where id = 500');
    const second = await rig.order({ sql: 'insert into counters values (500, 1)', issueId: 'again', try: 2 });
    await rig.send(second);
    expect((await rig.receipt(second.jti)).claims.status).toBe('succeeded');
  });
});

describe('results', () => {
  it('keep the first rows and say that there were more', async () => {
    const { claims, body } = await rig.run({ sql: 'select g from generate_series(1, 200000) g' });
    expect(body?.statements[0]).toMatchObject({ truncated: true });
    expect(body?.statements[0]?.rows).toHaveLength(50);
    expect(claims.statements[0]?.rows).toBe(200_000);
  });

  it('keep no more than the byte limit over all statements', async () => {
    const { body } = await rig.run({
      sql: "select repeat('x', 10000) a; select repeat('y', 10000) b; select 1 c",
    });
    expect(body?.statements.map(({ truncated, rows }) => [truncated, rows.length])).toEqual([
      [false, 1],
      [true, 0],
      [false, 1],
    ]);
  });

  it('count every row of a change that returns more than is kept', async () => {
    const { claims, body } = await rig.run({
      sql: 'insert into counters select g, 0 from generate_series(10001, 10200) g returning id',
    });
    expect(claims.statements[0]).toMatchObject({ command: 'INSERT', rows: 200 });
    expect(body?.statements[0]?.rows).toHaveLength(50);
  });

  it('stop reading early on a read-only connection', async () => {
    // All four hundred million rows would run into the statement timeout.
    const { claims, body } = await rig.run(
      { sql: 'select a from generate_series(1, 20000) a, generate_series(1, 20000) b' },
      'read',
    );
    expect(claims).toMatchObject({ status: 'succeeded', ledgerMode: 'state', durability: null });
    expect(body?.statements[0]).toMatchObject({ truncated: true });
    expect(body?.statements[0]?.rows).toHaveLength(50);
  });
});

it('answers /healthz without a signature and nothing else', async () => {
  expect(await (await fetch(`${rig.executor.url}/healthz`)).json()).toMatchObject({ status: 'ok' });
  expect((await fetch(rig.executor.url + paths.connections)).status).toBe(400);
});
