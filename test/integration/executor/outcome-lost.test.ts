import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { loadSigningKey } from '../../../executor/signing-key';
import { storeLost } from '../../../executor/state/receipts';
import { createExecutor, type Executor } from '../../../executor/create-executor';
import { receiptsAfter } from '../../../executor/state/chain';
import { openStateStore } from '../../../executor/state/store';
import { openPool } from '../../../executor/postgres/pool';
import type { OrderClaims } from '#core/protocol/order';
import type { ReceiptClaims } from '#core/protocol/receipt';
import { type Log, silentLog } from '../../../executor/log';
import { startTestServer, type TestServer } from '../../support/postgres';
import { restorable, type RestorableServer } from '../../support/restorable-server';
import { readReceipt } from './support/receiver';
import { type Rig, startRig } from './support/rig';

/** The state database has a server of its own, so that the target's can be restored without it. */
let own: TestServer;
let rig: Rig;
let second: Executor;
let files: RestorableServer;
const losses: Record<string, unknown>[] = [];
const log: Log = {
  ...silentLog,
  error: (event, fields) => void (event === 'outcome-lost' && losses.push({ ...fields })),
};

beforeAll(async () => {
  own = await startTestServer();
  await own.admin('postgres', 'drop database if exists state_of_lost with (force)');
  await own.admin('postgres', 'create database state_of_lost');
  rig = await startRig({ log }, (input) => ({
    ...input,
    state: { url: own.postgres.superuserUrl('state_of_lost') },
  }));
  second = await createExecutor({ ...rig.config, listen: { host: '127.0.0.1', port: 0 } }, { log });
  const [dir] = await rig.sql<{ dir: string }>(`select current_setting('data_directory') as dir`);
  files = restorable(dir?.dir ?? '', rig.server.postgres.port);
  await rig.sql(`create table shop.marks (mark text); alter table shop.marks owner to shop_owner;
    grant all on shop.marks to shop_app_rw`);
});
afterAll(async () => {
  await second.close();
  await rig.close();
  await own.admin('postgres', 'drop database state_of_lost with (force)');
  await own.stop();
});

async function state<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
  const client = new Client({ connectionString: own.postgres.superuserUrl('state_of_lost') });
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}

