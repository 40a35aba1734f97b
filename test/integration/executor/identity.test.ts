import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { parseConfig } from '../../../executor/config';
import { createExecutor } from '../../../executor/create-executor';
import { createLogins, loginOf, sealLogins } from '../../../executor/identity/logins';
import { randomPassword, scramVerifier } from '../../../executor/identity/scram';
import { silentLog } from '../../../executor/log';
import { openPool } from '../../../executor/postgres/pool';
import { openTarget, type Target } from '../../../executor/postgres/target';
import type { OrderClaims } from '#core/protocol/order';
import { asLogin, asLoginPlain, escapes, hidden, onSelf } from '../../support/escapes';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
/** A server outlives a run that was killed, and so do the logins of that run. */
let strangers: readonly string[] = [];
beforeAll(async () => {
  rig = await startRig();
  strangers = await logins();
});
afterAll(() => rig.close());

const logins = async (): Promise<string[]> =>
  (await rig.sql<{ rolname: string }>(String.raw`select rolname from pg_roles where rolname like 'qc\_x\_%'`))
    .map(({ rolname }) => rolname)
    .filter((name) => !strangers.includes(name));

/** Asks again until it holds; the test's own time limit ends it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 10));
}
const untilNoLogins = (): Promise<void> => until(async () => (await logins()).length === 0);

/** Waits until a statement runs; resolves with its backend and login. */
async function running(text: string): Promise<{ pid: number; usename: string }> {
  for (;;) {
    const [found] = await rig.sql<{ pid: number; usename: string }>(
      `select pid, usename::text from pg_stat_activity where state = 'active' and query = $1 and usename like 'qc_x_%'`,
      [text],
    );
    if (found) return found;
    await new Promise((done) => setTimeout(done, 10));
  }
}

function target(): Target {
  const [main] = rig.config.connections;
  if (!main) throw new Error('no connection');
  return openTarget(main, Date.now, { log: silentLog, blocked: async () => null, halted: () => null });
}

describe('the login of an execution', () => {
  it('is one of its own, begins as the approved role, and is gone afterwards', async () => {
    const { claims, body } = await rig.run({ sql: 'select session_user::text, current_user::text' });
    expect(body?.statements[0]?.rows).toEqual([
      [loginOf({ jti: claims.jti, attempt: 1 }, 'run'), 'shop_app_rw'],
    ]);
    await untilNoLogins();
  });

  it('comes back to the approved role from RESET ROLE', async () => {
    const { body } = await rig.run({ sql: `${hidden('reset role')}; select current_user::text` });
    expect(body?.statements.at(-1)?.rows).toEqual([['shop_app_rw']]);
  });

  it('may do nothing but become it', async () => {
    const { body } = await rig.run({
      sql: `select rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit,
        rolvaliduntil between to_timestamp(0) and now() + interval '2 hours' from pg_roles where rolname = session_user`,
    });
    expect(body?.statements[0]?.rows).toEqual([['f', 'f', 'f', 'f', 'f', 'f', 'f', '1', 't']]);
  });

  it('has the server look every second whether its client is there', async () => {
    const { body } = await rig.run({ sql: `select current_setting('client_connection_check_interval')` });
    expect(body?.statements[0]?.rows).toEqual([['1s']]);
  });

  it('asks the verification again as another login of its own', async () => {
    const { claims } = await rig.run({
      sql: 'select 1',
      content: { verification: `select session_user like 'qc\\_x\\_%' and current_user = 'shop_app_rw'` },
    });
    expect(claims).toMatchObject({ status: 'succeeded', verification: { checked: 1, afterCommit: 'held' } });
    await untilNoLogins();
  });
});

