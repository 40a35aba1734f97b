import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createExecutor, type Executor } from '../../../executor/create-executor';
import { takeOver } from '../../../executor/state/queue';
import { openStateStore, type StateStore } from '../../../executor/state/store';
import { silentLog } from '../../../executor/log';
import { Client } from 'pg';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
let second: Executor;
beforeAll(async () => {
  rig = await startRig({}, (input) => ({
    ...input,
    connections: input.connections.map((one) => ({ ...one, concurrency: 1 })),
  }));
  await rig.sql(`create table shop.runs (id serial primary key, name text, began timestamptz, ended timestamptz);
    alter table shop.runs owner to shop_owner; grant all on shop.runs to shop_app_rw;
    grant usage on sequence shop.runs_id_seq to shop_app_rw`);
  second = await createExecutor({ ...rig.config, listen: { host: '127.0.0.1', port: 0 } });
});
afterAll(async () => {
  await second.close();
  await rig.close();
});

const stateUrl = (): string => ('url' in rig.config.state ? rig.config.state.url : '');
async function state<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
  const client = new Client({ connectionString: stateUrl() });
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Notes when it began and ended, by the database's clock. */
const noting = (name: string): string =>
  `insert into runs (name, began) values ('${name}', clock_timestamp());
   select pg_sleep(0.02);
   update runs set ended = clock_timestamp() where name = '${name}'`;

it('shares the orders of one connection: in their order, never more at once than its width', async () => {
  const orders = await Promise.all(
    Array.from({ length: 12 }, (_, at) => rig.order({ sql: noting(`run-${at}`) })),
  );
  for (const [at, claims] of orders.entries()) {
    const { url } = at % 2 === 0 ? rig.executor : second;
    expect((await rig.app.sendOrder(url, claims)).status).toBe(202);
  }
  for (const { jti } of orders) expect((await rig.receipt(jti)).claims.status).toBe('succeeded');
  const runs = await rig.sql<{ name: string; alone: boolean }>(
    `select name, began >= coalesce(lag(ended) over (order by id), began) as alone from shop.runs order by id`,
  );
  expect(runs.map(({ name }) => name)).toEqual(orders.map((_, at) => `run-${at}`));
  expect(runs.every(({ alone }) => alone)).toBe(true);
});

it('makes one chain of the receipts of both', async () => {
  const [chain] = await state<{ gaps: number; ids: number }>(
    `select count(*) filter (where (detail ->> 'seq')::bigint is distinct from before + 1)::int as gaps,
       (select count(*)::int from executor.chain) as ids
     from (select detail, lag((detail ->> 'seq')::bigint, 1, 0) over (order by (detail ->> 'seq')::bigint) as before
       from executor.audit where event = 'final') links`,
  );
  expect(chain).toEqual({ gaps: 0, ids: 1 });
});

it('runs a change while a read of the same connection takes its time', async () => {
  const slow = await rig.order({ sql: 'select pg_sleep(2)' });
  await rig.send(slow);
  expect((await rig.run({ sql: noting('beside a read') })).claims.status).toBe('succeeded');
  const asked = await rig.app.execution(rig.executor.url, slow.jti);
  expect(asked?.state).toBe('running');
  expect((await rig.receipt(slow.jti)).claims.status).toBe('succeeded');
});

