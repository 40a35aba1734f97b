import { existsSync } from 'node:fs';
import { Pool, type QueryResultRow } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../executor/embedded/launcher';
import { pollUntil, processExists, readPostmaster } from '../../../executor/embedded/postmaster';
import { type TemporaryFolder, temporaryFolder } from '../../../scripts/local/temporary-folder';

/** A real PostgreSQL server that can be crashed. */
export interface FaultServer {
  postgres(): EmbeddedPostgres;
  /** Folder that goes away with the server, whenever that is. */
  readonly folder: string;
  /** Its data directory. */
  readonly cluster: string;
  /** Version as the server says it. */
  readonly version: string;
  /** False before PostgreSQL 16, whose CREATEROLE could give itself any role: executions share a login there. */
  readonly loginPerExecution: boolean;
  /** Rows of a query as superuser. */
  sql<T extends QueryResultRow>(database: string, text: string, values?: unknown[]): Promise<T[]>;
  /** Lets go of our own sessions in a database, so that it can be copied or dropped. */
  leave(database: string): Promise<void>;
  /** `pg_ctl stop -m immediate`: every backend ends where it is, nothing is flushed. */
  crash(): Promise<void>;
  /** Starts again after a crash; PostgreSQL recovers from its log. The port is another one. */
  revive(): Promise<void>;
  /** Stops the server and removes its files. */
  close(): Promise<void>;
}

/** The oldest PostgreSQL that the executor takes, where Debian and Ubuntu put it; null where it is not installed. */
export function oldestInstalled(): string | null {
  const folder = '/usr/lib/postgresql/15';
  return existsSync(`${folder}/bin/postgres`) ? folder : null;
}

/**
 * Makes a cluster of its own in a temporary folder; `binaries`: of another version than the embedded one. `made`: a folder
 * that has a cluster already.
 */
export async function startFaultServer(binaries?: string, made?: TemporaryFolder): Promise<FaultServer> {
  const folder = made ?? (await temporaryFolder('faults'));
  const where = { dataDir: folder.path, ...(binaries === undefined ? {} : { binaries }) };
  let postgres = await startEmbeddedPostgres(where);
  const pools = new Map<string, Pool>();
  const poolOf = (database: string): Pool => {
    const known = pools.get(database);
    if (known) return known;
    const pool = new Pool({ connectionString: postgres.superuserUrl(database), max: 4 });
    pool.on('error', () => undefined).on('connect', (client) => client.on('error', () => undefined));
    pools.set(database, pool);
    return pool;
  };
  const sql = async <T extends QueryResultRow>(
    database: string,
    text: string,
    values?: unknown[],
  ): Promise<T[]> => (await poolOf(database).query<T>(text, values)).rows;
  const leave = async (database: string): Promise<void> => {
    await pools.get(database)?.end();
    pools.delete(database);
  };
  const [settings] = await sql<{ dir: string; version: string }>(
    'postgres',
    `select current_setting('data_directory') as dir, current_setting('server_version') as version`,
  );
  const cluster = settings?.dir ?? '';
  const leaveAll = async (): Promise<void> => {
    await Promise.all([...pools.keys()].map(leave));
  };
  return {
    postgres: () => postgres,
    folder: folder.path,
    cluster,
    version: settings?.version ?? '',
    loginPerExecution: Number.parseInt(settings?.version ?? '', 10) >= 16,
    sql,
    leave,
    async crash() {
      await leaveAll();
      const running = await readPostmaster(cluster);
      if (!running) throw new Error('the server does not run');
      process.kill(running.pid, 'SIGQUIT');
      await pollUntil(() => !processExists(running.pid), 20_000);
    },
    async revive() {
      postgres = await startEmbeddedPostgres(where);
    },
    async close() {
      await leaveAll();
      await postgres.stop();
      await folder.remove();
    },
  };
}