describe('a spare login', () => {
  const spares = () =>
    rig.sql<{ name: string; enters: boolean; sessions: number }>(
      String.raw`select rolname::text as name, rolcanlogin as enters,
         (select count(*)::int from pg_stat_activity where usename = rolname) as sessions
       from pg_roles where rolname like 'qc\_s\_%' and pg_has_role($1::text, oid, 'member with admin option') order by 1`,
      [new URL(rig.config.connections[0]?.url ?? '').username],
    );
  const ready = (): Promise<void> =>
    until(async () => {
      const found = await spares();
      return found.length > 2 && found.every(({ enters, sessions }) => !enters && sessions === 1);
    });

  it('waits behind a closed door, and becomes the login of the next execution', async () => {
    await ready();
    const before = (
      await rig.sql<{ pid: number }>(`select pid from pg_stat_activity where usename like 'qc_s_%'`)
    ).map(({ pid }) => pid);
    const { claims, body } = await rig.run({
      sql: 'select pg_backend_pid(), session_user::text, current_user::text',
    });
    const [[pid, ...who] = []] = body?.statements[0]?.rows ?? [];
    expect(before).toContain(Number(pid));
    expect(who).toEqual([loginOf({ jti: claims.jti, attempt: 1 }, 'run'), 'shop_app_rw']);
    await untilNoLogins();
    expect(await rig.sql('select from pg_stat_activity where pid = $1', [pid])).toHaveLength(0);
  });

  it('is the same to its parallel workers, which know it by its number', async () => {
    await ready();
    const { claims, body } = await rig.run({
      sql: `set local debug_parallel_query = on; select session_user::text from counters limit 1`,
    });
    expect(claims).toMatchObject({ status: 'succeeded' });
    expect(body?.statements.at(-1)?.rows).toEqual([[loginOf({ jti: claims.jti, attempt: 1 }, 'run')]]);
  });

  it('that was swept is replaced by a login made for the execution', async () => {
    await ready();
    const swept = await spares();
    for (const { name } of swept) {
      await rig.sql(`alter role ${name} rename to ${name}_gone`);
    }
    try {
      expect((await rig.run({ sql: 'select 1' })).claims).toMatchObject({ status: 'succeeded', attempt: 1 });
    } finally {
      await rig.sql(
        `select pg_terminate_backend(pid) from pg_stat_activity where usename like 'qc_s_%_gone'`,
      );
      for (const { name } of swept) {
        await until(
          async () =>
            (await rig.sql('select from pg_stat_activity where usename = $1', [`${name}_gone`])).length === 0,
        );
        await rig.sql(`drop role ${name}_gone`);
      }
    }
  });

  it('is not kept by an executor that stops', async () => {
    await rig.restart();
    await ready();
    await rig.executor.close();
    expect(await spares()).toEqual([]);
    rig.executor = await createExecutor(rig.config);
    await ready();
  });
});

const names = { role: 'shop_app_rw', other: 'shop_owner', schema: 'shop', table: 'shop.customers' };
const ofLogin = escapes(names).filter(({ area }) => area === 'login');

describe('approved SQL cannot get out of its role', () => {
  it.each(ofLogin)('$what', async ({ sql }) => {
    const { claims } = await rig.run({ sql: `update counters set n = -7; ${sql}` });
    expect(claims.status).toBe('failed');
    expect(await rig.sql('select from shop.counters where n = -7')).toHaveLength(0);
    await untilNoLogins();
  });

  it('cannot begin another execution, not even as the first thing of its login', async () => {
    const victim = await rig.order({ sql: 'select 1' });
    const own = await rig.order({});
    const poison = (jti: string): string =>
      asLoginPlain(
        `select querychange.begin_execution('${victim.iss}', '${victim.issue.id}', 1, 'apply', '${jti}', 1, 1, 'o', 'd', 'V', now() + interval '1 hour', interval '1 day')`,
      );
    for (const jti of [victim.jti, own.jti]) {
      const { claims } = await rig.run({ sql: poison(jti) });
      expect(claims).toMatchObject({ status: 'failed', statements: [{ error: { sqlstate: 'QC004' } }] });
    }
    await rig.send(victim);
    expect((await rig.receipt(victim.jti)).claims.status).toBe('succeeded');
  });

  it('cannot keep anything that its login owns', async () => {
    const { claims } = await rig.run({ sql: asLoginPlain('create temp table mine (a int)') });
    expect(claims.reason).toMatchObject({ code: 'role-violated' });
  });

  it.each(['pg_terminate_backend', 'pg_cancel_backend'])('cannot %s another execution', async (how) => {
    const text = `select pg_sleep(4), '${how}'`;
    const long = await rig.order({ sql: text });
    await rig.send(long);
    const { pid } = await running(text);
    for (const sql of [`select ${how}(${pid})`, asLoginPlain(`select ${how}(${pid})`)]) {
      const { claims } = await rig.run({ sql });
      expect(claims.statements[0]?.error?.sqlstate).toBe('42501');
    }
    // It runs on, until somebody ends it who may.
    expect((await running(text)).pid).toBe(pid);
    await rig.sql('select pg_cancel_backend($1)', [pid]);
    expect((await rig.receipt(long.jti)).claims.statements[0]?.error?.sqlstate).toBe('57014');
  });

  it('gains nothing by a password and settings of its own: the login is gone', async () => {
    const { claims } = await rig.run({
      sql: `${asLogin(`format('alter role %I pass' || 'word ''known''', session_user)`)}; ${onSelf(`alter role %I set statement_timeout = '0'`)}`,
    });
    expect(claims.status).toBe('succeeded');
    const name = loginOf({ jti: claims.jti, attempt: 1 }, 'run');
    await untilNoLogins();
    const late = new Client(rig.server.postgres.loginUrl(name, 'known', rig.database));
    await expect(late.connect()).rejects.toMatchObject({ code: '28P01' });
  });

  it('cannot be joined by a second session, even with the right password', async () => {
    const text = `select pg_sleep(1), 'second'`;
    const order = await rig.order({ sql: text });
    await rig.send(order);
    const { usename } = await running(text);
    await rig.sql(`alter role ${usename} password 'known'`);
    const second = new Client(rig.server.postgres.loginUrl(usename, 'known', rig.database));
    await expect(second.connect()).rejects.toMatchObject({ code: '28000' });
    expect((await rig.receipt(order.jti)).claims.status).toBe('succeeded');
  });

  it.each([
    ['privileges', `execute format('grant select on shop.kept to %I', session_user)`],
    ['a policy', `execute format('create policy p on shop.kept to %I', session_user)`],
  ])('cannot tie %s to its login', async (_what, tie) => {
    const { claims } = await rig.run({ sql: `create table shop.kept (a int); do $x$ begin ${tie}; end $x$` });
    expect(claims).toMatchObject({ status: 'failed', reason: { code: 'role-violated' } });
    await untilNoLogins();
  });
});

