import type { PoolClient, QueryResult } from 'pg';
import type { PrivateJwk } from '#core/protocol/jwk';
import { signCompact } from '#core/protocol/jws';
import { type ReceiptClaims, receiptTyp } from '#core/protocol/receipt';
import { sha256Hex } from '../sha256';
import { headOf, type HeadRow, lockHeadSql } from '../witness/chain-head';
import type { ChainPlace } from '../witness/place';
import type { StateStore } from './store';

/** All of a receipt but its place in the chain, which is given when it is written. */
export type UnchainedReceipt = Omit<ReceiptClaims, 'chain'>;

/** What a link needs of the state database. */
export type LinkStore = Pick<StateStore, 'pool' | 'replica' | 'chain'>;

/**
 * What writes the subject of a receipt: CTEs, the last of which is `written` and returns one row, and nothing unless
 * `at_head` has a row; their name, for the server to plan them once.
 */
export interface Write {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A receipt that was stored, and the number of its delivery. */
export interface Link {
  readonly receipt: string;
  readonly delivery: string;
}

/** What is to be linked, and who signs it. */
interface Linking {
  readonly key: PrivateJwk;
  readonly unchained: UnchainedReceipt;
  readonly writing: (receipt: string) => Write;
  /** Called when the statement that writes it has left. */
  readonly written: () => Promise<void> | void;
}

/** Signs the link after `last` and sends what writes it; nothing is written unless `last` is the head. */
async function write(
  client: PoolClient,
  last: ChainPlace,
  { replica }: LinkStore,
  { key, unchained, writing, written }: Linking,
): Promise<Link | null> {
  const { id, epoch, seq, head: prev } = last;
  const claims: ReceiptClaims = { ...unchained, chain: { id, epoch, seq: seq + 1, prev } };
  const receipt = await signCompact(claims, receiptTyp, key);
  const { name, text, values } = writing(receipt);
  const at = (offset: number): string => `$${values.length + offset}`;
  const answer = client.query<{ delivery: string }>({
    name: `link-${name}`,
    text: `
      with at_head as materialized (
          select 1 from executor.chain
          where id = ${at(1)} and epoch = ${at(2)} and seq = ${at(3)}::bigint - 1 and head = ${at(4)}
          for update
        ),
        ${text},
        advanced as (
          update executor.chain set seq = ${at(3)}, head = ${at(5)} where id = ${at(1)} and exists (select from written)
        ),
        noted as (
          insert into executor.audit (event, installation, jti, detail)
          select 'final', $1, $2, jsonb_build_object('status', ${at(6)}::text, 'seq', ${at(3)}::bigint) from written
        )
      insert into executor.outbox (installation, jti, owner) select $1, $2, ${at(7)}::bigint from written
      returning id as delivery`,
    values: [...values, id, epoch, seq + 1, prev, sha256Hex(receipt), claims.status, replica.owner],
  });
  const [{ rows }] = await Promise.all([answer, written()]);
  return rows[0] ? { receipt, delivery: rows[0].delivery } : null;
}

/**
 * Writes at the place where this process last saw the head, in one message and its own transaction. Null when the head is
 * elsewhere by now, or when there was nothing to write.
 */
async function writeAtKnownHead(store: LinkStore, linking: Linking): Promise<Link | null> {
  const last = store.chain.believed();
  if (last === null) return null;
  const client = await store.pool.connect();
  try {
    const link = await write(client, last, store, linking);
    client.release();
    return link;
  } catch (error) {
    client.release(error as Error);
    throw error;
  }
}

/** Reads the head under its row lock, judges it, and writes after it: three messages, the lock is held for two. */
async function writeAtLockedHead(store: LinkStore, linking: Linking): Promise<Link | null> {
  const client = await store.pool.connect();
  try {
    const begun: unknown = await client.query(`begin; ${lockHeadSql}`);
    const [, found] = begun as readonly [unknown, QueryResult<HeadRow>];
    const link = await write(client, await store.chain.accepted(headOf(found.rows), client), store, linking);
    await client.query(link ? 'commit' : 'rollback');
    client.release();
    return link;
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      (fault: Error) => client.release(fault),
    );
    throw error;
  }
}

/**
 * Signs a receipt as the next link of the chain; stores what `writing` says, and its delivery, together. Links of parallel
 * changes line up: here by taking turns, among processes by the row lock of the head. Null when there is nothing to write.
 */
export async function storeLink(
  store: LinkStore,
  key: PrivateJwk,
  unchained: UnchainedReceipt,
  writing: (receipt: string) => Write,
  written: () => Promise<void> | void = () => undefined,
): Promise<Link | null> {
  const linking: Linking = { key, unchained, writing, written };
  return store.chain.inTurn(async () => {
    const link = (await writeAtKnownHead(store, linking)) ?? (await writeAtLockedHead(store, linking));
    // Whoever lets it leave waits for this, and meets its failure.
    if (link) store.chain.witness.lets(link.receipt).catch(() => undefined);
    return link;
  });
}
