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

/** The id of a signed request, which may be used once. */
export interface RequestId {
  readonly jti: string;
  /** Seconds since 1970 after which no clock tolerance can bring the request back. */
  readonly forgetAfter: number;
}

/** How an order is taken in. */
export interface TakingIn {
  /** It waits and runs beside the changes, not among them. */
  readonly reads: boolean;
  /** Not when one of its revision and kind has succeeded. */
  readonly once: boolean;
  /** Of the request that brought it: used up with it. */
  readonly request: RequestId;
  /** Who begins it at once if its lane, of which so many may run at the same time, is free; null: it waits. */
  readonly beginner: { readonly owner: string; readonly width: number } | null;
}

/**
 * What became of an order that was to be taken in. `taken`: it runs by the first claim of the beginner. `behind`: its ledger
 * head is older than, or not the same as, one that was seen before. `present`: its id is known already (another delivery
 * or a tombstone was faster). `done`: one has succeeded, of this id or of another. `replayed`: the request was answered before.
 */
export type TakenIn = 'queued' | 'taken' | 'behind' | 'present' | 'done' | 'replayed';

/** Takes an order in, durably, and moves the witnessed ledger head forward, in one round trip. */
export async function acceptOrder(
  pool: Pool,
  { claims, orderDigest, token }: InboxOrder,
  { reads, once, request, beginner }: TakingIn,
): Promise<TakenIn> {
  const { rows } = await pool.query<{ became: TakenIn }>({
    name: 'take-in-order',
    text: `
      select executor.take_in($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, to_timestamp($15), $16, $17)
        as became`,
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
      request.jti,
      request.forgetAfter,
      beginner?.owner ?? null,
      beginner?.width ?? null,
    ],
  });
  const [row] = rows;
  if (!row) throw new Error('the inbox gave no answer');
  return row.became;
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
  { jti, forgetAfter }: RequestId,
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'use-request-id',
    text: `
      with relaxed as materialized (select set_config('synchronous_commit', 'off', true))
      insert into executor.requests (installation, jti, expires_at)
      select $1, $2, to_timestamp($3) from relaxed
      on conflict do nothing`,
    values: [installation, jti, forgetAfter],
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
