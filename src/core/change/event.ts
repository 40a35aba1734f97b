import * as v from 'valibot';
import { AccountId, ConnectionKey, Environment, Identifier, Sha256Hex, UtcTime } from '../protocol/claims';
import { ChangeKind } from '../protocol/attempt';
import { ReceiptStatus } from '../protocol/receipt-status';
import { Analysis } from './analysis';
import { Outcome } from './outcome';

const Words = v.pipe(v.string(), v.maxLength(2_000));
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const Attempt = { kind: ChangeKind, try: Positive, jti: Sha256Hex };

/** Everything that can happen to a change, with what must be remembered of it. Append only; past tense. */
export const ChangeEventBody = v.variant('type', [
  v.strictObject({
    type: v.literal('submitted'),
    revision: Positive,
    digest: Sha256Hex,
    /** Everyone else who ever saved the draft; none of them may approve. */
    editors: v.array(AccountId),
    connection: ConnectionKey,
    environment: Environment,
    approvalsRequired: Positive,
    approverGroup: v.strictObject({ id: Identifier, name: v.string() }),
    /** Members asked, for display; eligibility is asked of Jira again at every vote. Null: too many to list. */
    candidates: v.nullable(v.array(AccountId)),
    hasRollback: v.boolean(),
    resultsPublic: v.boolean(),
    /** Null: it was not reviewed. Absent in events of earlier releases, whose hashes cover no such field. */
    analysis: v.optional(v.nullable(Analysis)),
  }),
  v.strictObject({
    type: v.literal('voted'),
    digest: Sha256Hex,
    channel: v.picklist(['panel']),
    comment: Words,
  }),
  v.strictObject({ type: v.literal('vote-lapsed'), voter: AccountId, reason: Words }),
  v.strictObject({ type: v.literal('approved'), digest: Sha256Hex, voters: v.array(AccountId) }),
  v.strictObject({ type: v.literal('changes-requested'), reason: Words }),
  v.strictObject({ type: v.literal('rejected'), reason: Words }),
  v.strictObject({ type: v.literal('reworked') }),
  v.strictObject({ type: v.literal('cancelled') }),
  v.strictObject({
    type: v.literal('run-requested'),
    ...Attempt,
    digest: Sha256Hex,
    /** Jira's id of the transition that asked for it: delivered again, it asks for nothing more. */
    transition: v.optional(v.pipe(v.string(), v.maxLength(100))),
  }),
  v.strictObject({
    type: v.literal('order-signed'),
    ...Attempt,
    orderDigest: Sha256Hex,
    executor: Identifier,
    startBy: v.pipe(v.number(), v.integer()),
    voters: v.array(AccountId),
    /** How the best evidence compares that the order shows; absent: it shows none. */
    evidence: v.optional(v.picklist(['exact', 'layout'])),
  }),
  v.strictObject({
    type: v.literal('receipt-accepted'),
    ...Attempt,
    status: ReceiptStatus,
    receiptSha256: Sha256Hex,
    rows: v.nullable(Count),
    /** Database time; null when nothing ran. */
    finishedAt: v.nullable(UtcTime),
    /** Code of a refusal or SQLSTATE of a failure. */
    code: v.nullable(v.string()),
    message: v.nullable(Words),
  }),
  /** A person wants the running attempt to end before COMMIT. Only its receipt says whether it did. */
  v.strictObject({ type: v.literal('stop-requested'), ...Attempt, reason: Words }),
  v.strictObject({ type: v.literal('not-started'), ...Attempt, code: v.string(), message: Words }),
  /** A dry run moves no status. It is of a digest, which in a draft is the one that its revision would have. */
  v.strictObject({
    type: v.literal('dry-run-requested'),
    revision: Positive,
    digest: Sha256Hex,
    connection: ConnectionKey,
    try: Positive,
    jti: Sha256Hex,
  }),
  v.strictObject({
    type: v.literal('dry-run-signed'),
    jti: Sha256Hex,
    orderDigest: Sha256Hex,
    executor: Identifier,
    startBy: Count,
  }),
  /** By its receipt, or without one (`receiptSha256` is null) because it was given up: it leaves nothing to find out. */
  v.strictObject({ type: v.literal('dry-run-ended'), jti: Sha256Hex, ...Outcome.entries }),
  v.strictObject({ type: v.literal('attention-raised'), code: v.string(), message: Words }),
  v.strictObject({
    type: v.literal('resolved'),
    outcome: v.picklist(['succeeded', 'failed', 'rolled-back']),
    reason: Words,
  }),
  /** A person got a link to the file that the execution wrote. */
  v.strictObject({ type: v.literal('export-linked'), jti: Sha256Hex }),
  /** Somebody tried to go round the rules; the status stays, the count is searchable. */
  v.strictObject({
    type: v.literal('attempt-recorded'),
    code: v.picklist([
      'status-forced',
      'vote-mismatch',
      'run-without-quorum',
      'actor-not-allowed',
      'mirror-edited',
    ]),
    message: Words,
  }),
]);
export type ChangeEventBody = v.InferOutput<typeof ChangeEventBody>;
export type ChangeEventType = ChangeEventBody['type'];

/** Who did it: a person's accountId, or the app itself. */
const EventActor = v.union([AccountId, v.literal('app'), v.literal('executor')]);

/** One link of the ledger. `hash` covers everything else, `prev` is the hash of the link before (64 zeros first). */
export const LedgerEvent = v.strictObject({
  v: v.literal(1),
  issueId: Identifier,
  seq: Positive,
  prev: Sha256Hex,
  at: UtcTime,
  actor: EventActor,
  body: ChangeEventBody,
  hash: Sha256Hex,
});
export type LedgerEvent = v.InferOutput<typeof LedgerEvent>;
