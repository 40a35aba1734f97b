import { refuse, ok, type Result } from '../result';
import {
  acceptsApproval,
  acceptsEnd,
  acceptsLapse,
  acceptsReceipt,
  acceptsRevision,
  acceptsRun,
  acceptsSigning,
  acceptsStop,
  acceptsVote,
  type IllegalEvent,
} from './conditions';
import { acceptsDryRun, evolveDryRun } from './dry-run';
import type { ChangeEventBody, ChangeEventType, LedgerEvent } from './event';
import { initialState, type AttemptState, type ChangeState } from './state';
import { changeStatuses, type ChangeStatus } from './status';

export { nextTry, type IllegalEvent } from './conditions';

/** Transitions that are remembered, so that a late second delivery of one is known: far more than can be under way. */
const maxRuns = 50;

/** Statuses in which an event may happen. Design 5, with `vote-lapsed` reopening an approved review. */
const allowedIn: Readonly<Record<ChangeEventType, readonly ChangeStatus[]>> = {
  submitted: ['draft'],
  voted: ['in-review'],
  'vote-lapsed': ['in-review', 'approved', 'running'],
  approved: ['in-review'],
  'changes-requested': ['in-review'],
  rejected: ['in-review'],
  reworked: ['approved', 'failed', 'rejected', 'in-review'],
  cancelled: ['draft', 'in-review', 'approved'],
  'run-requested': ['approved', 'succeeded', 'needs-attention'],
  'order-signed': ['running'],
  'receipt-accepted': ['running', 'approved', 'succeeded', 'failed', 'rolled-back', 'needs-attention'],
  'stop-requested': ['running'],
  'not-started': ['running'],
  'dry-run-requested': ['draft', 'in-review', 'approved'],
  'dry-run-signed': changeStatuses,
  'dry-run-ended': changeStatuses,
  'attention-raised': changeStatuses.filter((status) => status !== 'needs-attention'),
  resolved: ['needs-attention'],
  'export-linked': changeStatuses,
  'attempt-recorded': changeStatuses,
};

/** Judges whether `body`, done by `actor`, may follow `state`. Pure policy of the ledger itself, not of people's rights. */
export function accepts(
  state: ChangeState,
  body: ChangeEventBody,
  actor: string,
): Result<void, IllegalEvent> {
  if (!allowedIn[body.type].includes(state.status)) {
    return refuse({
      code: 'illegal-event',
      message: `A change that is ${words(state.status)} cannot be ${verb(body.type)}.`,
    });
  }
  switch (body.type) {
    case 'submitted':
      return acceptsRevision(state, body);
    case 'voted':
      return acceptsVote(state, body.digest, actor);
    case 'vote-lapsed':
      return acceptsLapse(state);
    case 'approved':
      return acceptsApproval(state, body);
    case 'run-requested':
      return acceptsRun(state, body);
    case 'order-signed':
      return acceptsSigning(state, body);
    case 'stop-requested':
      return acceptsStop(state, body);
    case 'not-started':
      return acceptsEnd(state, body);
    case 'receipt-accepted':
      return acceptsReceipt(state, body);
    case 'dry-run-requested':
    case 'dry-run-signed':
    case 'dry-run-ended':
      return acceptsDryRun(state, body);
    default:
      return ok(undefined);
  }
}

/** The state after `event`. Total: it trusts that {@link accepts} was asked when the event was written. */
export function evolve(state: ChangeState, event: Pick<LedgerEvent, 'body' | 'actor' | 'at'>): ChangeState {
  const { body, actor, at } = event;
  switch (body.type) {
    case 'submitted':
      return submitted(state, body, actor, at);
    case 'voted':
      return {
        ...state,
        votes: [...state.votes, { accountId: actor, at, digest: body.digest, comment: body.comment }],
      };
    case 'vote-lapsed':
      return {
        ...state,
        status: 'in-review',
        votes: state.votes.filter((vote) => vote.accountId !== body.voter),
        revision: state.revision && { ...state.revision, approvedAt: null },
        ...(state.status === 'running' ? closeAttempt(state, 'refused', 'vote-lapsed', body.reason) : {}),
      };
    case 'approved':
      return {
        ...state,
        status: 'approved',
        revision: state.revision && { ...state.revision, approvedAt: at },
      };
    case 'changes-requested':
    case 'reworked':
      return { ...state, status: 'draft', votes: [], revision: null, apply: null, rollback: null };
    case 'rejected':
      return { ...state, status: 'rejected', votes: [] };
    case 'cancelled':
      return { ...state, status: 'cancelled', votes: [] };
    case 'run-requested':
      return runRequested(state, body, actor, at);
    case 'order-signed':
      return withAttempt(state, body.kind, {
        orderDigest: body.orderDigest,
        executor: body.executor,
        startBy: body.startBy,
        evidence: body.evidence ?? null,
      });
    case 'stop-requested':
      return withAttempt(state, body.kind, { stop: { by: actor, at, reason: body.reason } });
    case 'receipt-accepted':
      return receiptAccepted(state, body, at);
    case 'not-started':
      return {
        ...withAttempt(state, body.kind, {
          outcome: {
            status: state[body.kind]?.outcome?.status ?? 'refused',
            receiptSha256: state[body.kind]?.outcome?.receiptSha256 ?? null,
            rows: null,
            finishedAt: null,
            code: body.code,
            message: body.message,
          },
        }),
        status: body.kind === 'apply' ? 'approved' : state.attention ? 'needs-attention' : 'succeeded',
      };
    case 'dry-run-requested':
    case 'dry-run-signed':
    case 'dry-run-ended':
      return evolveDryRun(state, body, actor, at);
    case 'attention-raised':
      return {
        ...state,
        status: 'needs-attention',
        attention: { code: body.code, message: body.message, at },
      };
    case 'resolved':
      return {
        ...state,
        status: body.outcome,
        attention: null,
        resolution: { by: actor, at, reason: body.reason },
      };
    case 'export-linked':
      return state;
    case 'attempt-recorded':
      return { ...state, attempts: state.attempts + 1, attemptedAt: at };
    default:
      return body satisfies never;
  }
}

