import * as v from 'valibot';
import { emptyContent, submissionProblems } from '#core/change/content';
import type { DigestInput } from '#core/change/digest';
import type { AttemptState, ChangeState } from '#core/change/state';
import { evidenceRules } from '#core/evidence/rules';
import { approvalsRequired } from '#core/policy/eligibility';
import { changeChannel } from '#core/panel/signal';
import { dryRunRefusal } from '#core/panel/dry-run';
import { lifecycle } from '#core/panel/lifecycle';
import type { ChangeView, ConnectionView, OutcomeView, RevisionView } from '#core/panel/view';
import { ReceiptClaims, type ReceiptStatus, selectedRows } from '#core/protocol/receipt';
import { closedWords, scheduleWords } from '#core/schedule/windows';
import { findConnection, setupProblem, type Settings } from '#core/settings/settings';
import { pendingAttempt } from './claim-run';
import { showDryRun } from './dry-run/show-dry-run';
import { askEligibility } from './eligibility';
import { findEvidence } from './evidence/find-evidence';
import { pausedWords } from './paused';
import type { Ports, StoredDraft } from './ports';
import { rollbackOpen } from './request-run';
import { resultRefusal } from './read-result';
import { draftView, type IssueRef } from './save-draft';
import { storedVerdict } from './stored-verdict';
import { connectionRefusal } from './submit-change';

/**
 * Everything the panel shows of a change, for one viewer, from the app's storage. Jira is asked only for the name of who
 * paused dispatch, and whether somebody who was not asked may approve.
 */
export async function showChange(ports: Ports, issue: IssueRef, viewer: string): Promise<ChangeView> {
  const [settings, snapshot] = await Promise.all([ports.settings.read(), ports.ledger.read(issue.id)]);
  const { state } = snapshot;
  const [draft, revision, outcomes, running, paused, mayBeCandidate] = await Promise.all([
    state.status === 'draft' ? ports.drafts.read(issue.id) : undefined,
    state.revision ? ports.archive.revision(issue.id, state.revision.number) : undefined,
    showOutcomes(ports, state, settings, viewer),
    showRunning(ports, issue, state),
    pausedWords(ports),
    isCandidate(ports, issue.id, state, viewer),
  ]);
  const evidenceMissing = revision ? await missingEvidence(ports, settings, state, revision) : null;
  const slot = lifecycle({
    state,
    viewer,
    isOperator: settings.operators.includes(viewer),
    isCandidate: mayBeCandidate,
    problems: state.status === 'draft' ? submissionProblems(draft?.content ?? emptyContent) : [],
    reviewRefusal: reviewRefusal(settings, draft),
    connectionProblem: connectionProblem(settings, state, ports.clock()),
    setupProblem: setupProblem(settings),
    paused,
    dryRunRefusal: dryRunRefusal(infoOf(settings, draft, state), state),
    selected: selectedBy(outcomes),
    evidenceMissing,
    rollbackOpen: rollbackOpen(state, ports.clock()),
  });
  return {
    issue: { id: issue.id, key: issue.key },
    viewer,
    status: state.status,
    seq: snapshot.head.seq,
    setupProblem: setupProblem(settings),
    connections: state.status === 'draft' ? showConnections(settings, state, ports.clock()) : [],
    draft: state.status === 'draft' ? showDraft(draft) : null,
    mayEdit: slot.mayEdit,
    revision: revision && state.revision ? showRevision(state, revision) : null,
    votes: state.votes.map(({ accountId, at, comment }) => ({ accountId, at, comment })),
    approvalsMissing: slot.approvalsMissing,
    headline: slot.headline,
    primary: slot.primary,
    secondary: [...slot.secondary],
    blockers: [...slot.blockers],
    running: running && running.phase !== 'sent' && paused ? { ...running, note: paused } : running,
    dryRun: await showDryRun(ports, settings, issue, state, draft),
    outcomes,
    attention: state.attention,
    resolution: state.resolution,
    attempts: state.attempts,
    channel: changeChannel(issue.id),
  };
}

