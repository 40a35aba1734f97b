import { createHash } from 'node:crypto';
import { readdir, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { exportLinksPath } from '#core/protocol/export';
import { createExecutor } from '../../../executor/create-executor';
import { startApart } from './support/executor-apart';
import { type Rig, startRig } from './support/rig';

/** What kill -9 leaves of the two kinds of execution that commit nothing. */
let rig: Rig;
let folder: string;
beforeAll(async () => {
  rig = await startRig({}, (input) => {
    folder = join(input.stateDir, 'exports');
    return {
      ...input,
      connections: input.connections.map((one) => (one.key === 'read' ? { ...one, exports: {} } : one)),
    };
  });
  await rig.sql(
    'create table shop.pace (seconds float8); insert into shop.pace values (1); grant select on shop.pace to public',
  );
});
afterAll(() => rig.close());

async function until<T>(found: () => Promise<T | null>): Promise<T> {
  for (const since = Date.now(); Date.now() - since < 20_000;) {
    const one = await found();
    if (one !== null) return one;
  }
  throw new Error('it never came');
}
const pace = (seconds: number) => rig.sql('update shop.pace set seconds = $1', [seconds]);

test('an export: no half file is served, the next process writes a whole one, the rest is swept', async () => {
  const slow = `select n, repeat(md5(n::text), 200) as pad, case when n % 100 = 0 then pg_sleep(seconds)::text end as slept
    from generate_series(1, 1000) as n, pace`;
  const claims = await rig.order({ sql: slow, content: { export: { format: 'csv' } } }, 'read');
  await rig.executor.close();
  const apart = await startApart(rig, null);
  await rig.app.sendOrder(apart.url, claims);
  const half = await until(async () => {
    const [name] = await readdir(folder).catch(() => []);
    return name !== undefined && (await stat(join(folder, name))).size > 0 ? name : null;
  });
  apart.kill();
  expect(await apart.ended).toBe('SIGKILL');
  await pace(0);
  rig.executor = await createExecutor(rig.config);
  const linked = (): Promise<Response> =>
    rig.app.send(
      rig.executor.url,
      'POST',
      exportLinksPath(claims.jti),
      JSON.stringify({ accountId: 'reader-1' }),
    );
  const { claims: receipt } = await rig.receipt(claims.jti);
  expect(receipt).toMatchObject({ status: 'succeeded', attempt: 2, export: { rows: 1_000 } });
  const names = await readdir(folder);
  const whole = names.filter((name) => !name.endsWith('.part'));
  expect(names).toContain(half);
  expect(whole).toHaveLength(1);
  const bytes = await readFile(join(folder, whole[0] ?? ''));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(receipt.export?.sha256);
  expect((await linked()).status).toBe(200);
  // Half a file may still belong to another process, until it has been left alone for an hour.
  const long = new Date(Date.now() - 2 * 60 * 60 * 1_000);
  await utimes(join(folder, half), long, long);
  await rig.restart();
  await until(async () => ((await readdir(folder)).includes(half) ? null : true));
  expect(await readdir(folder)).toEqual(whole);
});

test('a dry run: nothing of it stays, and the next process takes it again', async () => {
  await pace(60);
  const sleeps = 'select pg_sleep(least(seconds, 4)) from pace';
  const claims = await rig.order({
    kind: 'dry-run',
    approvers: [],
    sql: `update counters set n = n + 1 where id = 1; ${sleeps}`,
  });
  const [before] = await rig.sql('select n from shop.counters where id = 1');
  await rig.executor.close();
  const apart = await startApart(rig, null);
  await rig.app.sendOrder(apart.url, claims);
  const active = `select from pg_stat_activity where state = 'active' and query = $1`;
  await until(async () => ((await rig.sql(active, [sleeps])).length > 0 ? true : null));
  apart.kill();
  expect(await apart.ended).toBe('SIGKILL');
  await pace(0);
  rig.executor = await createExecutor(rig.config);
  const { claims: receipt } = await rig.receipt(claims.jti);
  expect(receipt).toMatchObject({ status: 'succeeded', attempt: 2, transactionId: null });
  expect(receipt.dryRun?.statements).toHaveLength(2);
  expect(await rig.sql('select n from shop.counters where id = 1')).toEqual([before]);
  expect(await rig.sql('select from querychange.ledger where jti = $1', [claims.jti])).toEqual([]);
});
