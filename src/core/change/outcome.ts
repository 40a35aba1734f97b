import * as v from 'valibot';
import { Sha256Hex, UtcTime } from '../protocol/claims';
import { ReceiptStatus } from '../protocol/receipt-status';

/** How an attempt ended. */
export const Outcome = v.strictObject({
  status: ReceiptStatus,
  /** Null: closed without a signed word of the executor. */
  receiptSha256: v.nullable(Sha256Hex),
  rows: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** Database time; null when nothing ran. */
  finishedAt: v.nullable(UtcTime),
  /** Code of a refusal or SQLSTATE of a failure. */
  code: v.nullable(v.string()),
  message: v.nullable(v.string()),
});
