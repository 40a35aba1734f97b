import { escapeLiteral, type Pool } from 'pg';
import type { LedgerMode, TargetIdentity } from '#core/protocol/claims';
import type { ConnectionConfig } from '../config';
import { faultFields } from '../log';
import { ledgerVersion } from './ledger';

/** What a look at a target database found. */
export interface Probe {
  readonly engineVersion: string | null;
  readonly identity: TargetIdentity | null;
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
  powers: string[] | null;
  has_schema: boolean;
  pid: number;
}

/**
 * Roles whose rights, reachable from the login, would let approved SQL reach the ledger's table or the server's files.
 * Reachable counts, not granted: a statement can undo SET ROLE.
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
    (select array_agg(rolname::text) from pg_catalog.pg_roles
      where pg_catalog.pg_has_role(session_user, oid, 'member')
        and (rolsuper or rolcreaterole or rolname in
          ('querychange_owner', 'pg_write_server_files', 'pg_execute_server_program', 'pg_read_server_files')))
      as powers,
    pg_catalog.to_regprocedure('querychange.schema_version()') is not null as has_schema,
    pg_catalog.pg_backend_pid() as pid`;

function findProblem(connection: ConnectionConfig, row: ProbeRow, secondPid: number): string | null {
  if (row.version_num < 150_000) return `PostgreSQL ${row.version} is older than 15`;
  if (row.may_be_role === null) return `the role ${connection.role} does not exist`;
  if (!row.may_be_role) return `the login is not a member of the role ${connection.role}`;
  if (row.powers && !connection.allowPrivilegedLogin) {
    return 'the login has powers of a superuser, of CREATEROLE or over server files; give the executor a login of its own';
  }
  if (!connection.writable) return null;
  if (row.in_recovery) return 'this is a standby: changes are refused';
  if (row.pid !== secondPid)
    return 'a transaction pooler stands between: changes need a session of their own';
  if (!row.has_schema) return 'the ledger schema is not installed: run "executor init"';
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
      broken = false;
      return {
        engineVersion: row.version.split(' ')[0] ?? row.version,
        identity: {
          systemIdentifier: row.system_identifier,
          databaseOid: Number(row.database_oid),
          databaseName: row.database_name,
        },
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
      problem: `the database cannot be reached (${code ?? 'no answer'})`,
    };
  }
}
