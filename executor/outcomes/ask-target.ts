import type { Pool } from 'pg';
import type { ReceiptClaims } from '#core/protocol/receipt';
import type { TargetMark } from '../state/targets';

/** What a target answers: what it is, and which of the executions it does not know. */
export interface TargetAnswer {
  readonly mark: TargetMark;
  readonly missing: readonly ReceiptClaims[];
}

/**
 * The timeline is that of the log's own file name: the control file names a new one only after its next checkpoint. A
 * server in recovery has no end of its log, and says nothing about the ledger either.
 */
const question = `
  select (select system_identifier::text from pg_catalog.pg_control_system()) as "systemIdentifier",
    (select oid::bigint::float8 from pg_catalog.pg_database where datname = current_database()) as "databaseOid",
    case when here.primary then
      ('x' || substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8))::bit(32)::bigint::float8
    end as timeline,
    case when here.primary then pg_catalog.pg_current_wal_lsn()::text end as lsn,
    case when here.primary then array(
      select asked.at::int
      from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[])
        with ordinality as asked (installation, issue_id, revision, kind, jti, at)
      where querychange.get_execution(asked.installation, asked.issue_id, asked.revision, asked.kind) ->> 'jti'
        is distinct from asked.jti
    ) end as missing
  from (select not pg_catalog.pg_is_in_recovery() as primary) here`;

interface Row {
  systemIdentifier: string;
  databaseOid: number;
  timeline: number | null;
  lsn: string | null;
  missing: number[] | null;
}

/**
 * Asks a target for many executions at once, on the login that only looks.
 * @returns null while the server is a standby; what it lacks is no loss
 * @throws when the target cannot be reached, or has no ledger
 */
export async function askTarget(
  control: Pool,
  executions: readonly ReceiptClaims[],
): Promise<TargetAnswer | null> {
  const { rows } = await control.query<Row>(question, [
    executions.map(({ aud }) => aud),
    executions.map(({ issue }) => issue.id),
    executions.map(({ revision }) => revision),
    executions.map(({ kind }) => kind),
    executions.map(({ jti }) => jti),
  ]);
  const [row] = rows;
  if (!row || row.timeline === null || row.lsn === null || row.missing === null) return null;
  const { systemIdentifier, databaseOid, timeline, lsn } = row;
  return {
    mark: { systemIdentifier, databaseOid, timeline, lsn },
    missing: row.missing.flatMap((at) => executions[at - 1] ?? []),
  };
}
