import { Client } from 'pg';
import { parseConfig } from '../../../executor/config';
import { createExecutor } from '../../../executor/create-executor';
import { poolLogins } from '../../../executor/identity/pool-logins';
import type { Session } from '../../../executor/identity/session';
import type { Halt } from '../../../executor/halt/halts';
import { silentLog } from '../../../executor/log';
import { openTarget, type Target } from '../../../executor/postgres/target';
import { asLogin, asLoginPlain, escapes, hidden, onSelf } from '../../support/escapes';
import { poolLeftovers } from '../../support/pool-leftovers';
import { type Rig, startRig, withPool } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({}, withPool);
});
afterAll(() => rig.close());

const connection = () => {
  const found = rig.config.connections.find(({ key }) => key === 'pooled');
  if (!found) throw new Error('no connection');
  return found;
};
const logins = (): readonly string[] => poolLogins(connection(), 6);
/** Another executor on the same pool; under a halt it opens no logins ahead. */
const other = (halt: Halt | null = null): Target =>
  openTarget(connection(), Date.now, { log: silentLog, blocked: async () => null, halted: () => halt });
const halt: Halt = { reason: 'test', at: '2026-11-21T09:00:00.000Z' };

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 10));
}
/** The rows of the last statement of a change. */
async function answer(sql: string): Promise<readonly (readonly (string | null)[])[]> {
  const { claims, body } = await rig.run({ sql }, 'pooled');
  if (claims.status !== 'succeeded') throw new Error(JSON.stringify(claims));
  return body?.statements.at(-1)?.rows ?? [];
}
const backend = async (): Promise<string> => (await answer('select pg_backend_pid()'))[0]?.[0] ?? '';
/** Sessions of the pool, and whether somebody could come in with their login. */
const sessions = () =>
  rig.sql<{ name: string; pid: number; enters: boolean }>(
    `select r.rolname::text as name, a.pid, r.rolcanlogin as enters
     from pg_stat_activity a join pg_roles r on r.rolname = a.usename where r.rolname = any ($1) order by a.pid`,
    [logins()],
  );
/** The only session of the pool that there is, so that the next change cannot have another one. */
async function alone(): Promise<number> {
  await until(async () => (await sessions()).length >= 2);
  const [kept, ...others] = await sessions();
  for (const { pid } of others) await rig.sql('select pg_terminate_backend($1, 5000)', [pid]);
  return kept?.pid ?? 0;
}

describe('a login of the pool', () => {
  it('begins as the approved role, behind a closed door, in a session that serves one change after another', async () => {
    const [[name, role, pid] = []] = await answer('select session_user, current_user, pg_backend_pid()');
    expect(logins()).toContain(name);
    expect(role).toBe('shop_app_rw');
    const found = await sessions();
    expect(found.every(({ enters }) => !enters)).toBe(true);
    const seen = new Set([pid]);
    for (let time = 0; time < 8; time += 1) seen.add(await backend());
    expect(seen.size).toBeLessThan(6);
  });

  it('may do nothing but become the approved role, and makes none', async () => {
    const rows = await answer(
      'select rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolconnlimit from pg_roles where rolname = session_user',
    );
    expect(rows).toEqual([['f', 'f', 'f', 'f', 'f', '1']]);
    expect(
      await rig.sql('select rolcreaterole from pg_roles where rolname = $1', [
        new URL(connection().url).username,
      ]),
    ).toEqual([{ rolcreaterole: false }]);
  });

  it('is watched by the server, also after its session was wiped', async () => {
    await answer('select 1');
    expect(await answer(`select current_setting('client_connection_check_interval')`)).toEqual([['1s']]);
  });

  it('asks the verification again without a right to begin anything', async () => {
    const verification = `select session_user ~ '^qc_p_' and current_user = 'shop_app_rw'`;
    const { claims } = await rig.run({ sql: 'select 1', content: { verification } }, 'pooled');
    expect(claims).toMatchObject({ status: 'succeeded', verification: { checked: 1, afterCommit: 'held' } });
  });

  it('runs what no transaction takes, and is thrown away after it', async () => {
    await answer('create table pool_big (n int)');
    const { claims } = await rig.run({ sql: 'create index concurrently pool_n on pool_big (n)' }, 'pooled');
    expect(claims.status).toBe('succeeded');
  });
});

