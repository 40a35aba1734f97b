import * as v from 'valibot';

/** How an execution ended. A module of its own: the rules fold statuses and must not carry the receipt's schema. */
export const receiptStatuses = [
  /** Committed. */
  'succeeded',
  /** A statement failed; nothing was applied. */
  'failed',
  /** The executor would not run this order; nothing was applied. */
  'refused',
  /** Past `startBy` or `endBy`; nothing was applied. */
  'expired',
  /** Revoked before it began; a tombstone guards its id. */
  'revoked',
  /** The executor cannot know whether the change was applied; a person decides. */
  'unknown',
  /** Failover or restore removed the ledger row of a final execution. Supersedes an earlier receipt. */
  'outcome-lost',
] as const;
export const ReceiptStatus = v.picklist(receiptStatuses);
export type ReceiptStatus = v.InferOutput<typeof ReceiptStatus>;
