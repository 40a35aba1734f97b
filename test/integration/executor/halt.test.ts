import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { haltWork, resumeWork } from '../../../executor/commands/halt';
import { parseCommandLine } from '../../../executor/commands/command-line';
import { checkConnections } from '../../../executor/commands/check';
import { haltFile, haltOf, haltsDir } from '../../../executor/halt/halts';
import { readReceipt } from './support/receiver';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterEach(() => rm(haltsDir(rig.config.stateDir), { recursive: true, force: true }));
afterAll(() => rig.close());

const halt = (connection: string | null = null): Promise<string> =>
  haltWork(rig.config, connection === null ? 'all' : { connection }, 'disk is filling up', Date.now());
const resume = (connection: string | null = null): Promise<string> =>
  resumeWork(rig.config, connection === null ? 'all' : { connection });

const counter = async (): Promise<number> =>
  (await rig.sql<{ n: number }>('select n from shop.counters where id = 1'))[0]?.n ?? -1;
const bump = 'update counters set n = n + 1 where id = 1';
const words = /^halted at the executor since \d{4}-.*Z: disk is filling up$/;

/** Resolves when a session of the executor runs this statement. */
async function running(text: string): Promise<void> {
  for (const since = Date.now(); Date.now() - since < 10_000;) {
    const rows = await rig.sql(
      `select from pg_stat_activity where state = 'active' and query = $1 and usename like 'qc_x_%'`,
      [text],
    );
    if (rows.length > 0) return;
  }
  throw new Error('the statement does not run');
}

describe('a halt while a change runs', () => {
  it('cancels it, rolls it back and says so in a final receipt', async () => {
    const before = await counter();
    const claims = await rig.order({ sql: `${bump}; select pg_sleep(60)`, content: {} });
    await rig.send(claims);
    await running('select pg_sleep(60)');
    await halt('main');
    const { claims: receipt } = await rig.receipt(claims.jti);
    expect(receipt).toMatchObject({
      status: 'refused',
      attempt: 1,
      reason: { code: 'halted', message: expect.stringMatching(words) },
      statements: [],
      transactionId: null,
    });
    expect(await counter()).toBe(before);
    expect(await rig.sql('select from querychange.ledger where jti = $1', [claims.jti])).toHaveLength(0);
    // The same change under its next try, as the app would send it after somebody pressed Run again.
    await resume('main');
    const again = await rig.run({ issueId: claims.issue.id, try: 2, sql: bump });
    expect(again.claims.status).toBe('succeeded');
    expect(await counter()).toBe(before + 1);
  });

  it('ends a backend that does not heed the cancel', async () => {
    const deaf = `do $x$ begin loop begin perform pg_sleep(60); exception when query_canceled then null; end; end loop; end $x$`;
    const claims = await rig.order({ sql: `${bump}; ${deaf}` });
    const before = await counter();
    await rig.send(claims);
    await running(deaf);
    await halt();
    expect((await rig.receipt(claims.jti)).claims).toMatchObject({
      status: 'refused',
      reason: { code: 'halted' },
    });
    expect(await counter()).toBe(before);
  });

  it('leaves a change of another connection alone', async () => {
    const claims = await rig.order({ sql: 'select pg_sleep(1)' });
    await rig.send(claims);
    await running('select pg_sleep(1)');
    await halt('guarded');
    expect((await rig.receipt(claims.jti)).claims.status).toBe('succeeded');
  });

  it('comes between the last statement and COMMIT', async () => {
    const before = await counter();
    await rig.restart({ at: async (point) => void (point === 'before-commit' && (await halt('main'))) });
    const claims = await rig.order({ sql: bump });
    await rig.send(claims);
    expect((await rig.receipt(claims.jti)).claims.reason?.code).toBe('halted');
    expect(await counter()).toBe(before);
    await rig.restart();
  });

  it('does not hide that a change has committed', async () => {
    const before = await counter();
    await rig.restart({ at: async (point) => void (point === 'after-commit' && (await halt('main'))) });
    const claims = await rig.order({ sql: bump });
    await rig.send(claims);
    expect((await rig.receipt(claims.jti)).claims.status).toBe('succeeded');
    expect(await counter()).toBe(before + 1);
    await rig.restart();
  });
});

