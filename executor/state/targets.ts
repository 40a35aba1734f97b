import type { Pool } from 'pg';

/** What a target database looked like when its ledger was compared with our receipts. */
export interface TargetMark {
  readonly systemIdentifier: string;
  readonly databaseOid: number;
  readonly timeline: number;
  /** End of its write-ahead log, as PostgreSQL writes it: `0/16B3748`. */
  readonly lsn: string;
}

/** What is remembered of a connection's target, or null. */
export async function readMark(pool: Pool, connection: string): Promise<TargetMark | null> {
  const { rows } = await pool.query<TargetMark>(
    `select system_identifier as "systemIdentifier", database_oid::float8 as "databaseOid",
       timeline::float8 as timeline, lsn::text as lsn
     from executor.target_marks where connection = $1`,
    [connection],
  );
  return rows[0] ?? null;
}

/** Remembers what a target looked like. */
export async function keepMark(pool: Pool, connection: string, mark: TargetMark): Promise<void> {
  await pool.query(
    `insert into executor.target_marks as marks (connection, system_identifier, database_oid, timeline, lsn)
     values ($1, $2, $3, $4, $5)
     on conflict (connection) do update
     set system_identifier = excluded.system_identifier, database_oid = excluded.database_oid,
       timeline = excluded.timeline, lsn = excluded.lsn, seen_at = now()`,
    [connection, mark.systemIdentifier, mark.databaseOid, mark.timeline, mark.lsn],
  );
}

/** An execution that was reported as succeeded. */
export interface Succeeded {
  readonly installation: string;
  readonly jti: string;
  readonly receipt: string;
  /** Its time as PostgreSQL writes it: the place to read on from. */
  readonly at: string;
}

/** Successes of a connection that left a row in its ledger (a dry run leaves none), within `days`, the latest first, after the place of `after`. */
export async function succeededOf(
  pool: Pool,
  connection: string,
  { days, limit, after }: { days: number; limit: number; after: Succeeded | null },
): Promise<readonly Succeeded[]> {
  const { rows } = await pool.query<Succeeded>(
    `select installation, jti, receipt, final_at::text as at
     from executor.executions
     where connection = $1 and state = 'final' and status = 'succeeded' and kind in ('apply', 'rollback')
       and final_at > now() - make_interval(days => $2)
       and ($4::text is null or final_at < $4::timestamptz
         or (final_at = $4::timestamptz and (installation, jti) > ($5, $6)))
     order by final_at desc, installation, jti
     limit $3`,
    [connection, days, limit, after?.at ?? null, after?.installation ?? null, after?.jti ?? null],
  );
  return rows;
}
