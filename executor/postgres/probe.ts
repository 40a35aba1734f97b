import { escapeLiteral, type Pool, type PoolClient } from 'pg';
import type { LedgerMode, TargetIdentity } from '#core/protocol/claims';
import type { ConnectionConfig } from '../config';
import { executorGroup } from '../identity/logins';
import { faultFields } from '../log';
import { ledgerVersion } from './ledger';

/** What a look at a target database found. */
export interface Probe {
  readonly engineVersion: string | null;
  readonly identity: TargetIdentity | null;
  /** When the server process was started: tells a copy on another server from the database itself. */
  readonly serverStartedAt: string | null;
  /** Words for people; null when the connection can be used. */
  readonly problem: string | null;
}

/** The ledger mode that a connection really has: nothing can be written beside a read. */
export function effectiveLedgerMode(connection: ConnectionConfig): LedgerMode {
  if (connection.writable) return 'target';
  return connection.ledgerMode === 'none' ? 'none' : 'state';
}

interface ProbeRow {
  version: string;
  version_num: number;
  system_identifier: string;
  database_oid: string;
  database_name: string;
  in_recovery: boolean;
  may_be_role: boolean | null;
  may_grant_role: boolean | null;
  may_grant_group: boolean | null;
  may_create: boolean;
  is_superuser: boolean;
  may_see_replicas: boolean;
  powers: string[] | null;
  has_schema: boolean;
  started_at: string;
  pid: number;
}

/**
 * `powers`: roles whose rights, reachable from the login, would let approved SQL reach the ledger's table or the server's
 * files. Reachable counts, not granted: a statement can undo SET ROLE. A login that makes logins is no member of them
 * either; its own CREATEROLE reaches, from PostgreSQL 16 on, no further than its ADMIN OPTIONs.
 */
const probeSql = (role: string): string => `
  select current_setting('server_version') as version,
    current_setting('server_version_num')::int as version_num,
    (select system_identifier::text from pg_catalog.pg_control_system()) as system_identifier,
    (select oid::text from pg_catalog.pg_database where datname = current_database()) as database_oid,
    current_database() as database_name,
    pg_catalog.pg_is_in_recovery() as in_recovery,
    (select pg_catalog.pg_has_role(session_user, oid, 'member') from pg_catalog.pg_roles where rolname = ${escapeLiteral(role)})
      as may_be_role,
    (select pg_catalog.pg_has_role(session_user, oid, 'member with admin option') from pg_catalog.pg_roles
      where rolname = ${escapeLiteral(role)}) as may_grant_role,
    (select pg_catalog.pg_has_role(session_user, oid, 'member with admin option') from pg_catalog.pg_roles
      where rolname = ${escapeLiteral(executorGroup)}) as may_grant_group,
    (select rolcreaterole or rolsuper from pg_catalog.pg_roles where rolname = session_user) as may_create,
    (select rolsuper from pg_catalog.pg_roles where rolname = session_user) as is_superuser,
    pg_catalog.pg_has_role(session_user, 'pg_read_all_stats', 'usage') as may_see_replicas,
    (select array_agg(rolname::text) from pg_catalog.pg_roles
      where pg_catalog.pg_has_role(session_user, oid, 'member') and rolname <> session_user
        and (rolsuper or rolcreaterole or rolname in
          ('querychange_owner', 'pg_write_server_files', 'pg_execute_server_program', 'pg_read_server_files')))
      as powers,
    exists (select from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
      where n.nspname = 'querychange' and p.proname = 'schema_version') as has_schema,
    pg_catalog.pg_postmaster_start_time()::text as started_at,
    pg_catalog.pg_backend_pid() as pid`;

const tooPowerful =
  'the login has powers of a superuser, of CREATEROLE or over server files; give the executor a login of its own';

function identityProblem(
  { identity, role, allowPrivilegedLogin }: ConnectionConfig,
  row: ProbeRow,
): string | null {
  const reaches = row.powers !== null || row.is_superuser;
  if (identity.mode !== 'per-execution') {
    if (!row.may_be_role) return `the login is not a member of the role ${role}`;
    return (reaches || row.may_create) && !allowPrivilegedLogin ? tooPowerful : null;
  }
  if (row.version_num < 160_000) {
    return 'a login per execution needs PostgreSQL 16: before, CREATEROLE could grant itself any role';
  }
  if (reaches && !allowPrivilegedLogin) return tooPowerful;
  if (!row.may_create) return 'the login may not create the logins of executions: it needs CREATEROLE';
  if (!row.may_grant_role) return `the login may not grant the role ${role}: it needs ADMIN OPTION on it`;
  return null;
}

