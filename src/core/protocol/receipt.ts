import * as v from 'valibot';
import { sha256Hex } from '../hash';
import {
  ConnectionKey,
  Environment,
  Identifier,
  LedgerMode,
  NumericDate,
  Sha256Hex,
  TargetIdentity,
  UtcTime,
} from './claims';
import { ExecutionKind } from './attempt';
import { Subject } from '../evidence/subject';
import { DryRunReport } from './dry-run';
import { ExportClaim } from './export';
import { ReceiptStatus } from './receipt-status';

export const receiptTyp = 'qc-receipt+jws';

export { receiptStatuses, ReceiptStatus } from './receipt-status';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Why a statement failed, without the server's text (that is in the result body, for those allowed). */
const StatementError = v.strictObject({
  sqlstate: v.pipe(v.string(), v.regex(/^[0-9A-Z]{5}$/)),
  /** The condition name of PostgreSQL appendix A, for example `unique_violation`; `unknown` when not listed. */
  condition: v.string(),
  /** Character offset (from 1) in the whole executed text, null when the server gave none. */
  position: v.nullable(Count),
});

/** Outcome of one statement, cut from the executed text by the executor. */
export const StatementOutcome = v.strictObject({
  /** From 0. */
  index: Count,
  /** Byte range [start, end) in the UTF-8 form of the executed text. */
  start: Count,
  end: Count,
  /** Command tag without counts: `UPDATE`, `CREATE TABLE`. Null when the statement did not run. */
  command: v.nullable(v.pipe(v.string(), v.maxLength(64))),
  /** Rows affected or returned; null when the command has no count or did not run. */
  rows: v.nullable(Count),
  /** Milliseconds on the executor's clock. */
  ms: v.pipe(v.number(), v.minValue(0)),
  error: v.nullable(StatementError),
});
export type StatementOutcome = v.InferOutput<typeof StatementOutcome>;

/** Claims of a receipt: the executor's signed statement of what became of an order. */
export const ReceiptClaims = v.strictObject({
  v: v.literal(1),
  /** Executor id. */
  iss: Identifier,
  /** Installation ARI. */
  aud: Identifier,
  jti: Sha256Hex,
  iat: NumericDate,
  kind: ExecutionKind,
  issue: v.strictObject({ id: Identifier, key: Identifier }),
  revision: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Claims of this id by a worker, from 1; 0 when it never began. */
  attempt: Count,
  status: ReceiptStatus,
  /** Machine code and plain words for refused, expired, revoked, failed (if not by a statement), unknown. */
  reason: v.nullable(v.strictObject({ code: v.string(), message: v.pipe(v.string(), v.maxLength(500)) })),
  orderDigest: Sha256Hex,
  digest: Sha256Hex,
  sqlSha256: Sha256Hex,
  connection: ConnectionKey,
  environment: v.nullable(Environment),
  target: v.nullable(TargetIdentity),
  ledgerMode: LedgerMode,
  /** `synchronous_commit` in force at COMMIT; null when nothing was committed. */
  durability: v.nullable(v.string()),
  statements: v.array(StatementOutcome),
  /** Database clock. */
  startedAt: v.nullable(UtcTime),
  finishedAt: v.nullable(UtcTime),
  /** `pg_current_xact_id()`, decimal digits. */
  transactionId: v.nullable(v.pipe(v.string(), v.regex(/^\d+$/))),
  /**
   * The verification of a change that has one: assertions that held before COMMIT, and whether all held again after it
   * (null: nothing was committed). `failed` comes with status `succeeded` and a reason: applied, but not as verified.
   */
  verification: v.optional(
    v.strictObject({ checked: Count, afterCommit: v.nullable(v.picklist(['held', 'failed'])) }),
  ),
  /** What was kept to undo this change; absent when the change has no rollback plan or did not commit. */
  beforeImage: v.optional(
    v.strictObject({ sha256: Sha256Hex, rows: Count, bytes: Count, keptUntil: UtcTime }),
  ),
  /** The file that the result was written to, at the executor; absent when there is none. */
  export: v.optional(ExportClaim),
  /**
   * Tries of a structural change that gave way because a lock was not to be had in time, oldest first, with what the one
   * process saw that ended the order: when (its clock), at which statement (from 0; null: before the first), and how many
   * sessions were in the way (null: nobody looked in time). Absent: there was none.
   */
  lockTries: v.optional(
    v.array(v.strictObject({ at: UtcTime, statement: v.nullable(Count), sessions: v.nullable(Count) })),
  ),
  /** What a dry run saw before it was rolled back; absent for any other kind, and when nothing ran. */
  dryRun: v.optional(DryRunReport),
  /** What a change that succeeded ran with, for the same change elsewhere; absent for anything else. */
  subject: v.optional(Subject),
  /** SHA-256 of the result body's bytes; null when there is no body. */
  resultSha256: v.nullable(Sha256Hex),
  /**
   * The executor's audit chain. `prev` is the SHA-256 of the receipt before (64 zeros for the first). `seq` counts on from
   * epoch to epoch; the first receipt of a new one follows the last that was known anywhere, which the executor's own
   * database may have lost. Absent in receipts that are older than epochs: the first.
   */
  chain: v.strictObject({
    id: Identifier,
    epoch: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
    seq: v.pipe(v.number(), v.integer(), v.minValue(1)),
    prev: Sha256Hex,
  }),
});
export type ReceiptClaims = v.InferOutput<typeof ReceiptClaims>;

