import type { PrivateJwk } from '#core/protocol/jwk';
import { type LinkStore, storeLink, type UnchainedReceipt, type Write } from './link';
import type { DueDelivery } from './outbox';
import type { InboxOrder } from './store';

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

const takeIn = `written as (
  insert into executor.executions (installation, jti, state, connection, issue_id, issue_key, revision, kind, order_digest,
    token, status, receipt, result, final_at)
  select $1, $2, 'final', $3, $4, $5, $6::integer, $7, $8, $9, $10, $11, $12, now() where exists (select from at_head)
  on conflict (installation, jti) do nothing
  returning 1)`;

const close = (which: string): string => `written as (
  update executor.executions set state = 'final', status = $3, receipt = $4, result = $5, pending_result = null,
    final_at = now()
  where installation = $1 and jti = $2 and ${which} and exists (select from at_head)
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

/**
 * Signs a final receipt as the next link of the chain, and stores it, the final state and its delivery together.
 * `written`: called when the statement that writes it has left, and nobody knows yet what became of it.
 * Resolves to null when the execution has a final receipt already, or is another process's by now: the first final
 * receipt is the only one, unless what it says is lost.
 */
export async function storeFinal(
  store: LinkStore,
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
  store: LinkStore,
  key: PrivateJwk,
  { claims, superseded }: { claims: UnchainedReceipt; superseded: { receipt: string; seq: number } },
): Promise<boolean> {
  const link = await storeLink(store, key, claims, (signed) => ({
    name: 'lost',
    text: `
      lost as (
        update executor.executions set status = 'outcome-lost', receipt = $3
        where installation = $1 and jti = $2 and state = 'final' and status = 'succeeded' and receipt = $4
          and exists (select from at_head)
        returning 1
      ), written as (
        insert into executor.superseded (installation, jti, seq, receipt) select $1, $2, $5, $4 from lost
        returning 1
      )`,
    values: [claims.aud, claims.jti, signed, superseded.receipt, superseded.seq],
  }));
  return link !== null;
}
