import { existsSync } from 'node:fs';
import { Client } from 'pg';
import type { ConfigInput } from '../../../executor/config';
import { createExecutor } from '../../../executor/create-executor';
import type { ExecutionPoint } from '../../../executor/run/points';
import { sha256Hex } from '#core/hash';
import type { OrderClaims } from '#core/protocol/order';
import { binaries15 } from '../../support/postgres';
import { startApart } from './support/executor-apart';
import { allPooled, type Rig, startRig } from './support/rig';

const limits = { statementTimeoutMs: 5_000, lockTimeoutMs: 4_500, maxResultRows: 50, maxResultBytes: 16_384 };
/** The connection lets a change wait for longer than most of these do. */
const patient = (input: ConfigInput): ConfigInput => ({
  ...input,
  connections: input.connections.map((one) => ({ ...one, limits })),
});

const versions: readonly [name: string, start: () => Promise<Rig>][] = [
  ['18', () => startRig({}, patient)],
  ...(existsSync(`${binaries15}/bin/postgres`)
    ? [
        ['15', () => startRig({}, (input) => allPooled(patient(input)), binaries15)] as [
          string,
          () => Promise<Rig>,
        ],
      ]
    : []),
];

const sql = 'alter table events detach partition events_2025 concurrently';
const succeeded = {
  status: 'succeeded',
  transactionId: null,
  statements: [{ command: 'ALTER TABLE', error: null }],
};

