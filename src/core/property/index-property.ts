import * as v from 'valibot';
import type { ChangeState, RevisionState } from '../change/state';
import { changeStatuses } from '../change/status';
import { maxListedApprovers } from '../limits';
import { environments } from '../protocol/claims';
import type { ReceiptStatus } from '../protocol/receipt';

/**
 * The searchable mirror of a change: issue property `query-change`. Flat verdicts and numbers, always with sentinels,
 * never SQL text. One source for the value, for the manifest's index and for every JQL query we write.
 */
export const indexPropertyKey = 'query-change';

/** Stands where a date is not known yet: JQL cannot find what is missing. */
export const noDate = '1970-01-01T00:00:00Z';
/** Stands where a name or id is not known yet. */
export const none = 'none';

const YesNo = v.picklist(['yes', 'no']);
const Number = v.pipe(v.number(), v.integer());
const IndexDate = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/));

export const IndexProperty = v.strictObject({
  v: v.literal(1),
  status: v.picklist(changeStatuses),
  environment: v.picklist([...environments, none]),
  connection: v.string(),
  author: v.string(),
  revision: Number,
  digest: v.string(),
  approvers: v.array(v.string()),
  approvals: Number,
  approvalsRequired: Number,
  approvalsMissing: Number,
  pendingApprovers: v.array(v.string()),
  approvedByAuthor: YesNo,
  changedAfterApproval: YesNo,
  ranBeforeApproval: YesNo,
  rollback: v.picklist(['preapproved', 'none', 'undecided']),
  rolledBack: YesNo,
  attempts: Number,
  tries: Number,
  outcome: v.string(),
  errorCode: v.string(),
  rows: Number,
  requestedAt: IndexDate,
  approvedAt: IndexDate,
  executedAt: IndexDate,
  failedAt: IndexDate,
  recoveredAt: IndexDate,
  ranAt: IndexDate,
  attemptedAt: IndexDate,
  approvalMinutes: Number,
  leadMinutes: Number,
  ledgerSeq: Number,
});
export type IndexProperty = v.InferOutput<typeof IndexProperty>;

/** Type of an indexed value, as `jira:entityPropertySet` names it. */
export type IndexType = 'number' | 'string' | 'user' | 'date';

/** Every indexed path with its type. The alias in JQL is `queryChange` + the path with a capital. */
export const indexedPaths: Readonly<Record<Exclude<keyof IndexProperty, 'v' | 'digest'>, IndexType>> = {
  status: 'string',
  environment: 'string',
  connection: 'string',
  author: 'user',
  revision: 'number',
  approvers: 'user',
  approvals: 'number',
  approvalsRequired: 'number',
  approvalsMissing: 'number',
  pendingApprovers: 'user',
  approvedByAuthor: 'string',
  changedAfterApproval: 'string',
  ranBeforeApproval: 'string',
  rollback: 'string',
  rolledBack: 'string',
  attempts: 'number',
  tries: 'number',
  outcome: 'string',
  errorCode: 'string',
  rows: 'number',
  requestedAt: 'date',
  approvedAt: 'date',
  executedAt: 'date',
  failedAt: 'date',
  recoveredAt: 'date',
  ranAt: 'date',
  attemptedAt: 'date',
  approvalMinutes: 'number',
  leadMinutes: 'number',
  ledgerSeq: 'number',
};

/** JQL alias of an indexed path: `environment` → `queryChangeEnvironment`. */
export function searchAlias(path: keyof typeof indexedPaths): string {
  return `queryChange${path.slice(0, 1).toUpperCase()}${path.slice(1)}`;
}

/** `YYYY-MM-DDThh:mm:ssZ`, the form that Jira indexes; {@link noDate} for null. */
function indexDate(time: string | null | undefined): string {
  return time ? `${time.slice(0, 19)}Z` : noDate;
}

function minutesBetween(from: string | null | undefined, to: string | null | undefined): number {
  if (!from || !to) return -1;
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 60_000));
}

