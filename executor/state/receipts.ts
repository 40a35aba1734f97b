import type { Pool, PoolClient } from 'pg';
import type { PrivateJwk } from '#core/protocol/jwk';
import { signCompact } from '#core/protocol/jws';
import { type ReceiptClaims, type ReceiptDelivery, receiptTyp } from '#core/protocol/receipt';
import { inTransaction } from '../postgres/pool';
import type { InboxOrder } from './store';
import { sha256Hex } from '../sha256';

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

const takeIn = `
  insert into executor.executions (installation, jti, state, connection, issue_id, issue_key, revision, kind, order_digest,
    token, status, receipt, result, final_at)
  values ($1, $2, 'final', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now())
  on conflict (installation, jti) do nothing
  returning 1`;

const close = (which: string): string => `
  update executor.executions set state = 'final', status = $3, receipt = $4, result = $5, pending_result = null,
    final_at = now()
  where installation = $1 and jti = $2 and ${which}
  returning 1`;

function statement(final: Final, receipt: string): { text: string; values: unknown[] } {
  const { claims, order, result } = final;
  if (final.as === 'take-in') {
    const { issue, content } = order.claims;
    return {
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
  if (final.as === 'close-queued') return { text: close(`state = 'queued' and attempt = 0`), values };
  if (final.as === 'close-waiting') return { text: close(`state = 'queued'`), values };
  const { owner, attempt } = final.as.close;
  return {
    text: close(`state = 'running' and lease_owner = $6 and attempt = $7`),
    values: [...values, owner, attempt],
  };
}

class AlreadyFinal extends Error {}

/** Signs a receipt as the next link of the chain; stores what `write` does with it, and its delivery, together. */
async function storeLink(
  pool: Pool,
  owner: string,
  key: PrivateJwk,
  unchained: UnchainedReceipt,
  write: (client: PoolClient, receipt: string) => Promise<number | null>,
  written: () => Promise<void> | void = () => undefined,
): Promise<string | null> {
  try {
    return await inTransaction(pool, async (client) => {
      // The row lock makes receipts of parallel changes line up.
      const { rows } = await client.query<{ id: string; seq: string; head: string }>({
        name: 'chain-head',
        text: 'select id, seq, head from executor.chain for update',
      });
      const head = rows[0];
      if (!head) throw new Error('the receipt chain has no head');
      const seq = Number(head.seq) + 1;
      const claims: ReceiptClaims = { ...unchained, chain: { id: head.id, seq, prev: head.head } };
      const receipt = await signCompact(claims, receiptTyp, key);
      if ((await write(client, receipt)) !== 1) throw new AlreadyFinal();
      await client.query({
        name: 'advance-chain',
        text: `
          with advanced as (update executor.chain set seq = $2, head = $3 where id = $1),
            noted as (
              insert into executor.audit (event, installation, jti, detail)
              values ('final', $4, $5, jsonb_build_object('status', $6::text, 'seq', $2::bigint))
            )
          insert into executor.outbox (installation, jti, owner) values ($4, $5, $7)`,
        values: [head.id, seq, sha256Hex(receipt), claims.aud, claims.jti, claims.status, owner],
      });
      await written();
      return receipt;
    });
  } catch (error) {
    if (error instanceof AlreadyFinal) return null;
    throw error;
  }
}

/**
 * `owner`: the process that delivers it. Signs a final receipt as the next link of the chain, and stores it, the final state and its delivery together.
 * `written`: called when everything is written and nothing is committed.
 * Resolves to null when the execution has a final receipt already, or is another process's by now: the first final
 * receipt is the only one, unless what it says is lost.
 */
export async function storeFinal(
  pool: Pool,
  owner: string,
  key: PrivateJwk,
  final: Final,
  written: () => Promise<void> | void,
): Promise<ReceiptDelivery | null> {
  const write = async (client: PoolClient, signed: string): Promise<number | null> => {
    const stored = statement(final, signed);
    return (await client.query(stored.text, stored.values)).rowCount;
  };
  const receipt = await storeLink(pool, owner, key, final.claims, write, written);
  return receipt === null ? null : { receipt, result: final.result };
}

/**
 * Supersedes the receipt of a success whose proof is gone from the target. The state stays final, and the receipt that
 * was superseded stays in the chain. False when another process was faster.
 */
export async function storeLost(
  pool: Pool,
  owner: string,
  key: PrivateJwk,
  { claims, superseded }: { claims: UnchainedReceipt; superseded: { receipt: string; seq: number } },
): Promise<boolean> {
  const receipt = await storeLink(pool, owner, key, claims, async (client, signed) => {
    const { rowCount } = await client.query(
      `with lost as (
         update executor.executions set status = 'outcome-lost', receipt = $3
         where installation = $1 and jti = $2 and state = 'final' and status = 'succeeded' and receipt = $4
         returning installation, jti
       )
       insert into executor.superseded (installation, jti, seq, receipt)
       select installation, jti, $5, $4 from lost`,
      [claims.aud, claims.jti, signed, superseded.receipt, superseded.seq],
    );
    return rowCount;
  });
  return receipt !== null;
}
