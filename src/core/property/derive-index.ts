import { wroteRevision, type ChangeState } from '../change/state';
import { maxListedApprovers } from '../limits';
import type { ReceiptStatus } from '../protocol/receipt';
import type { IndexProperty } from './index-property';
import { noDate, none } from './index-words';

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
  const analysis = revision?.analysis ?? null;
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
    approvedByAuthor: yesNo(
      votes.some(({ accountId }) => revision !== null && wroteRevision(revision, accountId)),
    ),
    changedAfterApproval: yesNo(changedAfterApproval(state)),
    ranBeforeApproval: yesNo(ranBeforeApproval(state)),
    rollback: revision ? (revision.hasRollback ? 'preapproved' : 'none') : 'undecided',
    rolledBack: state.status === 'rolled-back' ? 'yes' : 'no',
    attempts: state.attempts,
    tries: apply?.try ?? 0,
    outcome: last?.status ?? none,
    errorCode: last?.code ?? none,
    dryRun: dryRunOf(state),
    risk: analysis?.risk ?? none,
    findings: analysis ? analysis.errors + analysis.warnings : -1,
    waived: analysis?.waived ?? -1,
    evidence: apply?.evidence ?? none,
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

/** A dry run of an earlier text, or of a draft that may have been edited since, says nothing. */
function dryRunOf({ status, revision, dryRun }: ChangeState): IndexProperty['dryRun'] {
  if (!dryRun || status === 'draft' || dryRun.digest !== revision?.digest) return none;
  return dryRun.outcome?.status ?? 'running';
}

const yesNo = (value: boolean): 'yes' | 'no' => (value ? 'yes' : 'no');

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
