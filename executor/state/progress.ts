import type { Pool } from 'pg';
import * as v from 'valibot';
import { ExecutionProgress } from '#core/protocol/progress';
import type { ExecutionKey } from './stops';

/** Writes how far a running execution is, for whichever process is asked. The table is unlogged: nothing waits for a disk. */
export async function writeProgress(
  pool: Pool,
  { installation, jti }: ExecutionKey,
  progress: ExecutionProgress,
): Promise<void> {
  await pool.query({
    name: 'write-progress',
    text: `insert into executor.progress (installation, jti, body) values ($1, $2, $3)
      on conflict (installation, jti) do update set body = excluded.body, at = now()`,
    values: [installation, jti, JSON.stringify(progress)],
  });
}

/** How far a running execution was when its process last looked; null when it has not looked yet. */
export async function readProgress(
  pool: Pool,
  { installation, jti }: ExecutionKey,
): Promise<ExecutionProgress | null> {
  const { rows } = await pool.query<{ body: unknown }>({
    name: 'read-progress',
    text: 'select body from executor.progress where installation = $1 and jti = $2',
    values: [installation, jti],
  });
  return rows[0] ? v.parse(ExecutionProgress, rows[0].body) : null;
}

/** Takes the progress of an execution away: it has ended. */
export async function dropProgress(pool: Pool, { installation, jti }: ExecutionKey): Promise<void> {
  await pool.query('delete from executor.progress where installation = $1 and jti = $2', [installation, jti]);
}

/** Takes away what processes that were killed left behind. */
export async function forgetProgress(pool: Pool): Promise<void> {
  await pool.query(`delete from executor.progress where at < now() - interval '1 day'`);
}