describe('a change leaves nothing for the next one', () => {
  it.each(poolLeftovers('shop'))('$what', async ({ prepare, leave, look, clean }) => {
    if (prepare) await rig.sql(`${prepare}; grant all on all tables in schema shop to shop_app_rw`);
    const only = await alone();
    const { claims } = await rig.run({ sql: leave }, 'pooled');
    expect(claims.status).toBe('succeeded');
    const [[pid, seen] = []] = await answer(`select pg_backend_pid(), (${look})::text`);
    expect(seen).toBe(clean);
    // What the text shows is thrown away with its session; a trigger's is wiped.
    if (!prepare) expect(pid).not.toBe(String(only));
  });

  it('keeps no session where code has a memory of its own', async () => {
    const before = await alone();
    await rig.sql('create extension dblink');
    try {
      await answer('select 1');
      await until(async () => !(await sessions()).some(({ pid }) => pid === before));
    } finally {
      await rig.sql('drop extension dblink');
    }
  });

  it('gives a login another password and its own settings back before it is used again', async () => {
    const password = asLogin(`format('alter role %I pass' || 'word ''known''', session_user)`);
    const setting = onSelf(`alter role %I set statement_timeout = '17s'`);
    const role = onSelf(`alter role %I set role = 'none'`);
    const [[name = ''] = []] = await answer(`${password}; ${setting}; ${role}; select session_user`);
    const known = new Client(rig.server.postgres.loginUrl(name ?? '', 'known', rig.database));
    await expect(known.connect()).rejects.toMatchObject({ code: '28000' });
    // All others are taken before this one comes again.
    const [[limit] = []] = await answer(`select count(*) from pg_db_role_setting`);
    expect(Number(limit)).toBeGreaterThan(0);
    for (;;) {
      const [[who, timeout, current] = []] = await answer(
        `${hidden('select 1')}; select session_user, reset_val, current_user from pg_settings where name = 'statement_timeout'`,
      );
      expect([timeout, current]).toEqual(['0', 'shop_app_rw']);
      if (who === name) break;
    }
  });
});

const names = { role: 'shop_app_rw', other: 'shop_owner', schema: 'shop', table: 'shop.customers' };
const contained = escapes(names).filter(({ area }) => area === 'login' || area === 'ledger');

describe('approved SQL cannot get out of its role', () => {
  it.each(contained)('$what', async ({ sql }) => {
    const order = await rig.order({ sql: `update counters set n = -7; ${sql}` }, 'pooled');
    const { status } = await rig.send(order);
    if (status === 202) expect((await rig.receipt(order.jti)).claims.status).toBe('failed');
    expect(await rig.sql('select from shop.counters where n = -7')).toHaveLength(0);
  });

  it('cannot begin another execution, nor bind its session to one', async () => {
    const victim = await rig.order({ sql: 'select 1' }, 'pooled');
    for (const [sql, sqlstate] of [
      [
        `select querychange.begin_execution('${victim.iss}', '${victim.issue.id}', 1, 'apply', '${victim.jti}', 1, 1, 'o', 'd', 'V', now() + interval '1 hour', interval '1 day')`,
        'QC004',
      ],
      [`select querychange.bind_login('', '${victim.jti}', 1)`, 'QC006'],
      [`select querychange.open_pool_logins('shop_app_rw', 'x', array['x'], false)`, '42501'],
      [
        `select querychange.begin_intent('a','b',1,'apply','c',1,1,'d','e','f',now(),interval '1 day','{}')`,
        '42501',
      ],
    ] as const) {
      const { claims } = await rig.run({ sql: asLoginPlain(sql) }, 'pooled');
      expect(claims).toMatchObject({ status: 'failed', statements: [{ error: { sqlstate } }] });
    }
    await rig.send(victim);
    expect((await rig.receipt(victim.jti)).claims.status).toBe('succeeded');
  });
});

