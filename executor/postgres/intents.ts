import { escapeLiteral, type Pool } from 'pg';
import * as v from 'valibot';
import type { OrderClaims } from '#core/protocol/order';
import { BeginReply, keyList, type LedgerKey, type LedgerResult, LedgerRow } from './ledger';

/** An attempt at an order, as its intent names it. */
export interface Intender {
  readonly claims: OrderClaims;
  readonly key: LedgerKey;
  readonly orderDigest: string;
  readonly attempt: number;
}

/** One message is one transaction; what it says is on the disk before it answers. */
async function ask(control: Pool, sql: string): Promise<unknown> {
  const results: unknown = await control.query(`set local synchronous_commit = on; ${sql}`);
  const last: unknown = Array.isArray(results) ? results.at(-1) : results;
  return (last as { rows: { reply: unknown }[] }).rows[0]?.reply;
}

const json = (value: unknown): string => `${escapeLiteral(JSON.stringify(value))}::pg_catalog.jsonb`;

/** Takes the place of a change in the ledger before it runs. The functions stand in sql/009-intents.sql. */
export async function beginIntent(
  control: Pool,
  { claims, key, orderDigest, attempt }: Intender,
  rollbackWindowSeconds: number,
  before: unknown,
): Promise<v.InferOutput<typeof BeginReply>> {
  const words = [orderDigest, claims.digest, claims.issue.key].map(escapeLiteral).join(', ');
  return v.parse(
    BeginReply,
    await ask(
      control,
      `select querychange.begin_intent(${keyList(key)}, ${escapeLiteral(claims.jti)}, ${claims.try}, ${attempt}, ${words},
        pg_catalog.to_timestamp(${claims.startBy}), interval '${rollbackWindowSeconds} seconds', ${json(before)}) as reply`,
    ),
  );
}

/**
 * Makes the intent of an attempt that was fenced ours; null when it is not there any more. `revoked`: it may be cleaned up
 * and not be run again.
 */
export async function takeIntent(
  control: Pool,
  { claims, key, orderDigest, attempt }: Intender,
  from: Pick<LedgerRow, 'jti' | 'attempt'>,
): Promise<'taken' | 'revoked' | null> {
  const words = [orderDigest, claims.digest].map(escapeLiteral).join(', ');
  return v.parse(
    v.nullable(v.picklist(['taken', 'revoked'])),
    await ask(
      control,
      `select querychange.take_intent(${keyList(key)}, ${escapeLiteral(from.jti)}, ${from.attempt ?? 0},
        ${escapeLiteral(claims.jti)}, ${claims.try}, ${attempt}, ${words}) as reply`,
    ),
  );
}

/** Ends an intent of ours: the database shows that the change is done. */
export async function endIntent(
  control: Pool,
  { claims, key, attempt }: Intender,
  result: LedgerResult,
): Promise<LedgerRow> {
  return v.parse(
    LedgerRow,
    await ask(
      control,
      `select querychange.end_intent(${keyList(key)}, ${escapeLiteral(claims.jti)}, ${attempt}, ${json(result)}) as reply`,
    ),
  );
}

/** Takes an intent of ours back: the change left nothing behind. */
export async function dropIntent(control: Pool, { claims, key, attempt }: Intender): Promise<void> {
  await ask(
    control,
    `select querychange.drop_intent(${keyList(key)}, ${escapeLiteral(claims.jti)}, ${attempt}) as reply`,
  );
}