/** Columns and rows of one statement, and the server's words; leaves the executor beside the receipt, not in it. */
export const ResultBody = v.strictObject({
  v: v.literal(1),
  statements: v.array(
    v.strictObject({
      index: Count,
      columns: v.array(
        v.strictObject({
          name: v.string(),
          type: v.string(),
          /** Why the values were masked: a class of data, or words. Absent: they were not. */
          masked: v.optional(v.pipe(v.string(), v.maxLength(100))),
        }),
      ),
      /** Text form of each value as PostgreSQL prints it; null for NULL. */
      rows: v.array(v.array(v.nullable(v.string()))),
      /** True when rows or bytes were cut at the limits of the order. */
      truncated: v.boolean(),
      /** Server message with detail and hint, null when the statement succeeded. */
      message: v.nullable(v.string()),
    }),
  ),
  /** Dry runs only: the plan of each statement that has one, as `EXPLAIN (FORMAT JSON)` prints it. */
  plans: v.optional(v.array(v.strictObject({ index: Count, plan: v.string() }))),
});
export type ResultBody = v.InferOutput<typeof ResultBody>;

/** Command tags of statements whose rows are no changes. */
const reading = /^(SELECT|SHOW|EXPLAIN|FETCH)/;

/** Rows changed by all statements together; rows that a query returned are not changes. */
export function affectedRows(statements: readonly Pick<StatementOutcome, 'command' | 'rows'>[]): number {
  const changing = statements.filter(({ command }) => command !== null && !reading.test(command));
  return changing.reduce((sum, { rows }) => sum + (rows ?? 0), 0);
}

/**
 * Rows that were selected, when that is all that the tags tell; null when a statement did something else. `CREATE TABLE AS`
 * and a function that writes have the same tag: only a READ ONLY transaction changed nothing for certain.
 */
export function selectedRows(
  statements: readonly Pick<StatementOutcome, 'command' | 'rows'>[],
): number | null {
  const reads = statements.every(({ command }) => command !== null && reading.test(command));
  return reads && statements.length > 0 ? statements.reduce((sum, { rows }) => sum + (rows ?? 0), 0) : null;
}

/** What the executor posts to the receipt URL and answers to a question about an execution. */
export const ReceiptDelivery = v.strictObject({
  /** Compact receipt JWS. */
  receipt: v.string(),
  /** JSON text of {@link ResultBody}; its SHA-256 stands in the receipt. Null when there is none. */
  result: v.nullable(v.string()),
});
export type ReceiptDelivery = v.InferOutput<typeof ReceiptDelivery>;

/** True when `body` is the result that `claims` vouches for. */
export async function resultMatches(claims: ReceiptClaims, body: string | null): Promise<boolean> {
  if (body === null) return claims.resultSha256 === null;
  return claims.resultSha256 === (await sha256Hex(body));
}