describe('while halted', () => {
  it('orders are refused for good, with words and a receipt; questions and revocations are answered', async () => {
    const claims = await rig.order({ sql: bump });
    const before = await counter();
    await halt('main');
    const { status, reply } = await rig.send(claims);
    expect([status, 'code' in reply && reply.code]).toEqual([422, 'halted']);
    const delivery = 'code' in reply ? reply.delivery : null;
    if (!delivery) throw new Error('there is no receipt');
    const { claims: receipt } = await readReceipt(delivery, rig.executor.publicJwk);
    expect(receipt).toMatchObject({ status: 'refused', attempt: 0, reason: { code: 'halted' } });
    expect((await rig.connection()).problem).toMatch(words);
    expect((await rig.connection('read')).problem).toBeNull();
    expect(await rig.app.execution(rig.executor.url, claims.jti)).toMatchObject({ state: 'final' });
    const revoked = await rig.app.revoke(rig.executor.url, 'f'.repeat(64), 'main');
    expect(revoked.state).toBe('revoked');
    expect(await counter()).toBe(before);
  });

  it('what waits behind a running change is refused too, not begun', async () => {
    const orders = await Promise.all(
      Array.from({ length: 8 }, () => rig.order({ sql: `${bump}; select pg_sleep(30)` })),
    );
    const before = await counter();
    for (const order of orders) await rig.send(order);
    await running('select pg_sleep(30)');
    await halt();
    const receipts = await Promise.all(orders.map((order) => rig.receipt(order.jti)));
    expect(new Set(receipts.map(({ claims }) => claims.reason?.code))).toEqual(new Set(['halted']));
    expect(receipts.filter(({ claims }) => claims.attempt === 0).length).toBeGreaterThan(0);
    expect(await counter()).toBe(before);
  });

  it('a restart changes nothing; after resume orders run again', async () => {
    const claims = await rig.order({ sql: 'select 1' });
    await halt();
    await rig.restart();
    expect((await rig.send(claims)).status).toBe(422);
    const checked = await checkConnections(rig.config);
    expect(checked).toMatchObject({
      ok: false,
      text: expect.stringContaining('main: halted at the executor'),
    });
    expect(await resume()).toBe('Lifted: every connection.\n');
    expect((await rig.run({ issueId: claims.issue.id, try: 2 })).claims.status).toBe('succeeded');
  });

  it('an order whose COMMIT may have arrived learns its true outcome', async () => {
    const before = await counter();
    const claims = await rig.order({ sql: bump });
    await rig.send(claims);
    await rig.receipt(claims.jti);
    // As after a crash between COMMIT and the receipt: the row is open again.
    const state = rig.config.state;
    if (!('url' in state)) throw new Error('the rig has a state database');
    const database = new URL(state.url).pathname.slice(1);
    const reopen = `update executor.executions set state = 'running', status = null, receipt = null where jti = '${claims.jti}'`;
    await rig.server.admin(database, reopen);
    await halt();
    await rig.restart();
    for (let asked = 0; ; asked += 1) {
      if (asked > 500) throw new Error('the outcome does not come');
      const now = await rig.app.execution(rig.executor.url, claims.jti);
      if (now?.state !== 'final' || !now.delivery) continue;
      expect((await readReceipt(now.delivery, rig.executor.publicJwk)).claims.status).toBe('succeeded');
      break;
    }
    expect(await counter()).toBe(before + 1);
  });
});

describe('the halt file', () => {
  it('is written for its owner only, names its reason, and lifting one halt leaves the others', async () => {
    await halt('main');
    await halt();
    const file = haltFile(rig.config.stateDir, 'main');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ reason: 'disk is filling up' });
    const lifted = await resume();
    expect(lifted).toContain('Still halted:\nmain: halted at the executor');
    expect(haltOf(rig.config.stateDir, 'read')).toBeNull();
    expect(haltOf(rig.config.stateDir, 'main')).not.toBeNull();
  });

  it.each(['', 'not json', '{}'])('halts whatever it says: %j', async (text) => {
    await mkdir(haltsDir(rig.config.stateDir), { recursive: true });
    await writeFile(haltFile(rig.config.stateDir, 'main'), text);
    expect(haltOf(rig.config.stateDir, 'main')).toMatchObject({ at: null });
    expect(haltOf(rig.config.stateDir, 'read')).toBeNull();
  });

  it('halts when it cannot be read', async () => {
    await mkdir(haltFile(rig.config.stateDir, 'main'), { recursive: true });
    await chmod(haltsDir(rig.config.stateDir), 0o700);
    expect(haltOf(rig.config.stateDir, 'main')?.reason).toContain('cannot be read');
  });

  it('is refused for an unknown connection and for a reason of several lines', async () => {
    await expect(halt('nowhere')).rejects.toThrow('there is no connection nowhere');
    await expect(haltWork(rig.config, 'all', 'a\nb', Date.now())).rejects.toThrow('one line');
    await expect(haltWork(rig.config, 'all', ' ', Date.now())).rejects.toThrow('one line');
    expect(haltOf(rig.config.stateDir, 'main')).toBeNull();
  });
});

test.each([
  ['halt --config f --all --reason x', { name: 'halt', config: 'f', what: 'all', reason: 'x' }],
  ['resume --config f --connection a', { name: 'resume', config: 'f', what: { connection: 'a' } }],
  ['halt --config f --all', null],
  ['halt --config f --reason x', null],
  ['halt --config f --all --connection a --reason x', null],
  ['resume --config f', null],
  ['serve --config f --all', null],
])('executor %s', (line, command) => expect(parseCommandLine(line.split(' '))).toEqual(command));