/** What the review said of the draft as stored. One that nobody reviewed yet is reviewed when it is submitted. */
function reviewRefusal(settings: Settings, draft: StoredDraft | undefined): string | null {
  const info = settings.executor?.connections.find(({ key }) => key === draft?.content.connection);
  return draft && info ? (storedVerdict(draft, info, settings)?.refusal ?? null) : null;
}

/** What must have run below first and has not. Looked for only where it is required, and while that matters. */
async function missingEvidence(
  ports: Ports,
  settings: Settings,
  { status, revision }: ChangeState,
  content: DigestInput,
): Promise<string | null> {
  const found = revision && findConnection(settings, revision.connection);
  if (!found || (status !== 'in-review' && status !== 'approved')) return null;
  if (!evidenceRules(found.info, found.policy).required) return null;
  return (await findEvidence(ports, content, revision.environment)).missing;
}

/** What the run selected, when it did nothing else. */
function selectedBy(outcomes: readonly OutcomeView[]): Parameters<typeof lifecycle>[0]['selected'] {
  const run = outcomes.find(({ kind }) => kind === 'apply');
  if (run?.status !== 'succeeded') return null;
  const rows = selectedRows(run.statements);
  return rows === null ? null : { rows, readOnly: run.ledgerMode !== 'target' };
}

/** What the executor says of the connection that this change is for, or is to be for. */
function infoOf(settings: Settings, draft: StoredDraft | undefined, { revision }: ChangeState) {
  const key = revision?.connection ?? draft?.content.connection ?? '';
  return findConnection(settings, key)?.info;
}

/**
 * Whether the viewer may be offered to approve. Those who were asked are known; anybody else who is not the author may
 * have joined the group since, so Jira is asked, in review only.
 */
async function isCandidate(
  ports: Ports,
  issueId: string,
  state: ChangeState,
  viewer: string,
): Promise<boolean | null> {
  const { revision } = state;
  if (!revision || state.status !== 'in-review' || revision.author === viewer) return null;
  if (revision.candidates?.includes(viewer)) return true;
  return (await askEligibility(ports, issueId, state, viewer).catch(() => 'Jira does not answer.')) === null;
}

/** Why no order can run now, as far as the app knows; the database's clock has the last word on windows. */
function connectionProblem(
  settings: Settings,
  { revision, status }: ChangeState,
  nowMs: number,
): string | null {
  if (!revision) return null;
  const refusal = connectionRefusal(settings, revision.connection);
  if (refusal !== null || status !== 'approved') return refusal;
  const info = settings.executor?.connections.find(({ key }) => key === revision.connection);
  const closed = info ? closedWords(info.schedule, nowMs) : null;
  return closed === null ? null : `${info?.name ?? revision.connection} takes no change now, ${closed}.`;
}

function showDraft(draft: StoredDraft | undefined): ChangeView['draft'] {
  return draft ? draftView(draft) : { version: 0, content: emptyContent, savedAt: null, savedBy: null };
}

function showConnections(settings: Settings, state: ChangeState, nowMs: number): ConnectionView[] {
  return (settings.executor?.connections ?? []).map((info) => {
    const policy = findConnection(settings, info.key)?.policy;
    return {
      key: info.key,
      name: info.name,
      engine: info.engine,
      engineVersion: info.engineVersion,
      environment: info.environment,
      dataClasses: info.dataClasses,
      maskedClasses: info.maskedClasses,
      exports: info.exports,
      role: info.role,
      searchPath: info.searchPath,
      limits: info.limits,
      ledgerMode: info.ledgerMode,
      writable: info.writable,
      resultsPublic: info.results === 'public',
      schedule: scheduleWords(info.schedule, nowMs),
      approvalsRequired: policy ? approvalsRequired(policy.approvals, info.minimumApprovals) : 0,
      approverGroup: policy?.approverGroup.name ?? '',
      target: info.target,
      problem: connectionRefusal(settings, info.key),
      dryRunRefusal: dryRunRefusal(info, state),
    };
  });
}