/** Folds a whole chain. */
export function replay(events: readonly LedgerEvent[]): ChangeState {
  return events.reduce<ChangeState>((state, event) => evolve(state, event), initialState);
}

function submitted(
  state: ChangeState,
  body: Extract<ChangeEventBody, { type: 'submitted' }>,
  actor: string,
  at: string,
): ChangeState {
  const { type: _type, revision, analysis = null, ...rest } = body;
  return {
    ...state,
    status: 'in-review',
    revisions: revision,
    revision: { ...rest, analysis, number: revision, author: actor, submittedAt: at, approvedAt: null },
    votes: [],
    apply: null,
    rollback: null,
  };
}

function runRequested(
  state: ChangeState,
  body: Extract<ChangeEventBody, { type: 'run-requested' }>,
  actor: string,
  at: string,
): ChangeState {
  const attempt: AttemptState = {
    kind: body.kind,
    revision: state.revision?.number ?? 0,
    try: body.try,
    jti: body.jti,
    requestedBy: actor,
    requestedAt: at,
    orderDigest: null,
    executor: null,
    startBy: null,
    evidence: null,
    stop: null,
    outcome: null,
  };
  const runs = body.transition === undefined ? state.runs : [...state.runs, body.transition].slice(-maxRuns);
  return { ...state, status: 'running', runs, [body.kind]: attempt };
}

function receiptAccepted(
  state: ChangeState,
  body: Extract<ChangeEventBody, { type: 'receipt-accepted' }>,
  at: string,
): ChangeState {
  const { status, receiptSha256, rows, finishedAt, code, message } = body;
  const next = withAttempt(state, body.kind, {
    outcome: { status, receiptSha256, rows, finishedAt, code, message },
  });
  // A failure's own message is a condition name, which is no sentence for the top of the panel.
  const why = (status === 'failed' ? null : message) ?? attentionWords(body.kind, status);
  const attention = { code: code ?? status, message: why, at };
  if (status === 'outcome-lost' || status === 'unknown')
    return { ...next, status: 'needs-attention', attention };
  // Words for refused, expired and revoked follow in their own event (`not-started`), which names the way back.
  if (status === 'refused' || status === 'expired' || status === 'revoked') return next;
  if (status === 'failed' && body.kind === 'rollback')
    return { ...next, status: 'needs-attention', attention };
  const shown = status === 'failed' ? 'failed' : body.kind === 'apply' ? 'succeeded' : 'rolled-back';
  if (contradicts(state.status, shown)) {
    const says = `A late receipt says that the ${body.kind === 'apply' ? 'change' : 'rollback'} ${status}.`;
    return { ...next, status: 'needs-attention', attention: { code: 'late-receipt', message: says, at } };
  }
  // Applied, but the verification did not hold after COMMIT.
  if (shown === 'succeeded' && code !== null) return { ...next, status: 'needs-attention', attention };
  return { ...next, status: shown, attention: null };
}

/** A person resolved the change before its receipt came, and the receipt says something else. */
function contradicts(before: ChangeStatus, shown: ChangeStatus): boolean {
  if (before === 'succeeded') return shown === 'failed';
  return (before === 'failed' || before === 'rolled-back') && shown !== before;
}

function attentionWords(kind: 'apply' | 'rollback', status: string): string {
  if (status === 'outcome-lost') return 'The proof of this execution is gone from the database.';
  if (status === 'unknown') return 'The executor cannot tell whether the change was applied.';
  return kind === 'rollback' ? 'The rollback failed; the change is still applied.' : 'The change failed.';
}

function withAttempt(
  state: ChangeState,
  kind: 'apply' | 'rollback',
  patch: Partial<AttemptState>,
): ChangeState {
  const attempt = state[kind];
  return attempt ? { ...state, [kind]: { ...attempt, ...patch } } : state;
}

function closeAttempt(
  state: ChangeState,
  status: 'refused',
  code: string,
  message: string,
): Partial<ChangeState> {
  const kind = state.rollback && !state.rollback.outcome ? 'rollback' : 'apply';
  const attempt = state[kind];
  if (!attempt) return {};
  return {
    [kind]: {
      ...attempt,
      outcome: { status, receiptSha256: null, rows: null, finishedAt: null, code, message },
    },
  };
}

function words(status: ChangeStatus): string {
  return status.replace('-', ' ');
}

function verb(type: ChangeEventType): string {
  const verbs: Partial<Record<ChangeEventType, string>> = {
    submitted: 'submitted for review',
    voted: 'approved by vote',
    'run-requested': 'run',
    'dry-run-requested': 'run dry',
    reworked: 'edited',
    rejected: 'rejected',
    'changes-requested': 'sent back',
    cancelled: 'cancelled',
    resolved: 'resolved',
  };
  return verbs[type] ?? `changed (${type})`;
}
