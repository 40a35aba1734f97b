import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '#core/hash';
import { checkConnections } from '../../../executor/commands/check';
import { newEpoch } from '../../../executor/commands/epoch';
import { type Config } from '../../../executor/config';
import { createExecutor } from '../../../executor/create-executor';
import { markInitialised } from '../../../executor/initialised';
import { readWitness } from '../../../executor/witness/slots';
import type { OrderClaims } from '#core/protocol/order';
import { readReceipt, type SeenReceipt } from './support/receiver';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({}, (input) => ({ ...input, private: { port: 0 } }));
  await rig.sql(`create table shop.marks (mark text); alter table shop.marks owner to shop_owner;
    grant all on shop.marks to shop_app_rw`);
});
afterAll(() => rig.close());

const stateName = (): string => {
  if (!('url' in rig.config.state)) throw new Error('the state database is embedded');
  return new URL(rig.config.state.url).pathname.slice(1);
};
const admin = async <T extends object>(text: string): Promise<T[]> => rig.server.admin<T>('postgres', text);
const marking = (mark: string) => ({ sql: `insert into marks values ('${mark}')` });
const marked = async (mark: string): Promise<number> =>
  (await rig.sql('select from shop.marks where mark = $1', [mark])).length;
const problem = async (): Promise<string | null> => (await rig.connection('main')).problem;

