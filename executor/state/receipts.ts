import type { QueryResult } from 'pg';
import type { PrivateJwk } from '#core/protocol/jwk';
import { signCompact } from '#core/protocol/jws';
import { type ReceiptClaims, receiptTyp } from '#core/protocol/receipt';
import type { DueDelivery } from './outbox';
import { sha256Hex } from '../sha256';
import { headOf, type HeadRow, lockHeadSql } from '../witness/chain-head';
import type { InboxOrder, StateStore } from './store';

/** All of a receipt but its place in the chain, which is given when it is written. */
export type UnchainedReceipt = Omit<ReceiptClaims, 'chain'>;

/** A final outcome on its way into the state database. */
export interface Final {
  readonly claims: UnchainedReceipt;
  /** JSON text of the result body, or null. */
  readonly result: string | null;
  /**
   * `take-in`: the order was refused at the door and has no row yet. `close-queued`: only if no worker has begun it.
   * `close-waiting`: it waits, and nobody here can run it. `close`: it runs, by this lease and no other's.
   */
  readonly as: 'take-in' | 'close-queued' | 'close-waiting' | { readonly close: Lease };
  readonly order: InboxOrder;
}

/** In whose name an order runs: a process, and the number of its claim. Over when another claim is made. */
export interface Lease {
  readonly owner: string;
  readonly attempt: number;
}

/** What writes the subject of a receipt: CTEs, the last of which is `written` and returns one row; their name, for the server to plan them once. */
interface Write {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

const takeIn = `written as (
  insert into executor.executions (installation, jti, state, connection, issue_id, issue_key, revision, kind, order_digest,
    token, status, receipt, result, final_at)
  values ($1, $2, 'final', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now())
  on conflict (installation, jti) do nothing
  returning 1)`;

const close = (which: string): string => `written as (
  update executor.executions set state = 'final', status = $3, receipt = $4, result = $5, pending_result = null,
    final_at = now()
  where installation = $1 and jti = $2 and ${which}
  returning 1)`;

function write(final: Final, receipt: string): Write {
  const { claims, order, result } = final;
  if (final.as === 'take-in') {
    const { issue, content } = order.claims;
    return {
      name: 'take-in',
      text: takeIn,
      values: [
        claims.aud,
        claims.jti,
        claims.connection,
        issue.id,
        issue.key,
        content.revision,
        claims.kind,
        order.orderDigest,
        claims.reason?.code === 'secret-in-statement' ? null : order.token,
        claims.status,
        receipt,
        result,
      ],
    };
  }
  const values = [claims.aud, claims.jti, claims.status, receipt, result];
  const { as } = final;
  if (as === 'close-queued') return { name: as, text: close(`state = 'queued' and attempt = 0`), values };
  if (as === 'close-waiting') return { name: as, text: close(`state = 'queued'`), values };
  return {
    name: 'close',
    text: close(`state = 'running' and lease_owner = $6 and attempt = $7`),
    values: [...values, as.close.owner, as.close.attempt],
  };
}

/** A receipt that was stored, and the number of its delivery. */
interface Link {
  readonly receipt: string;
  readonly delivery: string;
}

/**
 * Signs a receipt as the next link of the chain; stores what `writing` says, and its delivery, together. Three messages: the
 * row lock of the chain is held for two of them.
 */
async function storeLink(
  { pool, replica, chain }: Pick<StateStore, 'pool' | 'replica' | 'chain'>,
  key: PrivateJwk,
  unchained: UnchainedReceipt,
  writing: (receipt: string) => Write,
  written: () => Promise<void> | void = () => undefined,
): Promise<Link | null> {
  const client = await pool.connect();
  try {
    // The row lock makes receipts of parallel changes line up.
    const begun: unknown = await client.query(`begin; ${lockHeadSql}`);
    const [, found] = begun as readonly [unknown, QueryResult<HeadRow>];
    const { id, epoch, seq: last, head: prev } = await chain.accepted(headOf(found.rows), client);
    const seq = last + 1;
    const claims: ReceiptClaims = { ...unchained, chain: { id, epoch, seq, prev } };
    const receipt = await signCompact(claims, receiptTyp, key);
    const { name, text, values } = writing(receipt);
    const at = (offset: number): string => `$${values.length + offset}`;
    const { rows } = await client.query<{ delivery: string }>({
      name: `link-${name}`,
      text: `
        with ${text},
          advanced as (
            update executor.chain set seq = ${at(1)}, head = ${at(2)} where id = ${at(3)} and exists (select from written)
          ),
          noted as (
            insert into executor.audit (event, installation, jti, detail)
            select 'final', $1, $2, jsonb_build_object('status', ${at(4)}::text, 'seq', ${at(1)}::bigint) from written
          )
        insert into executor.outbox (installation, jti, owner) select $1, $2, ${at(5)}::bigint from written
        returning id as delivery`,
      values: [...values, seq, sha256Hex(receipt), id, claims.status, replica.owner],
    });
    if (rows[0]) await written();
    await client.query(rows[0] ? 'commit' : 'rollback');
    client.release();
    // Whoever lets it leave waits for this, and meets its failure.
    if (rows[0]) chain.witness.lets(receipt).catch(() => undefined);
    return rows[0] ? { receipt, delivery: rows[0].delivery } : null;
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      (fault: Error) => client.release(fault),
    );
    throw error;
  }
}

/**
 * Signs a final receipt as the next link of the chain, and stores it, the final state and its delivery together.
 * `written`: called when everything is written and nothing is committed.
 * Resolves to null when the execution has a final receipt already, or is another process's by now: the first final
 * receipt is the only one, unless what it says is lost.
 */
export async function storeFinal(
  store: StateStore,
  key: PrivateJwk,
  final: Final,
  written: () => Promise<void> | void,
): Promise<DueDelivery | null> {
  const { claims, result } = final;
  const link = await storeLink(store, key, claims, (receipt) => write(final, receipt), written);
  if (link === null) return null;
  const { receipt, delivery: id } = link;
  return { id, installation: claims.aud, jti: claims.jti, posts: 0, receipt, result };
}

/**
 * Supersedes the receipt of a success whose proof is gone from the target. The state stays final, and the receipt that
 * was superseded stays in the chain. False when another process was faster.
 */
export async function storeLost(
  store: Pick<StateStore, 'pool' | 'replica' | 'chain'>,
  key: PrivateJwk,
  { claims, superseded }: { claims: UnchainedReceipt; superseded: { receipt: string; seq: number } },
): Promise<boolean> {
  const link = await storeLink(store, key, claims, (signed) => ({
    name: 'lost',
    text: `
      lost as (
        update executor.executions set status = 'outcome-lost', receipt = $3
        where installation = $1 and jti = $2 and state = 'final' and status = 'succeeded' and receipt = $4
        returning 1
      ), written as (
        insert into executor.superseded (installation, jti, seq, receipt) select $1, $2, $5, $4 from lost
        returning 1
      )`,
    values: [claims.aud, claims.jti, signed, superseded.receipt, superseded.seq],
  }));
  return link !== null;
}
