import { Pool, type PoolClient } from 'pg';

/**
 * Opens a pool whose clients never take the process down: `pg` emits FATAL errors on checked-out clients too.
 * `answerWithinMs`: a query that has no answer by then fails, because a line may go dark without ever breaking.
 */
export function openPool(url: string, options: { max: number; name: string; answerWithinMs?: number }): Pool {
  const pool = new Pool({
    connectionString: url,
    max: options.max,
    application_name: options.name,
    connectionTimeoutMillis: 5_000,
    ...(options.answerWithinMs === undefined ? {} : { query_timeout: options.answerWithinMs }),
    idleTimeoutMillis: 0, // kept warm
    keepAlive: true,
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
