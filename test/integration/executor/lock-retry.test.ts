import { Client } from 'pg';
import { haltWork, resumeWork } from '../../../executor/commands/halt';
import type { ExecutionProgress } from '#core/protocol/progress';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({}, (input) => {
    const [main] = input.connections;
    if (!main) throw new Error('there is no connection');
    const limits = { ...main.limits, lockTimeoutMs: 1_500 };
    return {
      ...input,
      connections: [
        { ...main, limits, lockRetry: { tries: 4, backOffMs: 100 } },
        // Waits longer than any test.
        { ...main, key: 'patient', name: 'Patient', limits, lockRetry: { backOffMs: 60_000 } },
      ],
    };
  });
  await rig.sql('create table shop.busy (id int); alter table shop.busy owner to shop_app_rw');
});
afterAll(() => rig.close());

/** Reads the table in an open transaction, so that no DDL gets it. */
async function reader(): Promise<Client> {
  const client = new Client({ connectionString: rig.server.postgres.superuserUrl(rig.database) });
  await client.connect();
  await client.query('begin');
  await client.query('select from shop.busy');
  return client;
}

async function progressOf(
  jti: string,
  wanted: (progress: ExecutionProgress) => boolean,
): Promise<ExecutionProgress> {
  let last: unknown = null;
  for (const since = Date.now(); Date.now() - since < 15_000;) {
    const reply = await rig.app.execution(rig.executor.url, jti);
    last = reply;
    if (reply?.progress && wanted(reply.progress)) return reply.progress;
  }
  throw new Error(`there is no such progress: ${JSON.stringify(last)}`);
}

test('DDL gives way to a reader, says so while it waits, and is applied once when the reader is gone', async () => {
  const holder = await reader();
  const claims = await rig.order({
    sql: 'comment on table busy is null; alter table busy add column once int',
  });
  await rig.send(claims);
  const { lockRetry } = await progressOf(claims.jti, (progress) => (progress.lockRetry?.try ?? 0) >= 2);
  expect(lockRetry).toMatchObject({ tries: 4, sessions: 1 });
  await holder.end();
  const { claims: receipt } = await rig.receipt(claims.jti);
  expect(receipt).toMatchObject({ status: 'succeeded', attempt: 1, reason: null });
  expect(receipt.lockTries?.[0]).toEqual({ at: expect.any(String), statement: 1, sessions: 1 });
  expect(await rig.sql('select once from shop.busy')).toEqual([]);
});

test('its tries end, each is in the receipt, and nothing was applied', async () => {
  const holder = await reader();
  const claims = await rig.order({ sql: 'alter table busy add column never int' });
  await rig.send(claims);
  const { claims: receipt } = await rig.receipt(claims.jti);
  expect(receipt).toMatchObject({
    status: 'failed',
    statements: [{ error: { sqlstate: '55P03', condition: 'lock_not_available' } }],
  });
  expect(receipt.lockTries?.map(({ statement }) => statement)).toEqual([0, 0, 0, 0]);
  await holder.end();
  await expect(rig.sql('select never from shop.busy')).rejects.toThrow('never');
  expect(await rig.app.execution(rig.executor.url, claims.jti)).not.toHaveProperty('progress');
});

test('rows are changed in one try only, also beside DDL', async () => {
  const holder = await reader();
  await holder.query('lock table shop.busy');
  for (const sql of [
    'insert into busy values (1)',
    'alter table busy add column mixed int; delete from busy',
  ]) {
    const { claims } = await rig.run({ sql });
    expect(claims.statements[0]?.error?.sqlstate).toBe('55P03');
    expect(claims).not.toHaveProperty('lockTries');
  }
  await holder.end();
});

test('no try begins that could not commit before endBy', async () => {
  const holder = await reader();
  const endBy = Math.floor(Date.now() / 1_000) + 10;
  const { claims } = await rig.run(
    { sql: 'alter table busy add column late int', startBy: endBy, endBy },
    'patient',
  );
  expect(claims).toMatchObject({ status: 'failed', statements: [{ error: { sqlstate: '55P03' } }] });
  expect(claims.lockTries).toHaveLength(1);
  await holder.end();
});

describe('the waiting is ended', () => {
  const waiting = async (sql: string): Promise<string> => {
    const claims = await rig.order({ sql }, 'patient');
    await rig.send(claims);
    await progressOf(claims.jti, ({ lockRetry }) => typeof lockRetry?.nextAt === 'string');
    return claims.jti;
  };
  let holder: Client;
  beforeEach(async () => {
    holder = await reader();
  });
  afterEach(() => holder.end());

  it('by a stop', async () => {
    const jti = await waiting('alter table busy add column stopped int');
    await rig.app.revoke(rig.executor.url, jti, 'patient', true);
    const { claims } = await rig.receipt(jti);
    expect(claims).toMatchObject({ status: 'revoked', reason: { code: 'cancelled' } });
    expect(claims.lockTries).toHaveLength(1);
  });

  it('by a halt', async () => {
    const jti = await waiting('alter table busy add column halted int');
    await haltWork(rig.config, { connection: 'patient' }, 'a test', Date.now());
    const { claims } = await rig.receipt(jti);
    expect(claims).toMatchObject({ status: 'refused', reason: { code: 'halted' } });
    await resumeWork(rig.config, { connection: 'patient' });
  });

  it('by the end of the process, and another goes on', async () => {
    const jti = await waiting('alter table busy add column moved int');
    await holder.end();
    await rig.restart();
    const { claims } = await rig.receipt(jti);
    expect(claims).toMatchObject({ status: 'succeeded', attempt: 2 });
  });
});
