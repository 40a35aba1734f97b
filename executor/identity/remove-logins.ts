import { escapeIdentifier, type Pool } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { loginPattern } from './logins';

/** How long the sessions of a login may take to end after they were told to. */
const goneWithinMs = 10_000;
const lookEveryMs = 5;

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
    await admin.query(
      `set local synchronous_commit = off; set local client_min_messages = error; set local lock_timeout = '2s';
       drop role if exists ${list}`,
    );
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
    [loginPattern],
  );
  return rows.map(({ name }) => name);
}
