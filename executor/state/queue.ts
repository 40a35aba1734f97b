import type { Pool } from 'pg';
import type { Lease } from './receipts';

/** Orders of one connection that wait in line: those that change, or those that only read. */
export interface Lane {
  readonly connection: string;
  readonly reads: boolean;
  /** At most so many at the same time, over all executors. */
  readonly width: number;
}

/** An order that runs in our name. */
export interface Taken {
  readonly kind: 'taken';
  readonly installation: string;
  readonly jti: string;
  /** Claims of this order so far; from the second on an earlier one may have run it. */
  readonly attempt: number;
  /** Somebody wants it to end; what nobody has begun is not begun then. */
  readonly stopped: boolean;
  /** Another one was waiting behind it. */
  readonly more: boolean;
}

/** A lease, and whether somebody wants the order to end. */
export interface Claimed extends Lease {
  readonly stopped: boolean;
}

/** What a look into a lane found. */
export type Claim = Taken | { readonly kind: 'full' } | { readonly kind: 'empty' };

/** Takes the oldest order of a lane, if the lane has room. One round trip, not synced. */
export async function claimNext(pool: Pool, owner: string, lane: Lane): Promise<Claim> {
  const { rows } = await pool.query<{
    outcome: 'full' | 'empty' | 'more' | 'last';
    installation: string;
    jti: string;
    attempt: number;
    stopped: boolean;
  }>({
    name: 'claim-next',
    text: 'select * from executor.claim($1, $2, $3, $4)',
    values: [owner, lane.connection, lane.reads, lane.width],
  });
  const row = rows[0];
  if (!row) throw new Error('the queue gave no answer');
  if (row.outcome === 'full' || row.outcome === 'empty') return { kind: row.outcome };
  const { installation, jti, attempt, stopped } = row;
  return { kind: 'taken', installation, jti, attempt, stopped, more: row.outcome === 'more' };
}

/**
 * Counts one more attempt of an order that is ours, whatever we know of the claims before; null when it is another
 * process's or final.
 */
export async function claimAgain(
  pool: Pool,
  owner: string,
  installation: string,
  jti: string,
): Promise<Claimed | null> {
  const { rows } = await pool.query<Omit<Claimed, 'owner'>>({
    name: 'claim-again',
    text: `
      with relaxed as materialized (select set_config('synchronous_commit', 'off', true))
      update executor.executions set attempt = attempt + 1
      from relaxed
      where installation = $1 and jti = $2 and state = 'running' and lease_owner = $3
      returning attempt, stop_requested_at is not null as stopped`,
    values: [installation, jti, owner],
  });
  return rows[0] ? { owner, ...rows[0] } : null;
}

/** Whether an order still runs by this lease. */
export async function isOurs(pool: Pool, lease: Lease, installation: string, jti: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from executor.executions
     where installation = $1 and jti = $2 and state = 'running' and lease_owner = $3 and attempt = $4`,
    [installation, jti, lease.owner, lease.attempt],
  );
  return rowCount === 1;
}

/** Puts an order of ours back into its lane: its outcome is open, and this process stops. */
export async function putBack(pool: Pool, lease: Lease, installation: string, jti: string): Promise<void> {
  await pool.query(
    `update executor.executions set state = 'queued', lease_owner = null
     where installation = $1 and jti = $2 and state = 'running' and lease_owner = $3 and attempt = $4`,
    [installation, jti, lease.owner, lease.attempt],
  );
}

/** Puts back orders that are ours by a claim whose answer never arrived: all that we do not know to be at. */
export async function putBackUnknown(pool: Pool, owner: string, known: readonly string[]): Promise<void> {
  await pool.query(
    `update executor.executions set state = 'queued', lease_owner = null
     where state = 'running' and lease_owner = $1 and not jti = any ($2::text[])`,
    [owner, known],
  );
}

/** Takes over from processes that are gone: orders go back into their lanes, receipts become ours to deliver. */
export async function takeOver(pool: Pool, owner: string): Promise<{ orders: number; receipts: number }> {
  const { rows } = await pool.query<{ orders: number; receipts: number }>(
    'select orders, receipts from executor.take_over($1)',
    [owner],
  );
  return rows[0] ?? { orders: 0, receipts: 0 };
}

/** What there is to do that nobody may have told us of. */
export interface Surroundings {
  /** Lanes in which something waits. */
  readonly waiting: readonly { connection: string; reads: boolean }[];
  /** Others run orders, or have receipts to deliver. */
  readonly othersRun: boolean;
  readonly othersDeliver: boolean;
}

/** Looks, along indexes that hold only what is open. */
export async function lookAround(pool: Pool, owner: string): Promise<Surroundings> {
  const { rows } = await pool.query<Surroundings>({
    name: 'look-around',
    text: `
      select
        (select coalesce(jsonb_agg(distinct jsonb_build_object('connection', connection, 'reads', reads)), '[]')
          from executor.executions where state = 'queued') as waiting,
        exists (select from executor.executions where state = 'running' and lease_owner is distinct from $1::bigint)
          as "othersRun",
        exists (select from executor.outbox where next_at is not null and owner is distinct from $1::bigint)
          as "othersDeliver"`,
    values: [owner],
  });
  return rows[0] ?? { waiting: [], othersRun: false, othersDeliver: false };
}
