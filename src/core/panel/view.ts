import * as v from 'valibot';
import { DraftContent } from '../change/content';
import { RollbackPlan } from '../change/rollback-plan';
import { ChangeStatus } from '../change/status';
import {
  AccountId,
  ConnectionKey,
  Environment,
  ExecutionLimits,
  LedgerMode,
  Sha256Hex,
  TargetIdentity,
} from '../protocol/claims';
import { ChangeKind } from '../protocol/attempt';
import { DryRunReport } from '../protocol/dry-run';
import { ExportClaim, ExportFormat, ExportOffer } from '../protocol/export';
import { PreflightReply } from '../protocol/preflight';
import { ReceiptStatus, StatementOutcome } from '../protocol/receipt';
import { PlanStep } from '../results/plan-tree';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Time = v.string();

/** A connection as the author and approvers see it. */
export const ConnectionView = v.strictObject({
  key: ConnectionKey,
  name: v.string(),
  engine: v.string(),
  engineVersion: v.nullable(v.string()),
  environment: Environment,
  dataClasses: v.array(v.string()),
  /** Classes whose columns are masked in results; empty: nothing is. */
  maskedClasses: v.array(v.string()),
  /** Null: results cannot be written to files. */
  exports: v.nullable(ExportOffer),
  role: v.string(),
  searchPath: v.string(),
  limits: ExecutionLimits,
  ledgerMode: LedgerMode,
  writable: v.boolean(),
  resultsPublic: v.boolean(),
  /** When changes may run, in words; null: at any time. */
  schedule: v.nullable(v.string()),
  approvalsRequired: Count,
  approverGroup: v.string(),
  target: v.nullable(TargetIdentity),
  /** Null when it can be chosen; else why not, in words. */
  problem: v.nullable(v.string()),
  /** Null when a draft can be tried there; else why not, in words. */
  dryRunRefusal: v.nullable(v.string()),
});
export type ConnectionView = v.InferOutput<typeof ConnectionView>;

export const DraftView = v.strictObject({
  /** Grows by one with every save; a save names the version it started from. */
  version: Count,
  content: DraftContent,
  savedAt: v.nullable(Time),
  savedBy: v.nullable(AccountId),
});
export type DraftView = v.InferOutput<typeof DraftView>;

/** What the executor says of a draft before it is submitted. */
export const PreflightView = v.strictObject({
  ...PreflightReply.entries,
  /** Why the executor will never take this text, in words; null when it may. */
  refusal: v.nullable(v.string()),
});
export type PreflightView = v.InferOutput<typeof PreflightView>;

/** The revision under review: exactly what the digest covers. */
export const RevisionView = v.strictObject({
  number: Count,
  digest: Sha256Hex,
  author: AccountId,
  /** Everybody else who saved the draft: none of them may approve it. */
  editors: v.array(AccountId),
  reason: v.string(),
  connection: ConnectionKey,
  environment: Environment,
  target: TargetIdentity,
  role: v.string(),
  searchPath: v.string(),
  limits: ExecutionLimits,
  sql: v.string(),
  rollback: v.nullable(v.string()),
  rowBudget: v.nullable(Count),
  verification: v.nullable(v.string()),
  /** Digest of the structure that the text touches, as the executor saw it at submission; null: it was not recorded. */
  schemaDigest: v.nullable(Sha256Hex),
  /** How the executor undoes the change by itself; null when it does not. */
  rollbackPlan: v.nullable(RollbackPlan),
  /** The result is written to a file at the executor; null when it is returned. */
  export: v.nullable(v.strictObject({ format: ExportFormat })),
  submittedAt: Time,
  approvalsRequired: Count,
  approverGroup: v.string(),
  /** Null: too many to list. */
  candidates: v.nullable(v.array(AccountId)),
});
export type RevisionView = v.InferOutput<typeof RevisionView>;

const VoteView = v.strictObject({ accountId: AccountId, at: Time, comment: v.string() });

/** One execution's outcome. Server text and rows come by the `result` call, to those allowed. */
export const OutcomeView = v.strictObject({
  kind: ChangeKind,
  try: Count,
  status: ReceiptStatus,
  statements: v.array(StatementOutcome),
  startedAt: v.nullable(Time),
  finishedAt: v.nullable(Time),
  transactionId: v.nullable(v.string()),
  code: v.nullable(v.string()),
  message: v.nullable(v.string()),
  executor: v.string(),
  receiptSha256: v.nullable(Sha256Hex),
  ledgerMode: v.nullable(LedgerMode),
  /** Assertions that held before COMMIT, and what they came to after it; null when there are none. */
  verification: v.nullable(
    v.strictObject({ checked: Count, afterCommit: v.nullable(v.picklist(['held', 'failed'])) }),
  ),
  /** What was kept to undo the change by itself; null when nothing was. */
  beforeImage: v.nullable(v.strictObject({ rows: Count, keptUntil: Time })),
  /** The file that the result was written to; null when there is none. */
  export: v.nullable(ExportClaim),
  hasResult: v.boolean(),
  /** Null when this viewer may see rows and server messages; else why not. */
  resultRefusal: v.nullable(v.string()),
});
export type OutcomeView = v.InferOutput<typeof OutcomeView>;