async function until<T>(what: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await what();
    if (found !== null) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function changed(mark: string): Promise<OrderClaims> {
  const claims = await rig.order({ sql: `insert into marks values ('${mark}')` });
  expect((await rig.send(claims)).status).toBe(202);
  expect((await rig.receipt(claims.jti)).claims.status).toBe('succeeded');
  return claims;
}

/** What the executor answers about an execution. */
async function answered(jti: string): Promise<ReceiptClaims> {
  const known = await rig.app.execution(rig.executor.url, jti);
  if (!known?.delivery) throw new Error('no receipt');
  return (await readReceipt(known.delivery, rig.executor.publicJwk)).claims;
}

const lost = async (jti: string): Promise<ReceiptClaims> =>
  until(async () => {
    const claims = await answered(jti);
    return claims.status === 'outcome-lost' ? claims : null;
  });

const seenAt = async (): Promise<string | null> => {
  const [mark] = await state<{ at: string }>(
    `select seen_at::text as at from executor.target_marks where connection = 'main'`,
  );
  return mark?.at ?? null;
};

/** One chain, with every link that was ever signed. */
async function chainIsWhole(): Promise<void> {
  const pool = openPool(own.postgres.superuserUrl('state_of_lost'), { max: 1, name: 'test' });
  try {
    let prev = '0'.repeat(64);
    const links = await receiptsAfter(pool, 0, 1_000);
    for (const [at, link] of links.entries()) {
      expect(link.seq).toBe(at + 1);
      expect(link.claims.chain.prev).toBe(prev);
      prev = createHash('sha256').update(link.receipt).digest('hex');
    }
    expect(await state('select head from executor.chain')).toEqual([{ head: prev }]);
  } finally {
    await pool.end();
  }
}

const ledgerOf = async (jti: string) => rig.sql('select jti from querychange.ledger where jti = $1', [jti]);

/** The files of a whole cluster are copied. */
const patienceMs = 240_000;

describe.each(['same timeline', 'next timeline'] as const)('an older copy of the target, %s', (timeline) => {
  it(
    'tells once of what is gone, of nothing else, and runs nothing again',
    async () => {
      const kept = await changed(`kept ${timeline}`);
      await files.copy();
      const gone = await until(async () => changed(`gone ${timeline}`).catch(() => null));
      const alsoGone = await changed(`also gone ${timeline}`);
      const before = await answered(gone.jti);
      losses.length = 0;
      await files.restore(timeline);

      for (const { jti } of [gone, alsoGone]) {
        const claims = await lost(jti);
        expect(claims.reason?.code).toBe('ledger-row-missing');
        expect(claims.reason?.message).toMatch(
          timeline === 'same timeline'
            ? /log went back from|older copy may have been brought back/
            : /from timeline \d+ to \d+/,
        );
      }
      const after = await answered(gone.jti);
      // What is gone is no evidence of anything, so it does not say what it ran with.
      const { subject, ...told } = before;
      expect(subject).toBeDefined();
      expect(after).toEqual({
        ...told,
        iat: after.iat,
        status: 'outcome-lost',
        reason: after.reason,
        chain: after.chain,
      });
      expect(await ledgerOf(kept.jti)).toHaveLength(1);
      expect((await answered(kept.jti)).status).toBe('succeeded');
      expect(losses).toHaveLength(2);
      expect(new Set(losses.map(({ jti }) => jti))).toEqual(new Set([gone.jti, alsoGone.jti]));
      expect(
        await state(`select jti from executor.superseded where jti = any ($1) order by jti`, [
          [kept.jti, gone.jti, alsoGone.jti],
        ]),
      ).toEqual([gone.jti, alsoGone.jti].sort().map((jti) => ({ jti })));
      await chainIsWhole();

      // The old order comes again: answered, not run.
      const again = await rig.send(gone);
      expect(again).toMatchObject({ status: 202, reply: { state: 'final' } });
      expect(await rig.sql('select mark from shop.marks where mark like $1', [`%gone ${timeline}`])).toEqual(
        [],
      );
      expect(await ledgerOf(gone.jti)).toEqual([]);
      const sent = await until(async () => {
        const seen = await rig.receipt(gone.jti);
        return seen.claims.status === 'outcome-lost' ? seen : null;
      });
      expect(sent.claims).toEqual(after);
    },
    patienceMs,
  );
});

it('supersedes a receipt once, however many find the loss at the same time', async () => {
  const { jti } = await changed('found by many');
  const known = await rig.app.execution(rig.executor.url, jti);
  const { chain, ...claims } = await answered(jti);
  const key = await loadSigningKey(rig.config.stateDir);
  const store = await openStateStore(own.postgres.superuserUrl('state_of_lost'), rig.config.executorId, {
    leaseMs: 15_000,
    stateDir: rig.config.stateDir,
    log: silentLog,
  });
  try {
    const told = await Promise.all(
      Array.from({ length: 8 }, async () =>
        storeLost(store, key, {
          claims: {
            ...claims,
            status: 'outcome-lost',
            reason: { code: 'ledger-row-missing', message: 'gone' },
          },
          superseded: { receipt: known?.delivery?.receipt ?? '', seq: chain.seq },
        }),
      ),
    );
    expect(told.filter((first) => first)).toHaveLength(1);
  } finally {
    await store.close();
  }
  await chainIsWhole();
});

it('declares nothing lost in another database of the same address', async () => {
  const there = await changed('in the first database');
  const [{ oid } = { oid: 0 }] = await rig.sql<{ oid: number }>(
    'select oid::int as oid from pg_database where datname = current_database()',
  );
  losses.length = 0;
  const before = await seenAt();
  // As if somebody had put a copy without the row there, under the same name.
  await second.close();
  await rig.executor.close();
  await rig.server.admin('postgres', `alter database ${rig.database} rename to ${rig.database}_first`);
  await rig.server.clone(`${rig.database}_first`, rig.database);
  await rig.sql('delete from querychange.ledger');
  const warnings: string[] = [];
  const warning: Log = { ...log, warn: (event) => void warnings.push(event) };
  rig.executor = await createExecutor(rig.config, { log: warning });
  second = await createExecutor({ ...rig.config, listen: { host: '127.0.0.1', port: 0 } }, { log });
  await until(async () => ((await seenAt()) === before ? null : true));
  expect(losses).toEqual([]);
  expect((await answered(there.jti)).status).toBe('succeeded');
  expect(
    await state('select database_oid::int = $1 as same from executor.target_marks where connection = $2', [
      oid,
      'main',
    ]),
  ).toEqual([{ same: false }]);
  expect(warnings).toContain('target-changed');
  await rig.server.admin('postgres', `drop database ${rig.database}_first with (force)`);
});
