import { DatabaseError, escapeIdentifier, escapeLiteral, type Pool } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import type { Execution, Purpose } from './session';
import { sha256Hex } from '../sha256';

/** Names of logins that we make begin so; nobody else's may. */
const loginPrefix = 'qc_x_';

/** The group that may call what an execution needs of the ledger. */
export const executorGroup = 'querychange_executor';

/** How long a login is valid beyond the end of its execution; by then it has long been dropped. */
const marginSeconds = 60;

/** How long the sessions of a login may take to end after they were told to. */
const goneWithinMs = 10_000;
const lookEveryMs = 5;

/**
 * The login of an attempt. The ledger derives the same name (`querychange.execution_login`), so that a login can begin
 * its own execution only. Asking the verification again takes a login of its own, which can begin none.
 */
export function loginOf({ jti, attempt }: Pick<Execution, 'jti' | 'attempt'>, purpose: Purpose): string {
  const what = purpose === 'run' ? `${jti}.${attempt}` : `${jti}.${attempt}.${purpose}`;
  return loginPrefix + sha256Hex(what).slice(0, 24);
}

/** Every login that this attempt and the ones before it may have had. */
export function loginsUpTo({ jti, attempt }: Pick<Execution, 'jti' | 'attempt'>): readonly string[] {
  return Array.from({ length: attempt }, (_none, at) => at + 1).flatMap((one) => [
    loginOf({ jti, attempt: one }, 'run'),
    loginOf({ jti, attempt: one }, 'verify'),
  ]);
}

/**
 * Makes a login that can become `role` and nothing else, and begins as it, so that RESET ROLE leads nowhere. The work
 * needs no disk: what a crash of the server forgets has no session either. One message, so one transaction.
 */
export async function createLogin(
  admin: Pool,
  login: {
    readonly name: string;
    readonly role: string;
    readonly verifier: string;
    readonly endBy: number;
    /** Has the server look every second whether its client is still there; where it can. */
    readonly watched: boolean;
  },
): Promise<void> {
  const name = escapeIdentifier(login.name);
  const until = Math.max(login.endBy, Math.ceil(Date.now() / 1_000)) + marginSeconds;
  await admin.query(
    [
      'set local synchronous_commit = off',
      'set local client_min_messages = error',
      // We must be able to end its sessions. What it may become is not inherited through it.
      `set local createrole_self_grant = 'inherit'`,
      `create role ${name} login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls
         connection limit 1 password ${escapeLiteral(login.verifier)}
         valid until ${escapeLiteral(new Date(until * 1_000).toISOString())}`,
      `grant ${escapeIdentifier(login.role)} to ${name} with inherit false, set true`,
      `grant ${executorGroup} to ${name} with inherit true, set false`,
      `alter role ${name} set role = ${escapeLiteral(login.role)}`,
      ...(login.watched ? [`alter role ${name} set client_connection_check_interval = '1s'`] : []),
    ].join(';\n'),
  );
}

/** Whether this server can look after its clients: it depends on its operating system. */
export async function canWatch(admin: Pool): Promise<boolean> {
  return admin
    .query(`select pg_catalog.set_config('client_connection_check_interval', '1s', true)`)
    .then(() => true)
    .catch((error: unknown) => {
      // Away is no answer: the caller asks again.
      if (error instanceof DatabaseError) return false;
      throw error;
    });
}

/**
 * Closes the door behind the session that has just come in: no other can log in any more, whatever the approved SQL does
 * to the password. Fails when somebody fenced the login in the meantime; then the session must not run anything.
 */
export async function sealLogin(admin: Pool, name: string): Promise<void> {
  await admin.query(`do $$ begin
    perform pg_catalog.set_config('synchronous_commit', 'off', true);
    if not exists (select from pg_catalog.pg_roles where rolname = ${escapeLiteral(name)} and rolcanlogin) then
      raise exception 'this login was fenced' using errcode = 'QC006';
    end if;
    alter role ${escapeIdentifier(name)} nologin;
  end $$`);
}

/** Those of the names that exist. */
async function existing(admin: Pool, names: readonly string[]): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    'select rolname::text as name from pg_catalog.pg_roles where rolname = any ($1)',
    [names],
  );
  return rows.map(({ name }) => name);
}

/** Ends the sessions of logins and resolves when none is left. */
export async function endSessions(control: Pool, names: readonly string[]): Promise<void> {
  const since = performance.now();
  for (;;) {
    // A backend shows here until it has rolled back and let go of its locks.
    const { rowCount } = await control.query(
      `select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity where usename = any ($1)`,
      [names],
    );
    if (!rowCount) return;
    if (performance.now() - since > goneWithinMs) throw new Error('a session does not end');
    await delay(lookEveryMs);
  }
}

/** Errors of a drop that mean that somebody else was faster: no such role, or it is being changed right now. */
const droppedElsewhere = new Set(['42704', 'XX000']);

async function dropOne(admin: Pool, name: string): Promise<boolean> {
  const role = escapeIdentifier(name);
  for (let tried = 1; ; tried += 1) {
    try {
      // Nothing can depend on it that a change has made (the ledger refuses the end of such a change).
      await admin.query(`set local lock_timeout = '2s'; drop owned by ${role}; drop role ${role}`);
      return true;
    } catch (error) {
      if ((await existing(admin, [name])).length === 0) return true;
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (tried === 3 || !droppedElsewhere.has(code)) return false;
    }
  }
}

/**
 * Drops logins that have no session any more.
 * @returns those that could not be dropped; they cannot log in
 */
export async function dropLogins(admin: Pool, names: readonly string[]): Promise<readonly string[]> {
  try {
    const list = names.map(escapeIdentifier).join(', ');
    await admin.query(`set local synchronous_commit = off; set local lock_timeout = '2s'; drop role ${list}`);
    return [];
  } catch {
    const left: string[] = [];
    for (const name of names) if (!(await dropOne(admin, name))) left.push(name);
    return left;
  }
}

/**
 * Makes sure that none of these logins has a session or can get one, and drops them.
 * @throws Error when the database is away, or a session does not end
 */
export async function fenceLogins(admin: Pool, names: readonly string[]): Promise<readonly string[]> {
  const there = await existing(admin, names);
  if (there.length === 0) return [];
  // Approved SQL runs only behind a sealed door, so nobody holds these rows but another fence.
  for (const name of there) {
    await admin.query(`alter role ${escapeIdentifier(name)} nologin`).catch(async (error: unknown) => {
      if ((await existing(admin, [name])).length > 0) throw error;
    });
  }
  await endSessions(admin, there);
  return dropLogins(admin, there);
}

/**
 * Logins that nobody will drop any more: their executor was killed. Safe beside running executors: a login is past its
 * time, or sealed (so its one session had come in) and without that session.
 */
export async function findLeftLogins(admin: Pool): Promise<readonly string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `select r.rolname::text as name from pg_catalog.pg_roles r
     where r.rolname ~ $1 and pg_catalog.pg_has_role(session_user, r.oid, 'member with admin option')
       and (r.rolvaliduntil < pg_catalog.now() or not r.rolcanlogin and not exists (
         select from pg_catalog.pg_stat_activity a where a.usename = r.rolname))
     order by 1 limit 500`,
    [`^${loginPrefix}[0-9a-f]{24}$`],
  );
  return rows.map(({ name }) => name);
}
