import { execFile } from 'node:child_process';
import { appendFile, chown, copyFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { nobody, runsAsRoot } from '../../../executor/embedded/binaries';
import { pollUntil } from '../../../executor/embedded/postmaster';
import { temporaryFolder } from '../../../scripts/local/temporary-folder';
import { type FaultServer, startFaultServer } from './server';

/** A server that an asynchronous standby follows. What it is asked goes to the primary of the moment. */
export interface ReplicatedServer extends FaultServer {
  /** Resolves when the standby has all that is committed, and gets nothing more. */
  cutOff(): Promise<void>;
  /** The primary crashes for good, the standby is promoted, and a new one follows it. The port is another one. */
  failOver(): Promise<void>;
}

const run = promisify(execFile);
const patienceMs = 60_000;

async function writeOwned(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  if (runsAsRoot()) await chown(file, nobody.uid, nobody.gid);
}

/** Starts a streaming standby on a copy of the files, taken while the primary runs. */
async function follow(primary: FaultServer): Promise<FaultServer> {
  const folder = await temporaryFolder('standby');
  const cluster = path.join(folder.path, 'cluster');
  const url = new URL(primary.postgres().superuserUrl('postgres'));
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(`select pg_backup_start('standby', true)`);
    await run('cp', ['-a', primary.cluster, cluster]);
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    await writeOwned(path.join(cluster, 'backup_label'), rows[0]?.labelfile ?? '');
  } finally {
    await client.end();
  }
  await rm(path.join(cluster, 'postmaster.pid'), { force: true });
  await copyFile(
    path.join(path.dirname(primary.cluster), 'superuser-password'),
    path.join(folder.path, 'superuser-password'),
  );
  await writeOwned(path.join(cluster, 'standby.signal'), '');
  const { hostname, port, username, password } = url;
  await appendFile(
    path.join(cluster, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}'\n`,
  );
  return startFaultServer(undefined, folder);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  if (!(await pollUntil(holds, patienceMs))) throw new Error(`${what}: not within ${patienceMs} ms`);
}

async function asks(server: FaultServer, condition: string): Promise<boolean> {
  const [row] = await server.sql<{ holds: boolean | null }>('postgres', `select (${condition}) as holds`);
  return row?.holds === true;
}

/** Starts a primary and its standby. */
export async function startReplicatedServer(): Promise<ReplicatedServer> {
  const folder = await temporaryFolder('faults');
  let primary = await startFaultServer();
  let standby = await follow(primary);
  return {
    postgres: () => primary.postgres(),
    folder: folder.path,
    get cluster() {
      return primary.cluster;
    },
    version: primary.version,
    loginPerExecution: primary.loginPerExecution,
    sql: async (database, text, values) => primary.sql(database, text, values),
    leave: async (database) => primary.leave(database),
    crash: async () => primary.crash(),
    revive: async () => primary.revive(),
    async cutOff() {
      const [row] = await primary.sql<{ lsn: string }>(
        'postgres',
        'select pg_current_wal_lsn()::text as lsn',
      );
      await until('the standby follows', async () =>
        asks(standby, `pg_last_wal_replay_lsn() >= '${row?.lsn}'`),
      );
      await standby.sql('postgres', `alter system set primary_conninfo = ''`);
      await standby.sql('postgres', 'select pg_reload_conf()');
      await until('the standby lets go', async () =>
        asks(primary, 'not exists (select from pg_stat_replication)'),
      );
    },
    async failOver() {
      await primary.crash();
      await primary.close();
      await standby.sql('postgres', 'select pg_promote()');
      await until('the standby is the primary', async () => asks(standby, 'not pg_is_in_recovery()'));
      primary = standby;
      standby = await follow(primary);
    },
    async close() {
      await standby.close();
      await primary.close();
      await folder.remove();
    },
  };
}
