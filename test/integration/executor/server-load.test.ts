import { checkConnections } from '../../../executor/commands/check';
import { type Rig, startRig } from './support/rig';

const slot = `qc_test_${process.pid}`;
const megabyte = 1_048_576;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({}, (input) => {
    const [main] = input.connections;
    if (!main) throw new Error('there is no connection');
    const lag = { maxReplicaLagBytes: megabyte, maxReplicaLagSeconds: 30 };
    return {
      ...input,
      connections: [
        ...input.connections,
        { ...main, key: 'frugal', name: 'Frugal', limits: { ...main.limits, maxWalBytes: 4 * megabyte } },
        { ...main, key: 'near', name: 'Near', limits: { ...main.limits, ...lag } },
        {
          ...main,
          key: 'hasty',
          name: 'Hasty',
          limits: { ...main.limits, ...lag, replicaLagWaitSeconds: 0 },
        },
      ],
    };
  });
  await rig.sql('create table shop.load (id int, pad text); alter table shop.load owner to shop_app_rw');
  const [login] = await rig.sql<{ name: string }>(`select rolname as name from pg_roles where rolname = $1`, [
    new URL(rig.config.connections[0]?.url ?? '').username,
  ]);
  const words = (await checkConnections(rig.config)).text;
  expect(words).toContain('near: the login cannot see the replicas');
  expect(words).toMatch(/^main: ready/m);
  await rig.sql(`grant pg_monitor to ${login?.name} with inherit true`);
});
afterAll(async () => {
  await rig.sql('select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1', [
    slot,
  ]);
  await rig.close();
});

const write = (megabytes: number): string =>
  `insert into load select g, repeat('x', 1000) from generate_series(1, ${megabytes * 1_000}) g`;
const held = async (): Promise<number> =>
  (await rig.sql<{ n: number }>('select count(*)::int as n from shop.load'))[0]?.n ?? -1;

describe('the log of a change', () => {
  it('ends it before COMMIT when there is too much of it', async () => {
    const { claims } = await rig.run({ sql: write(6) }, 'frugal');
    expect(claims).toMatchObject({
      status: 'failed',
      reason: {
        code: 'wal-budget-exceeded',
        message: expect.stringContaining('at most 4194304 are allowed'),
      },
      transactionId: null,
    });
    expect(await held()).toBe(0);
  });

  it('cancels a statement that goes on writing', async () => {
    const { claims } = await rig.run({ sql: `${write(6)}; select pg_sleep(4)` }, 'frugal');
    expect(claims).toMatchObject({ status: 'failed', reason: { code: 'wal-budget-exceeded' } });
    expect(claims.statements.map(({ error }) => error?.sqlstate)).toEqual([undefined, '57014']);
    expect(await held()).toBe(0);
  });

  it('takes away what a cancelled index build left', async () => {
    await rig.sql(
      `create table shop.slow as select generate_series(1, 100) as id; alter table shop.slow owner to shop_app_rw;
       create function shop.slowly(n int) returns int immutable parallel unsafe language plpgsql
         as $x$ begin perform pg_sleep(0.05); return n; end $x$`,
    );
    const sql = 'create index concurrently slow_id on slow (slowly(id))';
    const order = await rig.order({ sql }, 'frugal');
    await rig.send(order);
    const runs = `select from pg_stat_activity where state = 'active' and query = $1`;
    while ((await rig.sql(runs, [sql])).length === 0);
    // What others write counts too.
    await rig.sql(write(6).replace('load', 'shop.load'));
    const { claims } = await rig.receipt(order.jti);
    expect(claims).toMatchObject({ status: 'failed', reason: { code: 'wal-budget-exceeded' } });
    expect(await rig.sql(`select from pg_class where relname = 'slow_id'`)).toEqual([]);
    await rig.sql('truncate shop.load');
  });

  it('is nobody’s concern within the limit, or without one', async () => {
    expect((await rig.run({ sql: write(1) }, 'frugal')).claims.status).toBe('succeeded');
    expect((await rig.run({ sql: write(6) })).claims.status).toBe('succeeded');
  });
});

describe('replicas that are behind', () => {
  const behind = async (): Promise<void> => {
    await rig.sql('select pg_create_physical_replication_slot($1, true)', [slot]);
    await rig.sql(`insert into shop.load select g, repeat('x', 1000) from generate_series(1, 2000) g`);
  };
  const caughtUp = () => rig.sql('select pg_drop_replication_slot($1)', [slot]);

  it('refuse a change that may not wait, and let it run when they are near again', async () => {
    await behind();
    const { claims } = await rig.run({ sql: 'delete from load' }, 'hasty');
    expect(claims).toMatchObject({
      status: 'refused',
      reason: { code: 'replica-lag', message: expect.stringContaining('replication slot is') },
      statements: [],
    });
    expect((await rig.run({}, 'read')).claims.status).toBe('succeeded');
    await caughtUp();
    expect((await rig.run({ sql: 'select 1' }, 'hasty')).claims.status).toBe('succeeded');
  });

  it('let a change wait, which a stop ends', async () => {
    await behind();
    const stopped = await rig.order({ sql: 'delete from load' }, 'near');
    await rig.send(stopped);
    await rig.app.revoke(rig.executor.url, stopped.jti, 'near', true);
    expect((await rig.receipt(stopped.jti)).claims).toMatchObject({ status: 'revoked' });
    const waits = await rig.order({ sql: 'delete from load' }, 'near');
    await rig.send(waits);
    const told = async () => rig.app.execution(rig.executor.url, waits.jti);
    while (!(await told())?.progress?.replicaWait) await new Promise((done) => setTimeout(done, 10));
    expect(await told()).toMatchObject({ state: 'running', progress: { step: 0, steps: 0 } });
    await caughtUp();
    expect((await rig.receipt(waits.jti)).claims.status).toBe('succeeded');
  });

  it('are waited for by whoever takes a change over, too', async () => {
    await behind();
    const waits = await rig.order({ sql: 'insert into load values (0)' }, 'near');
    await rig.send(waits);
    await rig.restart();
    const before = await held();
    await caughtUp();
    expect((await rig.receipt(waits.jti)).claims).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(await held()).toBe(before + 1);
  });
});