function findProblem(connection: ConnectionConfig, row: ProbeRow, secondPid: number): string | null {
  if (row.version_num < 150_000) return `PostgreSQL ${row.version} is older than 15`;
  if (row.may_be_role === null) return `the role ${connection.role} does not exist`;
  const identity = identityProblem(connection, row);
  if (identity !== null) return identity;
  const own = connection.identity.mode === 'per-execution';
  const pooled = connection.identity.mode === 'pooled';
  const writes = connection.writable || connection.clone;
  if (writes && row.in_recovery) return 'this is a standby: changes are refused';
  if (own && row.in_recovery) return 'this is a standby: no login can be made for an execution here';
  if (pooled && row.in_recovery) return 'this is a standby: no login of a pool can be opened here';
  if ((writes || own || pooled) && row.pid !== secondPid)
    return 'a transaction pooler stands between: changes need a session of their own';
  const { maxReplicaLagBytes, maxReplicaLagSeconds } = connection.limits;
  if ((maxReplicaLagBytes ?? maxReplicaLagSeconds) !== undefined && !row.may_see_replicas) {
    return 'the login cannot see the replicas that limits.maxReplicaLag… speaks of: grant it pg_monitor, or pg_read_all_stats, and let it inherit';
  }
  if ((connection.writable || pooled) && !row.has_schema) {
    return 'the ledger schema is not installed: run "executor init"';
  }
  if (own && !row.may_grant_group) {
    return `the login may not grant ${executorGroup}: run "executor init" again`;
  }
  return null;
}

/** What is wrong with the logins of a pool, as far as the executor's own login sees it. */
async function poolProblem(client: PoolClient, { identity, role }: ConnectionConfig): Promise<string | null> {
  if (identity.mode !== 'pooled') return null;
  const again = 'run "executor init" again';
  const { rows: there } = await client.query<{ there: boolean }>(
    `select pg_catalog.to_regprocedure('querychange.pool_size(text)') is not null as there`,
  );
  if (!there[0]?.there) return `the database has no pool of logins: ${again}`;
  const { rows } = await client.query<{ logins: number; foreign_logins: number }>(
    'select logins, foreign_logins from querychange.pool_size($1)',
    [role],
  );
  const { logins, foreign_logins: strangers } = rows[0] ?? { logins: 0, foreign_logins: 0 };
  if (logins < identity.logins)
    return `the pool for the role ${role} has ${logins} logins of ${identity.logins}: ${again}`;
  if (strangers > 0)
    return 'the login does not inherit the logins of the pool, so it cannot end their sessions: before PostgreSQL 16 it needs INHERIT';
  return null;
}

/** Asks a target who it is and whether changes can run there. Never throws: what is wrong is in `problem`. */
export async function probeTarget(pool: Pool, connection: ConnectionConfig): Promise<Probe> {
  try {
    const client = await pool.connect();
    let broken = true;
    try {
      const { rows } = await client.query<ProbeRow>(probeSql(connection.role));
      const again = await client.query<{ pid: number }>('select pg_catalog.pg_backend_pid() as pid');
      const row = rows[0];
      if (!row) throw new Error('the server gave no answer');
      let problem = findProblem(connection, row, again.rows[0]?.pid ?? 0);
      if (problem === null && connection.writable) {
        const installed = await client.query<{ version: number }>(
          'select querychange.schema_version() as version',
        );
        const version = installed.rows[0]?.version;
        if (version !== ledgerVersion)
          problem = `the ledger schema has version ${version}, expected ${ledgerVersion}`;
      }
      problem ??= await poolProblem(client, connection);
      broken = false;
      return {
        engineVersion: row.version.split(' ')[0] ?? row.version,
        identity: {
          systemIdentifier: row.system_identifier,
          databaseOid: Number(row.database_oid),
          databaseName: row.database_name,
        },
        serverStartedAt: row.started_at,
        problem,
      };
    } finally {
      client.release(broken);
    }
  } catch (error) {
    const { code } = faultFields(error);
    return {
      engineVersion: null,
      identity: null,
      serverStartedAt: null,
      problem: `the database cannot be reached (${code ?? 'no answer'})`,
    };
  }
}