it('takes over from a process that was killed in a transaction', async () => {
  const file = join(rig.config.stateDir, 'crash.json');
  await writeFile(file, JSON.stringify({ ...rig.config, listen: { host: '127.0.0.1', port: 0 } }));
  const script = join(process.cwd(), 'test/integration/executor/support/crashing-executor.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, file, 'before-commit'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const ended = new Promise((done) => child.on('exit', done));
  const url = await new Promise<string>((done) => {
    child.stdout.setEncoding('utf8').once('data', (line: string) => done(line.trim()));
  });
  const claims = await rig.order({ sql: noting('taken over') });
  await rig.app.sendOrder(url, claims).catch(() => null);
  await ended;
  const { claims: receipt } = await rig.receipt(claims.jti);
  expect(receipt).toMatchObject({ status: 'succeeded', attempt: 2 });
  expect(await rig.sql(`select from shop.runs where name = 'taken over'`)).toHaveLength(1);
});

it('hands over what waits when it is told to stop', async () => {
  const third = await createExecutor({ ...rig.config, listen: { host: '127.0.0.1', port: 0 } });
  const orders = await Promise.all(
    Array.from({ length: 6 }, (_, at) => rig.order({ sql: noting(`handed-${at}`) })),
  );
  await Promise.all(orders.map((claims) => rig.app.sendOrder(third.url, claims)));
  await third.close();
  for (const { jti } of orders)
    expect((await rig.receipt(jti)).claims).toMatchObject({ status: 'succeeded' });
});

async function withDatabase(fill: string, work: (url: string, name: string) => Promise<void>): Promise<void> {
  const name = `state_${randomBytes(4).toString('hex')}`;
  await rig.server.admin('postgres', `create database ${name}`);
  try {
    await rig.server.admin(name, fill);
    await work(rig.server.postgres.superuserUrl(name), name);
  } finally {
    await rig.server.admin('postgres', `drop database ${name} with (force)`);
  }
}
const open = async (url: string): Promise<StateStore> => {
  const stateDir = await mkdtemp(join(rig.config.stateDir, 'race-'));
  return openStateStore(url, 'race', { leaseMs: 15_000, stateDir, log: silentLog });
};

it('installs its schema, also when many start at the same time', async () => {
  await withDatabase('', async (url, name) => {
    const opened = await Promise.all(Array.from({ length: 6 }, async () => open(url)));
    expect(await rig.server.admin(name, 'select id from executor.chain')).toHaveLength(1);
    await Promise.all(opened.map(async (store) => store.close()));
  });
});

it('updates a database of a release without replicas, and takes over what ran there', async () => {
  const first = await readFile(join(process.cwd(), 'executor/state/sql/001-state.sql'), 'utf8');
  const left = `insert into executor.executions (installation, jti, state, connection, attempt) values ('i', 'j', 'running', 'c', 1);
    insert into executor.chain (id, seq, head) values ('race:older', 7, '${'a'.repeat(64)}')`;
  await withDatabase(`begin; ${first}; ${left}; commit`, async (url, name) => {
    const opened = await Promise.all(Array.from({ length: 3 }, async () => open(url)));
    const [one] = opened;
    if (!one) throw new Error('nothing was opened');
    expect(await takeOver(one.pool, one.replica.owner)).toEqual({ orders: 1, receipts: 0 });
    expect(await rig.server.admin(name, 'select id, seq from executor.chain')).toEqual([
      { id: 'race:older', seq: '7' },
    ]);
    await Promise.all(opened.map(async (store) => store.close()));
  });
});

it('keeps out of a database that an executor of a release without replicas has', async () => {
  await withDatabase('', async (url) => {
    const owner = new Client({ connectionString: url });
    await owner.connect();
    await owner.query('select pg_advisory_lock(7310001)');
    await expect(open(url)).rejects.toThrow('a release without replicas');
    await owner.end();
  });
}, 30_000);

describe('an order that was taken over', () => {
  const fence = async (jti: string, attempt: number | null): Promise<unknown> =>
    rig.sql('select querychange.fence_execution($1, $2)', [jti, attempt]);

  it('is not begun by an earlier attempt, however late that arrives', async () => {
    const claims = await rig.order({ sql: noting('late attempt') });
    await fence(claims.jti, 3);
    await rig.send(claims);
    // Attempts 1 and 2 meet the fence; the third is the one it was made for.
    expect((await rig.receipt(claims.jti)).claims).toMatchObject({ status: 'succeeded', attempt: 3 });
    expect(await rig.sql(`select from shop.runs where name = 'late attempt'`)).toHaveLength(1);
  });

  it('stays revoked when the state database forgets', async () => {
    const claims = await rig.order({ sql: noting('revoked') });
    await rig.app.revoke(rig.executor.url, claims.jti, 'main');
    await state(`delete from executor.executions where jti = $1`, [claims.jti]);
    expect((await rig.send(claims)).status).toBe(202);
    expect((await rig.receipt(claims.jti)).claims.status).toBe('revoked');
    expect(await rig.sql(`select from shop.runs where name = 'revoked'`)).toEqual([]);
  });

  it('is not fenced by approved SQL, which can become the login', async () => {
    const other = await rig.order({ sql: noting('not fenced') });
    const attack = await rig.run({
      sql: `do $$ begin perform set_config('role', 'none', true); perform querychange.fence_execution('${other.jti}', null); end $$`,
    });
    expect(attack.claims).toMatchObject({ status: 'failed', statements: [{ error: { sqlstate: '42501' } }] });
    await rig.send(other);
    expect((await rig.receipt(other.jti)).claims.status).toBe('succeeded');
  });

  it('has a receipt of the claim that is in force, and of no other', async () => {
    const claims = await rig.order({ sql: 'select pg_sleep(1)' });
    await rig.send(claims);
    // As if another process had taken it over: the one that runs it may say nothing any more.
    await state(
      `update executor.executions set attempt = attempt + 1, lease_owner = 1 where jti = $1 and state = 'running'`,
      [claims.jti],
    );
    const { claims: receipt } = await rig.receipt(claims.jti);
    expect(receipt.attempt).toBeGreaterThan(2);
  });
});
