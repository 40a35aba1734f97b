import type { Pool } from 'pg';

/** A receipt that is due for delivery. */
export interface DueDelivery {
  readonly id: string;
  readonly installation: string;
  readonly jti: string;
  readonly posts: number;
  readonly receipt: string;
  readonly result: string | null;
}

/** Deliveries of ours that are due, oldest first, without those in `busy`. */
export async function dueDeliveries(
  pool: Pool,
  owner: string,
  busy: readonly string[],
): Promise<readonly DueDelivery[]> {
  const { rows } = await pool.query<DueDelivery>({
    name: 'due-deliveries',
    text: `
      select outbox.id, outbox.installation, outbox.jti, outbox.posts, executions.receipt, executions.result
      from executor.outbox join executor.executions using (installation, jti)
      where outbox.next_at <= now() and outbox.owner = $2 and not outbox.id = any ($1::bigint[])
      order by outbox.next_at
      limit 32`,
    values: [busy, owner],
  });
  return rows;
}

/** Milliseconds until our next delivery is due, or null when none is waiting. */
export async function nextDueInMs(pool: Pool, owner: string): Promise<number | null> {
  const { rows } = await pool.query<{ ms: number | null }>({
    name: 'next-due',
    text: `select (extract(epoch from min(next_at) - now()) * 1000)::float8 as ms from executor.outbox
      where next_at is not null and owner = $1`,
    values: [owner],
  });
  return rows[0]?.ms ?? null;
}

/** Notes that the app has taken receipts. Losing this note in a crash only means one more post of each. */
async function markDelivered(pool: Pool, ids: readonly string[]): Promise<void> {
  await pool.query({
    name: 'mark-delivered',
    text: `
      with relaxed as materialized (select set_config('synchronous_commit', 'off', true))
      update executor.outbox set posts = posts + 1, next_at = null, delivered_at = now(), last_problem = null
      from relaxed
      where id = any ($1::bigint[])`,
    values: [ids],
  });
}

/** Makes what notes that the app has taken a receipt; notes that come while one is written go together with the next. */
export function createNotes(pool: Pool): (id: string) => Promise<void> {
  let waiting: string[] = [];
  let writing: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  const writeAfter = async (before: Promise<void>): Promise<void> => {
    await before.catch(() => undefined);
    const ids = waiting;
    waiting = [];
    next = null;
    await markDelivered(pool, ids);
  };
  return async (id) => {
    waiting.push(id);
    next ??= writing = writeAfter(writing);
    await next;
  };
}

/** Notes a failed post and when to try again; null gives up (the app can still ask). */
export async function markFailed(
  pool: Pool,
  id: string,
  problem: string,
  delayMs: number | null,
): Promise<void> {
  await pool.query(
    `update executor.outbox
     set posts = posts + 1, last_problem = $2, next_at = now() + $3::float8 * interval '1 millisecond'
     where id = $1`,
    [id, problem, delayMs],
  );
}
