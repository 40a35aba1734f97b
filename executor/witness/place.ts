import * as v from 'valibot';
import { Identifier, Sha256Hex } from '#core/protocol/claims';
import { ReceiptClaims } from '#core/protocol/receipt';
import { sha256Hex } from '../sha256';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** How far a receipt chain has come. */
export const ChainPlace = v.strictObject({
  id: Identifier,
  epoch: v.pipe(Count, v.minValue(1)),
  /** Number of the last receipt; 0 before the first. */
  seq: Count,
  /** SHA-256 of that receipt. */
  head: Sha256Hex,
});
export type ChainPlace = v.InferOutput<typeof ChainPlace>;

const Placed = v.object({ chain: ReceiptClaims.entries.chain });

/** The place that a compact receipt of our own takes. */
export function placeOfReceipt(receipt: string): ChainPlace {
  const payload = Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString('utf8');
  const { id, epoch, seq } = v.parse(Placed, JSON.parse(payload)).chain;
  return { id, epoch, seq, head: sha256Hex(receipt) };
}

/** Whether `one` comes after `other` in the same chain. */
export const isFurther = (one: ChainPlace, other: ChainPlace): boolean =>
  one.epoch > other.epoch || (one.epoch === other.epoch && one.seq > other.seq);

const words = ({ epoch, seq }: ChainPlace): string => `receipt ${seq} of epoch ${epoch}`;

/**
 * Why nothing may be signed after `state`, the head that the state database has, when `witnessed` was seen before; null
 * when all is well. A later epoch than the witnessed one is not judged here: what it follows has to be looked up.
 */
export function objectionTo(state: ChainPlace, witnessed: ChainPlace): string | null {
  if (state.id !== witnessed.id)
    return `the state database has another receipt chain than the one whose ${words(witnessed)} was seen here`;
  if (isFurther(witnessed, state))
    return `the state database ends at ${words(state)}, but ${words(witnessed)} was seen here: it is an older copy`;
  if (state.epoch === witnessed.epoch && state.seq === witnessed.seq && state.head !== witnessed.head)
    return `${words(state)} in the state database is not the one that was seen here: the chain has forked`;
  return null;
}