/** What the executor answers about an id now, which may not be what it posted first. */
async function answered({ jti }: OrderClaims): Promise<SeenReceipt> {
  for (;;) {
    const known = await rig.app.execution(rig.executor.url, jti);
    if (known?.delivery) return readReceipt(known.delivery, rig.executor.publicJwk);
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function stateAway(work: () => Promise<void>): Promise<void> {
  await rig.executor.close();
  await work();
  rig.executor = await createExecutor(rig.config);
}
const keep = async (): Promise<void> =>
  stateAway(async () => void (await admin(`create database ${stateName()}_kept template ${stateName()}`)));
const putBack = async (): Promise<void> =>
  stateAway(async () => {
    await admin(`drop database ${stateName()} with (force)`);
    await admin(`alter database ${stateName()}_kept rename to ${stateName()}`);
  });

/** Asks for a new epoch, and waits until orders are taken again. */
async function goOn(reason: string): Promise<void> {
  await newEpoch(rig.config, reason, Date.now());
  while ((await problem()) !== null) await new Promise((done) => setTimeout(done, 50));
}

it('remembers how far it came before a receipt leaves', async () => {
  const { claims, compact } = await rig.run({ sql: 'select 1' });
  const { id, seq } = claims.chain;
  expect(readWitness(rig.config.stateDir)).toEqual({ id, epoch: 1, seq, head: await sha256Hex(compact) });
});

it('signs nothing over an older state database, and runs nothing, until an admin begins a new epoch', async () => {
  const before = await rig.run(marking('before'));
  await keep();
  const forgotten = await rig.order(marking('forgotten'));
  await rig.send(forgotten);
  const last = await rig.receipt(forgotten.jti);
  await putBack();

  expect(await problem()).toMatch(/is an older copy/);
  const order = await rig.order(marking('after'));
  expect(await rig.send(order)).toMatchObject({
    status: 503,
    reply: { code: 'unavailable', delivery: null },
  });
  expect(await rig.send(forgotten)).toMatchObject({ status: 503 });
  const { text, ok } = await checkConnections(rig.config);
  expect([text, ok]).toEqual([expect.stringContaining('chain-behind'), false]);
  const metrics = await (await fetch(`${rig.executor.privateUrl}/metrics`)).text();
  expect(metrics).toMatch(/^query_change_chain_behind 1$/m);
  expect(metrics).toMatch(/^query_change_connection_ready\{connection="main"\} 0$/m);
  expect(await rig.server.admin(stateName(), 'select seq::int, epoch from executor.chain')).toEqual([
    { seq: before.claims.chain.seq, epoch: 1 },
  ]);
  expect([await marked('after'), await marked('forgotten')]).toEqual([0, 1]);

  await goOn('restored from a copy');
  await rig.send(order);
  const first = await answered(order);
  expect(first.claims.chain).toEqual({
    id: last.claims.chain.id,
    epoch: 2,
    seq: last.claims.chain.seq + 1,
    prev: await sha256Hex(last.compact),
  });
  await rig.send(forgotten);
  expect((await answered(forgotten)).claims).toMatchObject({
    status: 'succeeded',
    transactionId: last.claims.transactionId,
    chain: { epoch: 2, seq: last.claims.chain.seq + 2, prev: await sha256Hex(first.compact) },
  });
  expect([await marked('after'), await marked('forgotten')]).toEqual([1, 1]);
  const epochs = await rig.server.admin(
    stateName(),
    'select epoch, after_seq::int, reason from executor.epochs',
  );
  expect(epochs).toEqual([{ epoch: 2, after_seq: last.claims.chain.seq, reason: 'restored from a copy' }]);
  expect((await checkConnections(rig.config)).text).toContain('receipt chain: epoch 2');
});

it('notices an older copy that comes while it runs', async () => {
  await keep();
  await rig.run({ sql: 'select 1' });
  const { claims } = await rig.run({ sql: 'select 2' });
  // As a standby that had not seen all and became the primary: the lines break, and the address stays.
  await admin(`alter database ${stateName()} with allow_connections false`);
  await admin(
    `select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '${stateName()}'`,
  );
  await admin(`alter database ${stateName()} rename to ${stateName()}_lost`);
  await admin(`alter database ${stateName()}_kept rename to ${stateName()}`);
  for (;;) {
    const said = await problem().catch(() => null);
    if (said?.includes('older copy')) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  await goOn('the standby took over');
  const next = await rig.run({ sql: 'select 3' });
  expect(next.claims.chain).toMatchObject({ epoch: claims.chain.epoch + 1, seq: claims.chain.seq + 1 });
  await admin(`drop database ${stateName()}_lost with (force)`);
});

it('does not take an empty state database for its own', async () => {
  const { claims, compact } = await rig.run({ sql: 'select 1' });
  await stateAway(async () => {
    await admin(`drop database ${stateName()} with (force)`);
    await admin(`create database ${stateName()}`);
  });
  expect(await problem()).toMatch(/has another receipt chain/);
  await goOn('the state database is lost');
  expect((await rig.run({ sql: 'select 1' })).claims.chain).toEqual({
    id: claims.chain.id,
    epoch: claims.chain.epoch + 1,
    seq: claims.chain.seq + 1,
    prev: await sha256Hex(compact),
  });
});

/** The configuration with a folder that remembers nothing, but with the same key. */
async function forgetful(): Promise<Config> {
  const stateDir = await mkdtemp(join(rig.config.stateDir, 'forgetful-'));
  await copyFile(join(rig.config.stateDir, 'signing-key.json'), join(stateDir, 'signing-key.json'));
  await markInitialised(stateDir, 'main', 'applied');
  return { ...rig.config, stateDir, listen: { host: '127.0.0.1', port: 0 } };
}

it('finds that another, who remembered less, has signed the same places again', async () => {
  await keep();
  const ours = await rig.run({ sql: 'select 1' });
  const config = await forgetful();
  await rig.executor.close();
  await admin(`drop database ${stateName()} with (force)`);
  await admin(`alter database ${stateName()}_kept rename to ${stateName()}`);
  rig.executor = await createExecutor(config);
  const theirs = [await rig.run({ sql: 'select 2' }), await rig.run({ sql: 'select 3' })];
  // Nobody could know: the folder was lost together with what the database had.
  expect(theirs[0]?.claims.chain.seq).toBe(ours.claims.chain.seq);
  await stateAway(async () => undefined);
  expect(await problem()).toMatch(/the chain has forked/);
  await goOn('two have signed');
  expect((await rig.run({ sql: 'select 4' })).claims.chain).toMatchObject({
    epoch: ours.claims.chain.epoch + 1,
    seq: ours.claims.chain.seq + 2,
  });
});

it('lets another executor of the same database go on in the new epoch', async () => {
  const config = await forgetful();
  const second = await createExecutor(config);
  try {
    await newEpoch(rig.config, 'a key was stolen', Date.now());
    const epoch = readWitness(rig.config.stateDir)?.epoch ?? 0;
    while ((readWitness(config.stateDir)?.epoch ?? 0) === epoch)
      await new Promise((done) => setTimeout(done, 50));
    const claims = await rig.order({ sql: 'select 1' });
    await rig.app.sendOrder(second.url, claims);
    expect((await rig.receipt(claims.jti)).claims.chain.epoch).toBe(epoch + 1);
  } finally {
    await second.close();
  }
});

it('does not start with a witness that it cannot read', async () => {
  const stateDir = await mkdtemp(join(rig.config.stateDir, 'broken-'));
  await mkdir(join(stateDir, 'witness'));
  await writeFile(join(stateDir, 'witness', '1'), 'x');
  const config = { ...rig.config, stateDir, listen: { host: '127.0.0.1', port: 0 } };
  await expect(createExecutor(config)).rejects.toThrow(/says how far the receipt chain has come/);
  await rm(stateDir, { recursive: true });
});

it('begins no epoch without a reason, or where nothing was seen', async () => {
  await expect(newEpoch(rig.config, ' \n', Date.now())).rejects.toThrow('one line');
  const stateDir = await mkdtemp(join(rig.config.stateDir, 'new-'));
  await expect(newEpoch({ stateDir }, 'no reason', Date.now())).rejects.toThrow('ever seen');
});
