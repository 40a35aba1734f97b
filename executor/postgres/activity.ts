import type { Pool } from 'pg';
import type { ExecutionProgress } from '#core/protocol/progress';

/** What PostgreSQL tells of a backend, asked on another session. */
export interface Activity {
  readonly phase: ExecutionProgress['phase'];
  /** Null when it waits for no lock. */
  readonly lockWait: { readonly sessions: number; readonly seconds: number } | null;
}

interface ActivityRow {
  command: string | null;
  name: string | null;
  unit: 'blocks' | 'rows' | 'bytes' | null;
  done: string | null;
  total: string | null;
  waiting: boolean;
  seconds: number;
  sessions: number;
}

/**
 * Locks and long commands of one backend. `pg_locks` and not `pg_stat_activity`: it is there for every role, and has the
 * start of the wait. The views of long commands show nothing of a backend whose role this session is no member of.
 */
const activitySql = `
  select long.command, long.name, long.unit, long.done::text, long.total::text,
    coalesce(waits.waiting, false) as waiting,
    coalesce(waits.seconds, 0)::float8 as seconds,
    case when waits.waiting then pg_catalog.cardinality(pg_catalog.pg_blocking_pids($1)) else 0 end as sessions
  from (select) as one
  left join lateral (
    select true as waiting,
      extract(epoch from pg_catalog.clock_timestamp() - min(locks.waitstart)) as seconds
    from pg_catalog.pg_locks as locks where locks.pid = $1 and not locks.granted
    having count(*) > 0
  ) as waits on true
  left join lateral (
    select command, phase as name,
      case when blocks_total > 0 then 'blocks' else 'rows' end as unit,
      case when blocks_total > 0 then blocks_done else tuples_done end as done,
      case when blocks_total > 0 then blocks_total else nullif(tuples_total, 0) end as total
    from pg_catalog.pg_stat_progress_create_index where pid = $1
    union all
    select 'VACUUM', phase, 'blocks', heap_blks_scanned, nullif(heap_blks_total, 0)
    from pg_catalog.pg_stat_progress_vacuum where pid = $1
    union all
    select command, phase, 'blocks', heap_blks_scanned, nullif(heap_blks_total, 0)
    from pg_catalog.pg_stat_progress_cluster where pid = $1
    union all
    select 'ANALYZE', phase, 'blocks', sample_blks_scanned, nullif(sample_blks_total, 0)
    from pg_catalog.pg_stat_progress_analyze where pid = $1
    union all
    select 'COPY', type,
      case when bytes_total > 0 then 'bytes' else 'rows' end,
      case when bytes_total > 0 then bytes_processed else tuples_processed end, nullif(bytes_total, 0)
    from pg_catalog.pg_stat_progress_copy where pid = $1
    limit 1
  ) as long on true`;

const numberOf = (text: string | null): number | null => (text === null ? null : Number(text));

/** Looks at backend `pid`. @throws when the server does not answer */
export async function backendActivity(control: Pool, pid: number): Promise<Activity> {
  const { rows } = await control.query<ActivityRow>({
    name: 'backend-activity',
    text: activitySql,
    values: [pid],
  });
  const row = rows[0];
  if (!row) throw new Error('the activity has no answer');
  const { command, name, unit } = row;
  return {
    phase:
      command === null || name === null || unit === null
        ? null
        : { command, name, unit, done: numberOf(row.done), total: numberOf(row.total) },
    lockWait: row.waiting ? { sessions: row.sessions, seconds: row.seconds } : null,
  };
}
