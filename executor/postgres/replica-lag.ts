import type { Pool } from 'pg';

/** How far the replicas of a server are behind it. */
export interface ReplicaLag {
  /** Write-ahead log that the slowest replica or slot has not taken over yet. */
  readonly bytes: number;
  /** What the slowest replica says of its delay in replaying; 0 when none says anything. */
  readonly seconds: number;
}

/**
 * Replicas that are connected, by what they have replayed (`pg_receivewal` replays nothing: by what it has on disk), and
 * slots, which remember those that are not. A base backup is no replica, and a slot that is lost never catches up.
 * Columns of `pg_stat_replication` are null for whoever has no rights of `pg_read_all_stats`: see `probe`.
 */
const lagSql = `
  select coalesce(max(bytes), 0)::text as bytes, coalesce(max(seconds), 0)::float8 as seconds
  from (
    select pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), coalesce(replay_lsn, flush_lsn, write_lsn)) as bytes,
      extract(epoch from replay_lag) as seconds
    from pg_catalog.pg_stat_replication where state is distinct from 'backup'
    union all
    select pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), coalesce(confirmed_flush_lsn, restart_lsn)), null
    from pg_catalog.pg_replication_slots where wal_status is distinct from 'lost'
  ) as behind`;

/** Asks a primary. @throws when the server does not answer */
export async function replicaLag(control: Pool): Promise<ReplicaLag> {
  const { rows } = await control.query<{ bytes: string; seconds: number }>(lagSql);
  const row = rows[0];
  if (!row) throw new Error('the replicas have no answer');
  return { bytes: Number(row.bytes), seconds: row.seconds };
}

/** Where the server's log ends now. @throws when the server does not answer */
export async function walPosition(control: Pool): Promise<string> {
  const { rows } = await control.query<{ at: string }>(
    'select pg_catalog.pg_current_wal_insert_lsn()::text as at',
  );
  if (!rows[0]) throw new Error('the log has no end');
  return rows[0].at;
}

/** Bytes that the whole server has written to its log since a position. @throws when the server does not answer */
export async function walSince(control: Pool, position: string): Promise<number> {
  const { rows } = await control.query<{ bytes: string }>(
    'select pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), $1)::text as bytes',
    [position],
  );
  return Number(rows[0]?.bytes ?? 0);
}
