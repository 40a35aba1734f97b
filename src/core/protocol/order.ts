import * as v from 'valibot';
import { Analysis } from '../change/analysis';
import { DigestInput } from '../change/digest';
import { canonicalSha256 } from '../hash';
import { maxEvidenceChars, maxEvidenceReceipts } from '../limits';
import { ExecutionKind } from './attempt';
import { AccountId, Identifier, NumericDate, Sha256Hex, UtcTime } from './claims';

export const orderTyp = 'qc-order+jws';

/** One counted vote, as the executor checks it against its own limits. */
const OrderApproval = v.strictObject({
  accountId: AccountId,
  /** When the vote was cast. */
  at: UtcTime,
  /** The digest that was on the voter's screen. */
  digest: Sha256Hex,
  /** When Jira was last asked whether this person may approve. */
  eligibilityCheckedAt: UtcTime,
});

/** The app's own verdict, as a record. */
const OrderAnalyser = v.strictObject({
  ...v.pick(Analysis, ['risk', 'errors', 'warnings', 'waived']).entries,
  /** Version of the rules and digest of the site's configuration of them. */
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
});

/** Claims of an order: a signed request to execute one revision once. */
export const OrderClaims = v.strictObject({
  v: v.literal(1),
  /** Installation ARI. */
  iss: Identifier,
  /** Executor id. */
  aud: Identifier,
  jti: Sha256Hex,
  iat: NumericDate,
  exp: NumericDate,
  /** The change must have begun by then; later it expires without effect. */
  startBy: NumericDate,
  /** The change must have committed by then; otherwise it is rolled back as expired. */
  endBy: NumericDate,
  kind: ExecutionKind,
  /** Attempt of this (issue, revision, kind), from 1. Part of the `jti`. */
  try: v.pipe(v.number(), v.integer(), v.minValue(1)),
  issue: v.strictObject({ id: Identifier, key: Identifier }),
  /** accountId of the person who pressed Run, Roll back or Dry run. */
  requestedBy: AccountId,
  digest: Sha256Hex,
  content: DigestInput,
  /**
   * SHA-256 of the bytes to execute: `content.sql`, for a rollback `content.rollback`, and for a rollback by plan
   * the canonical JSON of `content.rollbackPlan`.
   */
  sqlSha256: Sha256Hex,
  approvals: v.pipe(v.array(OrderApproval), v.maxLength(100)),
  /** Compact receipts of the same change in lower environments; the executor judges them by its own configuration. */
  evidence: v.pipe(
    v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(maxEvidenceChars))),
    v.maxLength(maxEvidenceReceipts),
  ),
  /**
   * What the app's review said at submission: by which rules, and what it came to. The executor keeps it with the order
   * and judges by its own review. Null: it was not reviewed, or by an earlier release.
   */
  analyser: v.nullable(OrderAnalyser),
  /** Head of the change's ledger in the app when the order was built; the executor witnesses it. */
  ledgerHead: v.strictObject({ seq: v.pipe(v.number(), v.integer(), v.minValue(1)), hash: Sha256Hex }),
  /** Rollback only: SHA-256 of the compact apply receipt. */
  applyReceiptSha256: v.nullable(Sha256Hex),
  /** Rollback by plan only: SHA-256 of the kept rows, as the apply receipt names it. */
  beforeImageSha256: v.optional(Sha256Hex),
});
export type OrderClaims = v.InferOutput<typeof OrderClaims>;

/**
 * The digest of an order that a receipt refers to and that idempotency compares: all claims but `iat` and `exp`, which
 * change when the same order is signed again.
 */
export async function computeOrderDigest(claims: OrderClaims): Promise<string> {
  const { iat: _iat, exp: _exp, ...stable } = claims;
  return canonicalSha256(stable);
}
