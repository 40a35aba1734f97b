import * as v from 'valibot';
import { AccountId, ConnectionKey, Environment, Identifier, Sha256Hex, UtcTime } from '../protocol/claims';
import { ChangeKind } from '../protocol/attempt';
import { Analysis } from './analysis';
import { Outcome } from './outcome';
import { ChangeStatus } from './status';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** One vote for the digest of the current revision. */
export const Vote = v.strictObject({
  accountId: AccountId,
  at: UtcTime,
  digest: Sha256Hex,
  comment: v.string(),
});
export type Vote = v.InferOutput<typeof Vote>;

/** The revision under review or approved; its text is stored apart. */
export const RevisionState = v.strictObject({
  number: Count,
  digest: Sha256Hex,
  author: AccountId,
  editors: v.array(AccountId),
  connection: ConnectionKey,
  environment: Environment,
  approvalsRequired: Count,
  approverGroup: v.strictObject({ id: Identifier, name: v.string() }),
  candidates: v.nullable(v.array(AccountId)),
  hasRollback: v.boolean(),
  resultsPublic: v.boolean(),
  /** What the review said of it at submission; revisions of earlier releases have none. */
  analysis: v.optional(v.nullable(Analysis), null),
  submittedAt: UtcTime,
  approvedAt: v.nullable(UtcTime),
});
export type RevisionState = v.InferOutput<typeof RevisionState>;

const attempt = {
  revision: Count,
  try: Count,
  jti: Sha256Hex,
  requestedBy: v.string(),
  requestedAt: UtcTime,
  orderDigest: v.nullable(Sha256Hex),
  executor: v.nullable(Identifier),
  startBy: v.nullable(Count),
  outcome: v.nullable(Outcome),
};
/** The latest attempt of a kind. */
export const AttemptState = v.strictObject({
  kind: ChangeKind,
  ...attempt,
  /** How the best evidence compared that its order showed; null: it showed none. */
  evidence: v.optional(v.nullable(v.picklist(['exact', 'layout'])), null),
  /** Who asked first to stop it, and why. */
  stop: v.optional(v.nullable(v.strictObject({ by: AccountId, at: UtcTime, reason: v.string() })), null),
});
export type AttemptState = v.InferOutput<typeof AttemptState>;

/** The latest dry run, and the digest that it was of. It stands for a revision of the same digest, and for no other. */
const DryRunState = v.strictObject({ ...attempt, digest: Sha256Hex, connection: ConnectionKey });
export type DryRunState = v.InferOutput<typeof DryRunState>;

/** Where a change stands: the fold of its ledger. Cached beside the head, rebuilt from the chain at any time. */
export const ChangeState = v.strictObject({
  status: ChangeStatus,
  revision: v.nullable(RevisionState),
  /** Revisions ever submitted; the next one gets this plus one, so that no digest comes back. */
  revisions: Count,
  votes: v.array(Vote),
  apply: v.nullable(AttemptState),
  rollback: v.nullable(AttemptState),
  /** Jira's ids of the latest transitions that asked for a run, of whatever revision. */
  runs: v.optional(v.array(v.string()), []),
  /** States of earlier releases have none. */
  dryRun: v.optional(v.nullable(DryRunState), null),
  /** Attempts to go round the rules, ever. */
  attempts: Count,
  /** When the last of them was recorded. */
  attemptedAt: v.optional(v.nullable(UtcTime), null),
  attention: v.nullable(v.strictObject({ code: v.string(), message: v.string(), at: UtcTime })),
  resolution: v.nullable(v.strictObject({ by: v.string(), at: UtcTime, reason: v.string() })),
});
export type ChangeState = v.InferOutput<typeof ChangeState>;

/** A change of which nothing has happened yet. */
export const initialState: ChangeState = {
  status: 'draft',
  revision: null,
  revisions: 0,
  votes: [],
  apply: null,
  rollback: null,
  runs: [],
  dryRun: null,
  attempts: 0,
  attemptedAt: null,
  attention: null,
  resolution: null,
};

/** The author, and everyone who ever saved the draft: none of them may approve the revision. */
export function wroteRevision({ author, editors }: RevisionState, accountId: string): boolean {
  return author === accountId || editors.includes(accountId);
}

/** The attempt that is under way or was last, of either kind. */
export function currentAttempt(state: ChangeState): AttemptState | null {
  return state.rollback ?? state.apply;
}
