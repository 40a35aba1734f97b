import type { Pool } from 'pg';
import * as v from 'valibot';
import { ReceiptClaims } from '#core/protocol/receipt';
import { sha256Hex } from '../sha256';

/** One receipt of the chain, for an auditor: as it was signed, what it says, and the hash that the next one names. */
export interface ChainLink {
  readonly seq: number;
  readonly sha256: string;
  readonly receipt: string;
  readonly claims: ReceiptClaims;
}

/**
 * Receipts after a place in the chain, in its order. A number that is missing is missing in the database: nothing is
 * left out. Receipts hold neither SQL text nor row values.
 */
export async function receiptsAfter(pool: Pool, after: number, limit: number): Promise<readonly ChainLink[]> {
  const { rows } = await pool.query<{ seq: string; receipt: string | null }>({
    name: 'receipts-after',
    text: `
      select (audit.detail ->> 'seq')::bigint as seq, coalesce(superseded.receipt, executions.receipt) as receipt
      from executor.audit join executor.executions using (installation, jti)
        left join executor.superseded on superseded.installation = audit.installation
          and superseded.jti = audit.jti and superseded.seq = (audit.detail ->> 'seq')::bigint
      where audit.event = 'final' and (audit.detail ->> 'seq')::bigint > $1
      order by (audit.detail ->> 'seq')::bigint
      limit $2`,
    values: [after, limit],
  });
  return rows.flatMap(({ seq, receipt }) => {
    if (receipt === null) return [];
    const payload = Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString('utf8');
    const claims = v.parse(ReceiptClaims, JSON.parse(payload));
    // A place that was signed twice (after a restore of this database) shows as a gap rather than as another's.
    if (claims.chain.seq !== Number(seq)) return [];
    const sha256 = sha256Hex(receipt);
    return [{ seq: Number(seq), sha256, receipt, claims }];
  });
}