describe.each(versions)('DETACH PARTITION CONCURRENTLY on PostgreSQL %s', (_version, start) => {
  let rig: Rig;
  let holder: Client | null = null;
  beforeAll(async () => {
    rig = await start();
    await rig.sql(
      'create schema hidden; create schema other; grant usage, create on schema other to shop_app_rw',
    );
  });
  beforeEach(async () => {
    await rig.sql(
      `drop table if exists shop.events, shop.events_2025, other.events_2025, shop.others;
       create table shop.events (id int not null, at date not null) partition by range (at);
       create table shop.events_2025 partition of shop.events for values from ('2025-01-01') to ('2026-01-01');
       create table shop.events_2026 partition of shop.events for values from ('2026-01-01') to ('2027-01-01');
       insert into shop.events values (1, '2025-05-05'), (2, '2026-06-06');
       alter table shop.events owner to shop_app_rw; alter table shop.events_2025 owner to shop_app_rw;
       alter table shop.events_2026 owner to shop_app_rw`,
    );
  });
  afterEach(async () => {
    await holder?.end();
    holder = null;
  });
  afterAll(() => rig.close());

  interface Link {
    parent: string;
    pending: boolean;
  }
  const links = (partition = 'shop.events_2025'): Promise<Link[]> =>
    rig.sql<Link>(
      `select inhparent::regclass::text as parent, inhdetachpending as pending from pg_inherits
       where inhrelid = to_regclass($1)`,
      [partition],
    );
  const attached = [{ parent: 'shop.events', pending: false }];
  const pending = [{ parent: 'shop.events', pending: true }];
  const ledger = (claims: Pick<OrderClaims, 'issue'>): Promise<{ status: string }[]> =>
    rig.sql('select status from querychange.ledger where issue_id = $1', [claims.issue.id]);

  const impatient = { limits: { ...limits, lockTimeoutMs: 1_500 } };

  async function until(what: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + 30_000;
    while (!(await what())) {
      if (Date.now() > end) throw new Error('it did not come to pass');
      await new Promise((done) => setTimeout(done, 10));
    }
  }
  const waits = async (text = sql): Promise<boolean> =>
    (
      await rig.sql(
        `select from pg_stat_activity where query = $1 and usename ~ '^qc_[xp]_' and wait_event_type = 'Lock'`,
        [text],
      )
    ).length > 0;
  /** The first transaction is through, and the second waits. */
  const halfWay = (): Promise<void> =>
    until(async () => (await links()).some((link) => link.pending) && (await waits()));

  /** An open transaction that has read the parent: the second half waits for its end. */
  async function hold(text = 'select from shop.events limit 1'): Promise<Client> {
    const client = new Client(rig.server.postgres.superuserUrl(rig.database));
    await client.connect();
    await client.query(`begin; ${text}`);
    holder = client;
    return client;
  }

  /** Runs an order in a process that is killed at `point`, does something, and lets a new executor take it over. */
  async function crashed(claims: OrderClaims, point: ExecutionPoint, meanwhile?: () => Promise<unknown>) {
    await rig.executor.close();
    const apart = await startApart(rig, point);
    await rig.app.sendOrder(apart.url, claims).catch(() => null);
    expect(await apart.ended).toBe('SIGKILL');
    await meanwhile?.();
    rig.executor = await createExecutor(rig.config);
    return (await rig.receipt(claims.jti)).claims;
  }

  it('detaches, keeps the rows, and says so in the ledger', async () => {
    const { claims } = await rig.run({ sql });
    expect(claims).toMatchObject(succeeded);
    expect(await links()).toEqual([]);
    expect(await rig.sql('select id from shop.events_2025')).toEqual([{ id: 1 }]);
    expect(await ledger(claims)).toEqual([{ status: 'succeeded' }]);
  });

  it('is rolled back by ATTACH', async () => {
    const rollback =
      "alter table events attach partition events_2025 for values from ('2025-01-01') to ('2026-01-01')";
    const { claims, compact } = await rig.run({ sql, rollback });
    const applyReceiptSha256 = await sha256Hex(compact);
    const issueId = claims.issue.id;
    const back = await rig.run({ sql, rollback, kind: 'rollback', issueId, applyReceiptSha256 });
    expect(back.claims.status).toBe('succeeded');
    expect(await links()).toEqual(attached);
  });

  it('IF EXISTS of no table does nothing', async () => {
    const text = 'alter table if exists nothing detach partition events_2025 concurrently';
    expect((await rig.run({ sql: text })).claims.status).toBe('succeeded');
    expect(await links()).toEqual(attached);
  });

  it.each([
    ['no such parent', sql.replace('events ', 'nothing '), '42P01'],
    ['a schema that the role may not use', sql.replace('events ', 'hidden.events '), '42501'],
    ['no such partition', sql.replace('_2025', '_2024'), '42P01'],
    ['a table that is no partition', sql.replace('events_2025', 'orders'), '42P01'],
  ])('%s: the server’s refusal is passed on', async (_what, text, sqlstate) => {
    const { claims } = await rig.run({ sql: text });
    expect(claims).toMatchObject({ status: 'failed', statements: [{ error: { sqlstate } }] });
    expect(await ledger(claims)).toEqual([]);
    expect(await links()).toEqual(attached);
  });

  it.each([
    [
      'another parent',
      `create table shop.others (id int not null, at date not null) partition by range (at);
       alter table shop.events detach partition shop.events_2025;
       alter table shop.others owner to shop_app_rw;
       alter table shop.others attach partition shop.events_2025 for values from ('2025-01-01') to ('2026-01-01')`,
      '42P01',
      [{ parent: 'shop.others', pending: false }],
    ],
    [
      'a default partition',
      'create table shop.events_rest partition of shop.events default',
      '55000',
      attached,
    ],
    [
      'rows that somebody refers to',
      `alter table shop.events add primary key (id, at);
       create table shop.others (id int, at date, foreign key (id, at) references shop.events);
       alter table shop.others owner to shop_app_rw;
       insert into shop.others values (1, '2025-05-05')`,
      '23503',
      attached,
    ],
    [
      'a table of that name comes first in the search_path',
      'alter table shop.events_2025 set schema other; create table shop.events_2025 (id int)',
      '42P01',
      [],
    ],
  ])('%s: the server’s refusal is passed on', async (_what, world, sqlstate, expected) => {
    await rig.sql(world);
    const { claims } = await rig.run({ sql });
    expect(claims).toMatchObject({ status: 'failed', statements: [{ error: { sqlstate } }] });
    expect(await links()).toEqual(expected);
    expect(await ledger(claims)).toEqual([]);
  });

  it('of one with the same name in another schema takes that one', async () => {
    await rig.sql(
      `alter table shop.events_2025 set schema other; create table shop.events_2025 (id int);
       alter table shop.events_2025 owner to shop_app_rw`,
    );
    const text = 'alter table events detach partition other.events_2025 concurrently';
    expect((await rig.run({ sql: text })).claims).toMatchObject(succeeded);
    expect(await links('other.events_2025')).toEqual([]);
  });

  it('whose second half waits longer than the lock timeout is ended by FINALIZE, and is a success', async () => {
    const held = await hold();
    const claims = await rig.order({ sql, content: impatient });
    await rig.send(claims);
    await halfWay();
    await until(async () => !(await waits()));
    await held.query('rollback');
    expect((await rig.receipt(claims.jti)).claims).toMatchObject(succeeded);
    expect(await links()).toEqual([]);
    expect(await ledger(claims)).toEqual([{ status: 'succeeded' }]);
  });

  it('past its last moment while it waits is ended by FINALIZE all the same: there is no way back', async () => {
    const held = await hold();
    const endBy = Math.floor(Date.now() / 1_000) + 4;
    const claims = await rig.order({ sql, endBy, startBy: endBy - 1 });
    await rig.send(claims);
    await halfWay();
    await until(async () => !(await waits()));
    expect(Date.now() / 1_000).toBeGreaterThan(endBy);
    await held.query('rollback');
    expect((await rig.receipt(claims.jti)).claims).toMatchObject(succeeded);
    expect(await links()).toEqual([]);
  });

  it('past its last moment before its first half is through does nothing', async () => {
    const held = await hold('lock table shop.events in share update exclusive mode');
    const endBy = Math.floor(Date.now() / 1_000) + 4;
    const claims = await rig.order({ sql, endBy, startBy: endBy - 1 });
    await rig.send(claims);
    const receipt = (await rig.receipt(claims.jti)).claims;
    await held.query('rollback');
    expect(receipt.status).toBe('expired');
    expect(await links()).toEqual(attached);
    expect(await ledger(claims)).toEqual([]);
  });

  it('that cannot be ended is for a person, and another try ends it', async () => {
    await hold();
    const claims = await rig.order({ sql, content: impatient });
    await rig.send(claims);
    const receipt = (await rig.receipt(claims.jti)).claims;
    expect(receipt).toMatchObject({ status: 'unknown', reason: { code: 'partly-applied' } });
    expect(receipt.reason?.message).toContain(
      'shop.events_2025 of shop.events was attached before and now is half detached (pending; FINALIZE ends it)',
    );
    expect(await links()).toEqual(pending);
    expect(await ledger(claims)).toEqual([{ status: 'intent' }]);
    await holder?.query('rollback');
    const again = await rig.run({ sql, content: impatient, issueId: claims.issue.id, try: 2 });
    expect(again.claims).toMatchObject(succeeded);
    expect(await links()).toEqual([]);
    expect(await ledger(claims)).toEqual([{ status: 'succeeded' }]);
  }, 60_000);

  it('whose backend is ended between its halves is ended by FINALIZE, once', async () => {
    const held = await hold();
    const claims = await rig.order({ sql });
    await rig.send(claims);
    await halfWay();
    await rig.sql('select pg_terminate_backend(pid, 5000) from pg_stat_activity where query = $1', [sql]);
    await held.query('rollback');
    const receipt = (await rig.receipt(claims.jti)).claims;
    expect(receipt).toMatchObject(succeeded);
    expect(await links()).toEqual([]);
    expect(await ledger(claims)).toEqual([{ status: 'succeeded' }]);
    // Attached again it is somebody else's: the same order does not run a second time.
    await rig.sql(
      `alter table shop.events attach partition shop.events_2025 for values from ('2025-01-01') to ('2026-01-01')`,
    );
    await rig.send(claims);
    await rig.restart();
    expect(await links()).toEqual(attached);
  });

  it('whose executor is killed between its halves: the fence comes first, then FINALIZE', async () => {
    const held = await hold();
    const claims = await rig.order({ sql });
    await rig.executor.close();
    const apart = await startApart(rig, null);
    await rig.app.sendOrder(apart.url, claims);
    await halfWay();
    apart.kill();
    await apart.ended;
    rig.executor = await createExecutor(rig.config);
    // Its backend waits for the lock: only the fence ends it.
    await until(async () => !(await waits()));
    await held.query('rollback');
    expect((await rig.receipt(claims.jti)).claims).toMatchObject({ ...succeeded, attempt: 2 });
    expect(await links()).toEqual([]);
    expect(await ledger(claims)).toEqual([{ status: 'succeeded' }]);
  });

  it.each<[ExecutionPoint]>([['after-intent'], ['before-end'], ['after-commit']])(
    'whose executor is killed %s is done once',
    async (point) => {
      const receipt = await crashed(await rig.order({ sql }), point);
      expect(receipt).toMatchObject({ ...succeeded, attempt: 2 });
      expect(await links()).toEqual([]);
      expect(await ledger(receipt)).toEqual([{ status: 'succeeded' }]);
    },
  );

  it('past its last start does not begin again', async () => {
    const claims = await rig.order({ sql, startBy: Math.floor(Date.now() / 1_000) + 12 });
    const receipt = await crashed(claims, 'after-intent', () =>
      until(async () => Date.now() / 1_000 > claims.startBy),
    );
    expect(receipt).toMatchObject({ status: 'expired' });
    expect(await links()).toEqual(attached);
    expect(await ledger(claims)).toEqual([]);
  });

  const others = `create table shop.others (id int not null, at date not null) partition by range (at)`;
  it.each([
    ['dropped', 'drop table shop.events_2025', 'is dropped'],
    [
      'attached to another parent',
      `${others}; alter table shop.events detach partition shop.events_2025;
       alter table shop.others attach partition shop.events_2025 for values from ('2025-01-01') to ('2026-01-01')`,
      'now is not attached, but attached to another table',
    ],
    [
      'attached with other bounds',
      `alter table shop.events detach partition shop.events_2025;
       alter table shop.events attach partition shop.events_2025 for values from ('2024-01-01') to ('2026-01-01')`,
      'now is attached, with other bounds',
    ],
  ])('that a crash leaves %s is for a person', async (_what, meanwhile, words) => {
    const receipt = await crashed(await rig.order({ sql }), 'after-intent', () => rig.sql(meanwhile));
    expect(receipt).toMatchObject({ status: 'unknown', reason: { code: 'partly-applied' } });
    expect(receipt.reason?.message).toContain(words);
    expect(await ledger(receipt)).toEqual([{ status: 'intent' }]);
  });

  describe('of a partition that somebody else has half detached', () => {
    beforeEach(async () => {
      await hold();
      const other = new Client(rig.server.postgres.superuserUrl(rig.database));
      await other.connect();
      await other.query(`set lock_timeout = 100`);
      const half = 'alter table shop.events detach partition shop.events_2025 concurrently';
      await expect(other.query(half)).rejects.toMatchObject({ code: '55P03' });
      await other.end();
      await holder?.query('rollback');
      expect(await links()).toEqual(pending);
    });

    it('the server’s refusal is passed on, and it stays as it was', async () => {
      const { claims } = await rig.run({ sql });
      expect(claims).toMatchObject({ status: 'failed', statements: [{ error: { sqlstate: '55000' } }] });
      expect(await links()).toEqual(pending);
      expect(await ledger(claims)).toEqual([]);
    });

    it('a crash is for a person: it is not ended in our name', async () => {
      const receipt = await crashed(await rig.order({ sql }), 'after-intent');
      expect(receipt).toMatchObject({ status: 'unknown', reason: { code: 'partly-applied' } });
      expect(receipt.reason?.message).toContain('was half detached');
      expect(await links()).toEqual(pending);
    });

    it('FINALIZE is an ordinary statement, beside others in one transaction', async () => {
      const text = `alter table events detach partition events_2025 finalize; drop table events_2025`;
      const { claims } = await rig.run({ sql: text });
      expect(claims.status).toBe('succeeded');
      expect(claims.transactionId).not.toBeNull();
      expect(await rig.sql(`select to_regclass('shop.events_2025') as gone`)).toEqual([{ gone: null }]);
    });
  });

  describe('is not hidden', () => {
    it.each([
      [
        'beside another statement',
        `${sql}; select 1`,
        'DETACH PARTITION CONCURRENTLY beside other statements',
      ],
      [
        'behind another statement',
        `select 1; ${sql}`,
        'DETACH PARTITION CONCURRENTLY beside other statements',
      ],
      ['twice', `${sql}; ${sql}`, 'DETACH PARTITION CONCURRENTLY beside other statements'],
      [
        'of another database',
        `alter table a.shop.events detach partition events_2025 concurrently`,
        'one table',
      ],
    ])('%s', async (_what, text, words) => {
      const { status, reply } = await rig.send(await rig.order({ sql: text }));
      expect(status).toBe(422);
      expect(reply).toMatchObject({
        code: 'statement-not-allowed',
        message: expect.stringContaining(words) as string,
      });
    });

    it.each([
      [
        'among other actions',
        'alter table events add column a int, detach partition events_2025 concurrently',
        '42601',
      ],
      ['in a DO block', `do $$ begin execute '${sql}'; end $$`, '25001'],
    ])('%s', async (_what, text, sqlstate) => {
      const { claims } = await rig.run({ sql: text });
      expect(claims).toMatchObject({ status: 'failed', statements: [{ error: { sqlstate } }] });
      expect(await links()).toEqual(attached);
    });
  });
});