const RunningView = v.strictObject({
  kind: ChangeKind,
  try: Count,
  requestedBy: v.string(),
  requestedAt: Time,
  /** `claimed`: not yet queued; `queued`; `sent`: the executor has it; `waiting`: the executor does not answer. */
  phase: v.picklist(['claimed', 'queued', 'sent', 'waiting']),
  /** What a person should know, for example that the executor is down and will be tried again. */
  note: v.nullable(v.string()),
  /** Who asked to stop it, and why; null when nobody did. The run goes on until its receipt says otherwise. */
  stop: v.nullable(v.strictObject({ by: AccountId, at: Time, reason: v.string() })),
});

const actionNames = [
  'submit',
  'dry-run',
  'approve',
  'request-changes',
  'reject',
  'run',
  'stop',
  'roll-back',
  'rework',
  'cancel',
  'resolve',
] as const;
export const ActionName = v.picklist(actionNames);
export type ActionName = v.InferOutput<typeof ActionName>;

/** The latest dry run; what it saw comes by the `dry-run-report` call. */
export const DryRunView = v.strictObject({
  connection: ConnectionKey,
  requestedBy: v.string(),
  requestedAt: Time,
  /** Null: it is under way. */
  status: v.nullable(ReceiptStatus),
  /** While it is under way: as of a run. */
  phase: v.picklist(['claimed', 'queued', 'sent', 'waiting']),
  code: v.nullable(v.string()),
  message: v.nullable(v.string()),
  /** True: it is of the draft as it was saved last, or of this revision. False: something of it has changed since. */
  current: v.boolean(),
  /** True when there is a signed report. */
  hasReport: v.boolean(),
});
export type DryRunView = v.InferOutput<typeof DryRunView>;

/** Everything that a dry run saw, for one viewer. */
export const DryRunReportView = v.strictObject({
  /** The text that was tried. */
  sql: v.string(),
  statements: v.array(StatementOutcome),
  report: v.nullable(DryRunReport),
  /** Assertions that held, of how many; null when the change has none, or they were not reached. */
  verification: v.nullable(v.strictObject({ checked: Count })),
  /** Code of the executor's own verdict, for example `row-budget-exceeded`. */
  reason: v.nullable(v.strictObject({ code: v.string(), message: v.string() })),
  startedAt: v.nullable(Time),
  finishedAt: v.nullable(Time),
  /** The server's words about the statement that failed, for those allowed. */
  messages: v.array(v.strictObject({ index: Count, message: v.string() })),
  /** How the server meant to run the statements, for those allowed. */
  plans: v.array(v.strictObject({ index: Count, steps: v.array(PlanStep) })),
  /** Why the server's words are not shown to this viewer; null when they are, or when there are none. */
  messageRefusal: v.nullable(v.string()),
});
export type DryRunReportView = v.InferOutput<typeof DryRunReportView>;

/** Something this viewer could do in this status. A disabled action always says why. */
export const ActionView = v.strictObject({
  name: ActionName,
  label: v.string(),
  enabled: v.boolean(),
  why: v.nullable(v.string()),
});
export type ActionView = v.InferOutput<typeof ActionView>;

/** What keeps the change from going on: `fix` is this viewer's to mend, `wait` clears itself or by others. */
export const BlockerView = v.strictObject({ kind: v.picklist(['fix', 'wait']), message: v.string() });
export type BlockerView = v.InferOutput<typeof BlockerView>;

/** Everything the panel shows, for one viewer. */
export const ChangeView = v.strictObject({
  issue: v.strictObject({ id: v.string(), key: v.string() }),
  viewer: AccountId,
  status: ChangeStatus,
  /** Ledger sequence: a realtime signal or poll with the same number needs no fetch. */
  seq: Count,
  /** Set when the app is not set up; nothing else works then. */
  setupProblem: v.nullable(v.string()),
  connections: v.array(ConnectionView),
  /** Present in status draft only. */
  draft: v.nullable(DraftView),
  /** False: this viewer may read the draft but not write it. */
  mayEdit: v.boolean(),
  revision: v.nullable(RevisionView),
  votes: v.array(VoteView),
  approvalsMissing: Count,
  /** One sentence: what happens next, from this viewer's position. */
  headline: v.string(),
  /** The one next action of this viewer, if any. */
  primary: v.nullable(ActionView),
  secondary: v.array(ActionView),
  blockers: v.array(BlockerView),
  running: v.nullable(RunningView),
  dryRun: v.nullable(DryRunView),
  outcomes: v.array(OutcomeView),
  attention: v.nullable(v.strictObject({ code: v.string(), message: v.string(), at: Time })),
  resolution: v.nullable(v.strictObject({ by: v.string(), at: Time, reason: v.string() })),
  attempts: Count,
  /** Channel of Forge realtime on which a signal says that something changed. */
  channel: v.string(),
});
export type ChangeView = v.InferOutput<typeof ChangeView>;

/** One line of the timeline, newest last. */
export const TimelineEntry = v.strictObject({
  seq: Count,
  at: Time,
  /** accountId, `app` or `executor`. */
  actor: v.string(),
  /** What happened, in words, without the actor: `approved revision 2`. */
  words: v.string(),
  /** Reason or comment given, else empty. */
  detail: v.string(),
  hash: Sha256Hex,
});
export type TimelineEntry = v.InferOutput<typeof TimelineEntry>;
