import type { Pool } from 'pg';

/** An execution by its key. */
export interface ExecutionKey {
  readonly installation: string;
  readonly jti: string;
}

/**
 * Notes, durably, that somebody wants this execution to end; the first wish counts. It is written before it is known
 * whether a worker has begun: whoever runs it reads the row, in this process or in another one.
 */
export async function requestStop(pool: Pool, { installation, jti }: ExecutionKey): Promise<void> {
  await pool.query(
    `with wished as (
       update executor.executions set stop_requested_at = now()
       where installation = $1 and jti = $2 and state in ('queued', 'running') and stop_requested_at is null
       returning 1
     )
     insert into executor.audit (event, installation, jti)
     select 'stop-requested', $1, $2 where exists (select from wished)`,
    [installation, jti],
  );
}

/** Running executions that somebody wants to end, whichever process runs them. An index keeps this to the few there are. */
export async function stopWishes(pool: Pool): Promise<readonly ExecutionKey[]> {
  const { rows } = await pool.query<ExecutionKey>({
    name: 'stop-wishes',
    text: `select installation, jti from executor.executions
      where state = 'running' and stop_requested_at is not null`,
  });
  return rows;
}