function showRevision(
  state: ChangeState,
  input: NonNullable<Awaited<ReturnType<Ports['archive']['revision']>>>,
): RevisionView | null {
  const revision = state.revision;
  if (!revision) return null;
  return {
    number: revision.number,
    digest: revision.digest,
    author: revision.author,
    editors: revision.editors.filter((accountId) => accountId !== revision.author),
    reason: input.reason,
    connection: input.connection,
    environment: revision.environment,
    target: input.target,
    role: input.role,
    searchPath: input.searchPath,
    limits: input.limits,
    sql: input.sql,
    rollback: input.rollback,
    rowBudget: input.rowBudget,
    verification: input.verification,
    schemaDigest: input.schemaDigest,
    rollbackPlan: input.rollbackPlan ?? null,
    export: input.export ?? null,
    submittedAt: revision.submittedAt,
    approvalsRequired: revision.approvalsRequired,
    approverGroup: revision.approverGroup.name,
    candidates: revision.candidates,
  };
}

async function showRunning(
  ports: Ports,
  issue: IssueRef,
  state: ChangeState,
): Promise<ChangeView['running']> {
  const attempt = pendingAttempt(state, 'rollback') ?? pendingAttempt(state, 'apply');
  if (!attempt) return null;
  const execution = await ports.executions.read(issue.id, attempt.revision, attempt.kind);
  const phase = execution?.jti === attempt.jti && execution.phase !== 'final' ? execution.phase : 'sent';
  return {
    kind: attempt.kind,
    try: attempt.try,
    requestedBy: attempt.requestedBy,
    requestedAt: attempt.requestedAt,
    phase,
    note: execution?.note ?? null,
    stop: attempt.stop,
  };
}

async function showOutcomes(
  ports: Ports,
  state: ChangeState,
  settings: Settings,
  viewer: string,
): Promise<OutcomeView[]> {
  const attempts = [state.apply, state.rollback].filter(
    (attempt): attempt is AttemptState => attempt?.outcome != null,
  );
  const refusal = resultRefusal(state, settings, viewer);
  return Promise.all(attempts.map((attempt) => showOutcome(ports, attempt, refusal)));
}

async function showOutcome(
  ports: Ports,
  attempt: AttemptState,
  refusal: string | null,
): Promise<OutcomeView> {
  const stored = attempt.outcome?.receiptSha256 ? await ports.archive.receipt(attempt.jti) : undefined;
  const claims = stored ? claimsOf(stored.receipt) : undefined;
  const status: ReceiptStatus = attempt.outcome?.status ?? 'unknown';
  return {
    kind: attempt.kind,
    try: attempt.try,
    status,
    statements: claims?.statements ?? [],
    startedAt: claims?.startedAt ?? null,
    finishedAt: claims?.finishedAt ?? null,
    transactionId: claims?.transactionId ?? null,
    code: attempt.outcome?.code ?? null,
    message: attempt.outcome?.message ?? null,
    executor: attempt.executor ?? '',
    receiptSha256: attempt.outcome?.receiptSha256 ?? null,
    ledgerMode: claims?.ledgerMode ?? null,
    verification: claims?.verification ?? null,
    beforeImage: claims?.beforeImage
      ? { rows: claims.beforeImage.rows, keptUntil: claims.beforeImage.keptUntil }
      : null,
    export: claims?.export ?? null,
    hasResult: stored !== undefined && stored.result !== null,
    resultRefusal: refusal,
  };
}

/** Claims of a stored receipt. Its signature was checked when it was stored; the ledger holds its hash. */
export function claimsOf(receipt: string): ReceiptClaims | undefined {
  const payload = receipt.split('.')[1] ?? '';
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  );
  const parsed = v.safeParse(ReceiptClaims, JSON.parse(new TextDecoder().decode(bytes)));
  return parsed.success ? parsed.output : undefined;
}
