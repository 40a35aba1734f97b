import type { Pool } from 'pg';
import type { ExecutionRow, InboxOrder } from './store';

const columns =
  'installation, jti, state, connection, kind, order_digest, token, attempt, pending_result, status, receipt, result';

/** The execution with this id, or null. */
export async function findExecution(
  pool: Pool,
  installation: string,
  jti: string,
): Promise<ExecutionRow | null> {
  const { rows } = await pool.query<ExecutionRow>({
    name: 'find-execution',
    text: `select ${columns} from executor.executions where installation = $1 and jti = $2`,
    values: [installation, jti],
  });
  return rows[0] ?? null;
}

/** The execution that succeeded for this revision and kind, or null. */
export async function findSucceeded(
  pool: Pool,
  { claims: { iss, issue, content } }: InboxOrder,
  kind: 'apply' | 'rollback',
): Promise<ExecutionRow | null> {
  const change = { installation: iss, issueId: issue.id, revision: content.revision };
  return findSucceededOf(pool, change, kind);
}

/** The same of a change that no order is at hand of. */
export async function findSucceededOf(
  pool: Pool,
  change: { readonly installation: string; readonly issueId: string; readonly revision: number },
  kind: 'apply' | 'rollback',
): Promise<ExecutionRow | null> {
  const { rows } = await pool.query<ExecutionRow>({
    name: 'find-succeeded',
    text: `select ${columns} from executor.executions
      where installation = $1 and issue_id = $2 and revision = $3 and kind = $4 and state = 'final'
        and status = 'succeeded'`,
    values: [change.installation, change.issueId, change.revision, kind],
  });
  return rows[0] ?? null;
}

/** Orders that wait for a connection that is not in `known`, oldest first. */
export async function waitingForOthers(
  pool: Pool,
  known: readonly string[],
): Promise<readonly ExecutionRow[]> {
  const { rows } = await pool.query<ExecutionRow>(
    `select ${columns} from executor.executions
     where state = 'queued' and not connection = any ($1::text[]) order by accepted_at, jti`,
    [known],
  );
  return rows;
}

/**
 * Takes an order in, durably, and moves the witnessed ledger head forward, in one statement. `reads`: it waits and runs
 * beside the changes, not among them. `once`: not when one of its revision and kind has succeeded.
 * `behind`: the order's ledger head is older than, or not the same as, one that was seen before.
 * `present`: the id is known already (another delivery or a tombstone was faster).
 * `done`: one has succeeded, of this id or of another.
 */
export async function acceptOrder(
  pool: Pool,
  order: InboxOrder,
  { reads, once }: { readonly reads: boolean; readonly once: boolean },
): Promise<'accepted' | 'present' | 'behind' | 'done'> {
  const { claims, orderDigest, token } = order;
  const { rows } = await pool.query<{ done: boolean; witnessed: boolean; inserted: boolean }>({
    name: 'accept-order',
    text: `
      with done as materialized (
        select 1 from executor.executions
        where $13 and installation = $1 and issue_id = $4 and revision = $6 and kind = $7 and state = 'final'
          and status = 'succeeded'
      ), witness as (
        insert into executor.ledger_heads as heads (installation, issue_id, seq, hash)
        select $1, $4, $10::bigint, $11 where not exists (select from done)
        on conflict (installation, issue_id) do update set seq = excluded.seq, hash = excluded.hash
        where heads.seq < excluded.seq or (heads.seq = excluded.seq and heads.hash = excluded.hash)
        returning 1
      ), inbox as (
        insert into executor.executions
          (installation, jti, state, connection, issue_id, issue_key, revision, kind, order_digest, token, reads)
        select $1, $2, 'queued', $3, $4, $5, $6, $7, $8, $9, $12 where exists (select from witness)
        on conflict (installation, jti) do nothing
        returning 1
      ), noted as (
        insert into executor.audit (event, installation, jti, detail)
        select 'order-accepted', $1, $2, jsonb_build_object('issue', $5::text, 'connection', $3::text, 'kind', $7::text)
        where exists (select from inbox)
      )
      select exists (select from done) as done, exists (select from witness) as witnessed,
        exists (select from inbox) as inserted`,
    values: [
      claims.iss,
      claims.jti,
      claims.content.connection,
      claims.issue.id,
      claims.issue.key,
      claims.content.revision,
      claims.kind,
      orderDigest,
      token,
      claims.ledgerHead.seq,
      claims.ledgerHead.hash,
      reads,
      once,
    ],
  });
  if (rows[0]?.inserted) return 'accepted';
  if (rows[0]?.done) return 'done';
  return rows[0]?.witnessed ? 'present' : 'behind';
}

/** Keeps the rows of a change that is about to commit, so that a crash of this process does not lose them. */
export async function keepPendingResult(
  pool: Pool,
  installation: string,
  jti: string,
  body: string,
): Promise<void> {
  await pool.query({
    name: 'keep-pending-result',
    text: `
      with relaxed as materialized (select set_config('synchronous_commit', 'off', true))
      update executor.executions set pending_result = $3
      from relaxed
      where installation = $1 and jti = $2`,
    values: [installation, jti, body],
  });
}

/**
 * Stores a tombstone for an id that was never seen. False when the id is known: it meets the order on the primary key,
 * so either the order or the tombstone is there, never both.
 */
export async function storeTombstone(
  pool: Pool,
  installation: string,
  jti: string,
  connection: string,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `with inbox as (
       insert into executor.executions (installation, jti, state, connection) values ($1, $2, 'tombstone', $3)
       on conflict (installation, jti) do nothing returning 1
     ), noted as (
       insert into executor.audit (event, installation, jti) select 'tombstone', $1, $2 where exists (select from inbox)
     )
     select from inbox`,
    [installation, jti, connection],
  );
  return rowCount === 1;
}

/** Notes that a request id was used; false when it was used before. Expired ids are forgotten by `forgetRequests`. */
export async function useRequestId(
  pool: Pool,
  installation: string,
  jti: string,
  expiresAt: number,
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'use-request-id',
    text: `
      with relaxed as materialized (select set_config('synchronous_commit', 'off', true))
      insert into executor.requests (installation, jti, expires_at)
      select $1, $2, to_timestamp($3) from relaxed
      on conflict do nothing`,
    values: [installation, jti, expiresAt],
  });
  return rowCount === 1;
}

/** Forgets request ids that no clock tolerance can bring back. */
export async function forgetRequests(pool: Pool): Promise<void> {
  await pool.query(`delete from executor.requests where expires_at < now() - interval '5 minutes'`);
}

/** Uses up an enrolment token; false when it was used before. */
export async function useEnrolmentToken(
  pool: Pool,
  installation: string,
  tokenSha256: string,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `insert into executor.enrolments (token_sha256, installation) values ($1, $2) on conflict do nothing`,
    [tokenSha256, installation],
  );
  return rowCount === 1;
}