describe('the fence of a pool', () => {
  const execution = (jti: string) => ({ jti, attempt: 1, endBy: 0, leavesNothing: true });
  const begun = async (target: Target, jti: string): Promise<Session> => {
    const session = await target.sessions.open(execution(jti), 'run');
    await session.client.query(session.preamble.join(';\n'));
    return session;
  };

  it('ends the session of an attempt, also of another executor, and no other', async () => {
    const [mine, others] = [other(), other()];
    try {
      const [one, two] = [await begun(others, 'one'), await begun(others, 'two')];
      const lost = one.client.query('select pg_sleep(30)').catch((error: { code?: string }) => error.code);
      expect(await mine.sessions.fence({ jti: 'one', attempt: 1 })).toBe('gone');
      expect(await lost).toBe('57P01');
      expect((await two.client.query('select 1')).rowCount).toBe(1);
      one.end('broken');
      two.end('ended');
    } finally {
      await Promise.all([mine.close(), others.close()]);
    }
  });

  it('leaves a login out of the pool as long as its session lives', async () => {
    const [mine, others] = [other(halt), other(halt)];
    await rig.executor.close();
    await until(async () => (await sessions()).length === 0);
    try {
      const taken = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((jti) => begun(others, jti)));
      await expect(mine.sessions.open(execution('g'), 'run')).rejects.toThrow('no login of the pool is free');
      taken[0]?.end('broken');
      (await mine.sessions.open(execution('g'), 'run')).end('ended');
      for (const session of taken) session.end('broken');
    } finally {
      await Promise.all([mine.close(), others.close()]);
      rig.executor = await createExecutor(rig.config);
    }
  });
});

test('a login that was opened by somebody who is gone is opened again at once', async () => {
  const client = new Client({ connectionString: connection().url });
  await client.connect();
  const opening = `select querychange.open_pool_logins('shop_app_rw', 'x', array_fill('md5'::text, array[6]), false) as names`;
  const openOnes = async (): Promise<number> =>
    (await client.query<{ names: string[] }>(opening)).rows[0]?.names.length ?? 0;
  // Its own openings are still on the way in, so it gets each login once; sessions of tests before may end only now.
  let taken = 0;
  await until(async () => {
    const opened = await openOnes();
    taken += opened;
    return opened === 0 || taken > logins().length;
  });
  expect(taken).toBeGreaterThan(0);
  expect(taken).toBeLessThanOrEqual(logins().length);
  await client.end();
  for (let time = 0; time < 6; time += 1) await backend();
  const again = other();
  try {
    const begun = await Promise.all(
      ['p', 'q', 'r'].map(async (jti) =>
        again.sessions.open({ jti, attempt: 1, endBy: 0, leavesNothing: true }, 'run'),
      ),
    );
    for (const session of begun) session.end('broken');
  } finally {
    await again.close();
  }
});

test('a protected connection may take its changes through a pool', () => {
  const guarded = {
    ...connection(),
    key: 'p',
    environment: 'prod',
    protected: undefined,
    adminUrl: undefined,
  };
  const { tls: _tls, ...input } = guarded;
  const state = { url: 'postgres://u@127.0.0.1/s' };
  const config = { executorId: 'e', stateDir: '.', state, trustedApps: [] };
  const limits = { statementTimeoutMs: 1, lockTimeoutMs: 1, maxResultRows: 1, maxResultBytes: 1 };
  const { key, name, environment, url, role, identity } = input;
  const parsed = parseConfig(
    { ...config, connections: [{ key, name, environment, url, role, identity, limits, writable: true }] },
    { env: {}, baseDir: '.' },
  );
  expect(parsed).toMatchObject({ ok: true });
});