describe('the fence', () => {
  let child: ChildProcess | null = null;
  afterEach(() => child?.kill('SIGKILL'));

  const lastOf = (sql: string): string => sql.split('; ').at(-1) ?? '';
  const cancel = (text: string): Promise<unknown> =>
    rig.sql(
      `select pg_cancel_backend(pid) from pg_stat_activity where query = $1 and usename like 'qc_x_%'`,
      [text],
    );

  /** Another executor process on the same databases, in the middle of a long statement. */
  async function busyProcess(sql: string): Promise<{ claims: OrderClaims; pid: number }> {
    const claims = await rig.order({ sql });
    await rig.executor.close();
    const file = join(rig.config.stateDir, 'busy.json');
    await writeFile(file, JSON.stringify({ ...rig.config, listen: { host: '127.0.0.1', port: 0 } }));
    const script = join(process.cwd(), 'test/integration/executor/support/crashing-executor.ts');
    const started = spawn(process.execPath, ['--import', 'tsx', script, file, 'never'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    child = started;
    const url = await new Promise<string>((done) => {
      started.stdout.setEncoding('utf8').once('data', (line: string) => done(line.trim()));
    });
    await rig.app.sendOrder(url, claims);
    return { claims, pid: (await running(lastOf(sql))).pid };
  }
  const backend = (pid: number): Promise<unknown[]> =>
    rig.sql('select from pg_stat_activity where pid = $1', [pid]);

  it('ends what a stopped executor still runs, and its login', async () => {
    const { claims, pid } = await busyProcess('select pg_sleep(31)');
    // Stopped, not killed: its connections stay open, so only the fence can end the statement.
    child?.kill('SIGSTOP');
    const other = target();
    try {
      expect(await backend(pid)).toHaveLength(1);
      expect(await other.sessions.fence({ jti: claims.jti, attempt: 1 })).toBe('gone');
      expect(await backend(pid)).toHaveLength(0);
      expect(await logins()).not.toContain(loginOf({ jti: claims.jti, attempt: 1 }, 'run'));
    } finally {
      await other.close();
      child?.kill('SIGKILL');
    }
    rig.executor = await createExecutor(rig.config);
    await running('select pg_sleep(31)');
    await cancel('select pg_sleep(31)');
    expect((await rig.receipt(claims.jti)).claims).toMatchObject({ status: 'failed', attempt: 2 });
  });

  it('has ended the backend of a killed executor when the next one runs its order', async () => {
    const sql = 'insert into counters values (7000, 1); select pg_sleep(30)';
    const { claims, pid } = await busyProcess(sql);
    child?.kill('SIGKILL');
    rig.executor = await createExecutor(rig.config);
    // The same statement runs again, under the login of the second attempt.
    await until(async () => (await running('select pg_sleep(30)')).pid !== pid);
    expect(await backend(pid)).toHaveLength(0);
    const { usename } = await running('select pg_sleep(30)');
    expect(usename).toBe(loginOf({ jti: claims.jti, attempt: 2 }, 'run'));
    await cancel('select pg_sleep(30)');
    expect((await rig.receipt(claims.jti)).claims).toMatchObject({ status: 'failed', attempt: 2 });
    expect(await rig.sql('select from shop.counters where id = 7000')).toHaveLength(0);
    await untilNoLogins();
  });
});

test('logins that a killed executor left are swept at the next start, others are not', async () => {
  const url = rig.config.connections[0]?.url ?? '';
  const admin = openPool(url, { max: 1, name: 'test' });
  const soon = Math.floor(Date.now() / 1_000) + 60;
  const make = async (jti: string, sealed: boolean): Promise<string> => {
    const name = loginOf({ jti, attempt: 1 }, 'run');
    const verifier = scramVerifier(randomPassword());
    await createLogins(admin, [{ name, role: 'shop_app_rw', verifier, endBy: soon, watched: false }]);
    if (sealed) await sealLogins(admin, [name]);
    return name;
  };
  const left = await make('left', true);
  // Somebody may be about to log in with it.
  const young = await make('young', false);
  await admin.end();
  await rig.restart();
  await until(async () => !(await logins()).includes(left));
  expect(await logins()).toEqual([young]);
  await rig.sql(`drop role ${young}`);
});

test('a session that was fenced before it was sealed runs nothing', async () => {
  const admin = openPool(rig.config.connections[0]?.url ?? '', { max: 1, name: 'test' });
  const name = loginOf({ jti: 'fenced', attempt: 1 }, 'run');
  await expect(sealLogins(admin, [name])).rejects.toMatchObject({ code: 'QC006' });
  await admin.end();
});

describe('the configuration', () => {
  const connection = (wish: object) => ({
    executorId: 'e',
    stateDir: '.',
    state: { url: 'postgres://u@h/s' },
    trustedApps: [],
    connections: [
      {
        key: 'a',
        name: 'A',
        environment: 'dev',
        url: 'postgres://u@h/d',
        role: 'r',
        limits: { statementTimeoutMs: 1, lockTimeoutMs: 1, maxResultRows: 1, maxResultBytes: 1 },
        ...wish,
      },
    ],
  });
  const parsed = (wish: object) => parseConfig(connection(wish), { env: {}, baseDir: '.' });

  it('makes a login per execution where changes are taken, unless it says otherwise', () => {
    expect(parsed({ writable: true })).toMatchObject({
      ok: true,
      value: { connections: [{ identity: { mode: 'per-execution' } }] },
    });
    expect(parsed({})).toMatchObject({ value: { connections: [{ identity: { mode: 'shared' } }] } });
  });

  it('refuses a shared login on a protected connection that takes changes', () => {
    const shared = { writable: true, protected: true, identity: { mode: 'shared' } };
    expect(parsed(shared)).toMatchObject({
      ok: false,
      error: [expect.stringContaining('never shares a login')],
    });
  });
});

test.each([
  ['alter role %L nocreaterole', 'alter role %L createrole', 'it needs CREATEROLE'],
  [
    'revoke admin option for shop_app_rw from %L cascade',
    'grant shop_app_rw to %L with admin option',
    'ADMIN OPTION',
  ],
  ['grant pg_read_server_files to %L', 'revoke pg_read_server_files from %L', 'powers of a superuser'],
  ['alter role %L superuser', 'alter role %L nosuperuser', 'powers of a superuser'],
])('the connection is not ready after: %s', async (spoil, mend, words) => {
  const maker = new URL(rig.config.connections[0]?.url ?? '').username;
  const again = target();
  await rig.sql(spoil.replace('%L', maker));
  try {
    expect((await again.probe()).problem).toContain(words);
  } finally {
    await again.close();
    await rig.sql(mend.replace('%L', maker));
  }
});
