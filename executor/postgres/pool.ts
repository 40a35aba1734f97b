import { type ClientBase, Pool, type PoolClient } from 'pg';

/**
 * Has the server look every second whether we are still there, so that a statement does not run on for nobody after this
 * process was killed. Not every server can (it depends on its operating system): then the fence finds the session.
 */
export async function watchConnection(client: ClientBase): Promise<void> {
  await client.query(`set client_connection_check_interval = '1s'`).catch(() => undefined);
}

/** How a pool is opened. */
interface PoolOptions {
  readonly max: number;
  readonly name: string;
  /** A query that has no answer by then fails, because a line may go dark without ever breaking. */
  readonly answerWithinMs?: number;
  /** The server ends a session that holds a transaction open and says nothing for so long. */
  readonly idleInTransactionMs?: number;
  /** For our own SQL only: nothing that other people put into a schema can be meant by a name in it. */
  readonly ours?: boolean;
  /** For approved SQL: the server looks whether we are still there. */
  readonly watched?: boolean;
}

/** Opens a pool whose clients never take the process down: `pg` emits FATAL errors on checked-out clients too. */
export function openPool(url: string, options: PoolOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    max: options.max,
    application_name: options.name,
    connectionTimeoutMillis: 5_000,
    ...(options.answerWithinMs === undefined ? {} : { query_timeout: options.answerWithinMs }),
    ...(options.idleInTransactionMs === undefined
      ? {}
      : { idle_in_transaction_session_timeout: options.idleInTransactionMs }),
    idleTimeoutMillis: 0, // kept warm
    keepAlive: true,
    // The pool waits for it and drops a client for which it fails; only its type declaration says `void`.
    // oxlint-disable-next-line typescript/no-misused-promises
    onConnect: async (client) => {
      if (options.ours) await client.query('set search_path = pg_catalog, pg_temp');
      if (options.watched) await watchConnection(client);
    },
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return pool;
}

/** Runs `work` in a transaction; rolls back and rethrows when it throws. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      (fault: Error) => client.release(fault),
    );
    throw error;
  }
}