/** Derives the mirror from the ledger's state. `seq` is the head it was folded from. */
export function indexProperty(state: ChangeState, seq: number): IndexProperty {
  const { revision, votes, apply, rollback } = state;
  const executedAt = apply?.outcome?.status === 'succeeded' ? apply.outcome.finishedAt : null;
  const last = (rollback ?? apply)?.outcome ?? null;
  const approvals = new Set(votes.map(({ accountId }) => accountId)).size;
  return {
    v: 1,
    status: state.status,
    environment: revision?.environment ?? none,
    connection: revision?.connection ?? none,
    author: revision?.author ?? none,
    revision: revision?.number ?? 0,
    digest: revision?.digest ?? none,
    approvers: votes.length === 0 ? [none] : votes.map((vote) => vote.accountId),
    approvals,
    approvalsRequired: revision?.approvalsRequired ?? 0,
    approvalsMissing: Math.max(0, (revision?.approvalsRequired ?? 0) - approvals),
    pendingApprovers: pendingApprovers(state),
    approvedByAuthor: yesNo(votes.some(({ accountId }) => wrote(revision, accountId))),
    changedAfterApproval: yesNo(changedAfterApproval(state)),
    ranBeforeApproval: yesNo(ranBeforeApproval(state)),
    rollback: revision ? (revision.hasRollback ? 'preapproved' : 'none') : 'undecided',
    rolledBack: state.status === 'rolled-back' ? 'yes' : 'no',
    attempts: state.attempts,
    tries: apply?.try ?? 0,
    outcome: last?.status ?? none,
    errorCode: last?.code ?? none,
    rows: apply?.outcome?.rows ?? -1,
    requestedAt: indexDate(revision?.submittedAt),
    approvedAt: indexDate(revision?.approvedAt),
    executedAt: indexDate(executedAt),
    failedAt: indexDate(failedAt(state)),
    recoveredAt: indexDate(recoveredAt(state)),
    ranAt: indexDate(ranAt(state)),
    attemptedAt: indexDate(state.attemptedAt),
    approvalMinutes: minutesBetween(revision?.submittedAt, revision?.approvedAt),
    leadMinutes: minutesBetween(revision?.submittedAt, executedAt),
    ledgerSeq: seq,
  };
}

const yesNo = (value: boolean): 'yes' | 'no' => (value ? 'yes' : 'no');

/** The author, and everyone who ever saved the draft. */
function wrote(revision: RevisionState | null, accountId: string): boolean {
  return revision !== null && (revision.author === accountId || revision.editors.includes(accountId));
}

/** Outcomes after which something of the change may have happened in the database. */
const ran: readonly ReceiptStatus[] = ['succeeded', 'failed', 'unknown', 'outcome-lost'];

function hasRun({ apply }: ChangeState): boolean {
  return apply?.outcome ? ran.includes(apply.outcome.status) : false;
}

/** When the last run of the revision ended, or began when no end is known; also when a person says that it was applied. */
function ranAt(state: ChangeState): string | null {
  const { apply, resolution } = state;
  if (apply && hasRun(state)) return apply.outcome?.finishedAt ?? apply.requestedAt;
  const declared = state.status === 'succeeded' || state.status === 'rolled-back';
  return declared ? (resolution?.at ?? null) : null;
}

/** When it went wrong: the failed or doubtful run, or what somebody was asked to look at. */
function failedAt(state: ChangeState): string | null {
  const { apply, attention, resolution } = state;
  if (attention) return attention.at;
  const bad = hasRun(state) && apply?.outcome?.status !== 'succeeded';
  if (bad) return apply?.outcome?.finishedAt ?? apply?.requestedAt ?? null;
  return state.status === 'failed' ? (resolution?.at ?? null) : null;
}

function recoveredAt({ status, rollback, resolution }: ChangeState): string | null {
  if (status !== 'rolled-back') return null;
  return rollback?.outcome?.status === 'succeeded' ? rollback.outcome.finishedAt : (resolution?.at ?? null);
}

/** What ran is not what the counted votes saw. */
function changedAfterApproval(state: ChangeState): boolean {
  const { revision, votes, apply } = state;
  if (!hasRun(state) || !revision) return false;
  return apply?.revision !== revision.number || votes.some(({ digest }) => digest !== revision.digest);
}

function ranBeforeApproval(state: ChangeState): boolean {
  const { revision, apply } = state;
  if (!hasRun(state) || !apply) return false;
  const approvedAt = revision?.approvedAt ?? null;
  return approvedAt === null || Date.parse(apply.requestedAt) < Date.parse(approvedAt);
}

/** Who is asked and has not voted; the sentinel when nobody is asked, or too many to list. */
function pendingApprovers(state: ChangeState): string[] {
  if (state.status !== 'in-review' || !state.revision?.candidates) return [none];
  const voted = new Set(state.votes.map((vote) => vote.accountId));
  const pending = state.revision.candidates.filter((accountId) => !voted.has(accountId));
  return pending.length === 0 || pending.length > maxListedApprovers ? [none] : pending;
}
