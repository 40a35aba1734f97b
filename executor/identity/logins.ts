import { DatabaseError, escapeIdentifier, escapeLiteral, type Pool } from 'pg';
import { randomBytes } from 'node:crypto';
import type { Execution, Purpose } from './session';
import { sha256Hex } from '../sha256';

/** Names of logins that we make begin so; nobody else's may. */
const loginPrefix = 'qc_x_';
/** So do those of logins that no execution has yet. */
const sparePrefix = 'qc_s_';

/** Every name that we give, as a regular expression of PostgreSQL. */
export const loginPattern = `^(${loginPrefix}|${sparePrefix})[0-9a-f]{24}$`;

/** A name for a login that no execution has yet. */
export const spareName = (): string => sparePrefix + randomBytes(12).toString('hex');

/** The group that may call what an execution needs of the ledger. */
export const executorGroup = 'querychange_executor';

/** How long a login is valid beyond the end of its execution; by then it has long been dropped. */
const marginSeconds = 60;

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

/** The address of a connection, with another login. */
export function urlFor(url: string, login: string, password: string): string {
  const changed = new URL(url);
  changed.username = login;
  changed.password = password;
  return changed.href;
}

/** A login to be made. */
export interface NewLogin {
  readonly name: string;
  readonly role: string;
  readonly verifier: string;
  /** Seconds since 1970. */
  readonly endBy: number;
  /** Has the server look every second whether its client is still there; where it can. */
  readonly watched: boolean;
}

/** When a login is past its time, as a literal: a while after the end of what it is for, and never in the past. */
function validUntil(endBy: number): string {
  const until = Math.max(endBy, Math.ceil(Date.now() / 1_000)) + marginSeconds;
  return escapeLiteral(new Date(until * 1_000).toISOString());
}

function creation(login: NewLogin): string[] {
  const name = escapeIdentifier(login.name);
  return [
    `create role ${name} login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls
       connection limit 1 password ${escapeLiteral(login.verifier)} valid until ${validUntil(login.endBy)}`,
    `grant ${escapeIdentifier(login.role)} to ${name} with inherit false, set true`,
    `grant ${executorGroup} to ${name} with inherit true, set false`,
    `alter role ${name} set role = ${escapeLiteral(login.role)}`,
    ...(login.watched ? [`alter role ${name} set client_connection_check_interval = '1s'`] : []),
  ];
}

/**
 * Makes logins that can each become their `role` and nothing else, and begin as it, so that RESET ROLE leads nowhere. The
 * work needs no disk: what a crash of the server forgets has no session either. One message, so one transaction.
 */
export async function createLogins(admin: Pool, logins: readonly NewLogin[]): Promise<void> {
  await admin.query(
    [
      'set local synchronous_commit = off',
      'set local client_min_messages = error',
      // We must be able to end their sessions. What they may become is not inherited through them.
      `set local createrole_self_grant = 'inherit'`,
      ...logins.flatMap(creation),
    ].join(';\n'),
  );
}

/**
 * Gives a spare login, sealed and with its one session, to an execution: from here on it has the name by which the ledger
 * lets it begin, and by which a fence finds it. The session follows; the server knows it by the login's number.
 * @throws DatabaseError 42704: it was swept meanwhile; 42710: the execution has a login already
 */
export async function bindLogin(admin: Pool, spare: string, name: string, endBy: number): Promise<void> {
  const to = escapeIdentifier(name);
  await admin.query(
    [
      'set local synchronous_commit = off',
      `alter role ${escapeIdentifier(spare)} rename to ${to}`,
      `alter role ${to} valid until ${validUntil(endBy)}`,
    ].join(';\n'),
  );
}

/** What logins can do on this server. */
export async function serverTraits(
  admin: Pool,
): Promise<{ readonly watches: boolean; readonly renames: boolean }> {
  const { rows } = await admin.query<{ version: number }>(
    `select current_setting('server_version_num')::int as version`,
  );
  const version = rows[0]?.version ?? 0;
  const watches = await admin
    .query(`select set_config('client_connection_check_interval', '1s', true)`)
    .then(() => true)
    .catch((error: unknown) => {
      // Away is no answer: the caller asks again.
      if (error instanceof DatabaseError) return false;
      throw error;
    });
  return {
    /** The server can look after its clients: it depends on its operating system. */
    watches,
    /**
     * A session may go on under another name. Before 16.5 and 17.1 a parallel worker looked its session's login up by the
     * name that it had at its beginning (the change came with CVE-2024-10978).
     */
    renames: version >= 170_001 || (version >= 160_005 && version < 170_000),
  };
}

/**
 * Closes the doors behind the sessions that have just come in: no other can log in any more, whatever the approved SQL does
 * to a password. Fails when somebody fenced one of the logins in the meantime; then the sessions must not run anything.
 */
export async function sealLogins(admin: Pool, names: readonly string[]): Promise<void> {
  const list = names.map(escapeLiteral).join(', ');
  await admin.query(`do $$ begin
    perform pg_catalog.set_config('synchronous_commit', 'off', true);
    if (select pg_catalog.count(*) from pg_catalog.pg_roles where rolname in (${list}) and rolcanlogin) < ${names.length} then
      raise exception 'this login was fenced' using errcode = 'QC006';
    end if;
    ${names.map((name) => `alter role ${escapeIdentifier(name)} nologin;`).join('\n    ')}
  end $$`);
}
