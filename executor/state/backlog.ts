import type { Pool } from 'pg';

/** What waits in the state database. */
export interface Backlog {
  readonly open: readonly {
    readonly connection: string;
    readonly state: 'queued' | 'running';
    readonly count: number;
    readonly oldestSeconds: number;
  }[];
  readonly outboxWaiting: number;
  readonly outboxOldestSeconds: number;
  readonly outboxGivenUp: number;
  readonly chainSeq: number;
  /** Processes whose lease is in force. */
  readonly replicas: number;
}

/** Reads what waits; every part is counted along an index of its own. */
export async function readBacklog(pool: Pool): Promise<Backlog> {
  const [open, outbox] = await Promise.all([
    pool.query<Backlog['open'][number]>(
      `select connection, state, count(*)::int as count,
         extract(epoch from now() - min(accepted_at))::float8 as "oldestSeconds"
       from (
         select connection, state, accepted_at from executor.executions where state = 'queued'
         union all
         select connection, state, accepted_at from executor.executions where state = 'running'
       ) open group by connection, state`,
    ),
    pool.query<Omit<Backlog, 'open'>>(
      `select waiting.count as "outboxWaiting", waiting.oldest as "outboxOldestSeconds",
         (select count(*)::int from executor.outbox where next_at is null and delivered_at is null)
           as "outboxGivenUp",
         (select seq::float8 from executor.chain) as "chainSeq",
         (select count(*)::int from executor.replicas where lease_until > clock_timestamp()) as replicas
       from (
         select count(*)::int as count,
           coalesce(extract(epoch from now() - min(executions.final_at)), 0)::float8 as oldest
         from executor.outbox join executor.executions using (installation, jti)
         where outbox.next_at is not null
       ) waiting`,
    ),
  ]);
  const [rest] = outbox.rows;
  if (!rest) throw new Error('the backlog has no answer');
  return { open: open.rows, ...rest };
}
