import { refuse, ok, type Result } from '../result';
import type { ChangeEventBody } from './event';
import { wroteRevision, type ChangeState } from './state';

type Body<T extends ChangeEventBody['type']> = Extract<ChangeEventBody, { type: T }>;

/** Why an event cannot happen now. */
export interface IllegalEvent {
  readonly code:
    'illegal-event' | 'stale-digest' | 'already-voted' | 'own-change' | 'already-run' | 'wrong-attempt';
  readonly message: string;
}

/** Revisions are numbered without gaps, so that no digest comes back. */
export function acceptsRevision(
  state: ChangeState,
  { revision, analysis }: Body<'submitted'>,
): Result<void, IllegalEvent> {
  if (analysis && analysis.errors > 0) {
    return refuse({ code: 'illegal-event', message: 'The review found errors that nobody has set aside.' });
  }
  return revision === state.revisions + 1
    ? ok(undefined)
    : refuse({ code: 'illegal-event', message: 'The revision does not follow the last one.' });
}

/** An order is signed once per attempt, for the attempt that is running. */
export function acceptsSigning(state: ChangeState, body: Body<'order-signed'>): Result<void, IllegalEvent> {
  if (state[body.kind]?.orderDigest != null) {
    return refuse({ code: 'wrong-attempt', message: 'The order of this attempt is signed already.' });
  }
  return acceptsEnd(state, body);
}

/** A run is asked to stop once; asking the executor again needs no event. */
export function acceptsStop(state: ChangeState, body: Body<'stop-requested'>): Result<void, IllegalEvent> {
  return state[body.kind]?.stop ? otherAttempt() : acceptsEnd(state, body);
}

/** What ends or goes on with a running change names the attempt that is running. */
export function acceptsEnd(
  state: ChangeState,
  body: { readonly kind: 'apply' | 'rollback'; readonly jti: string },
): Result<void, IllegalEvent> {
  return runningKind(state) === body.kind ? latestAttempt(state, body) : otherAttempt();
}

/** What a running change is doing. A rollback attempt exists only after the apply, and ends with the revision. */
function runningKind(state: ChangeState): 'apply' | 'rollback' {
  return state.rollback ? 'rollback' : 'apply';
}

/** Once an order is signed it may be under way, so its votes have been used: only a receipt can end it. */
export function acceptsLapse(state: ChangeState): Result<void, IllegalEvent> {
  if (state.status !== 'running') return ok(undefined);
  const attempt = state[runningKind(state)];
  return attempt?.kind === 'apply' && attempt.orderDigest === null
    ? ok(undefined)
    : refuse({ code: 'illegal-event', message: 'The order of this attempt is signed already.' });
}

/** The quorum is people who voted for this revision and whose votes still stand. */
export function acceptsApproval(state: ChangeState, body: Body<'approved'>): Result<void, IllegalEvent> {
  const { revision } = state;
  if (revision?.digest !== body.digest) return stale();
  const voters = new Set(body.voters);
  const voted = body.voters.every((voter) => state.votes.some(({ accountId }) => accountId === voter));
  return voted && voters.size >= revision.approvalsRequired
    ? ok(undefined)
    : refuse({ code: 'illegal-event', message: 'There are not enough approvals.' });
}

/** A final receipt is never replaced: only an open or unsigned end takes one, an unknown one a better, and any a loss. */
export function acceptsReceipt(
  state: ChangeState,
  body: Body<'receipt-accepted'>,
): Result<void, IllegalEvent> {
  const outcome = state[body.kind]?.outcome;
  const open = !outcome || outcome.receiptSha256 === null;
  const unknown = outcome?.status === 'unknown' && state.status === 'needs-attention';
  const lost = body.status === 'outcome-lost' && outcome?.status !== 'outcome-lost';
  if (open || unknown || lost) return latestAttempt(state, body);
  return refuse({ code: 'wrong-attempt', message: 'This attempt has its final receipt already.' });
}

function otherAttempt(): Result<never, IllegalEvent> {
  return refuse({ code: 'wrong-attempt', message: 'This is not the latest attempt.' });
}

function latestAttempt(
  state: ChangeState,
  body: { readonly kind: 'apply' | 'rollback'; readonly jti: string },
): Result<void, IllegalEvent> {
  return state[body.kind]?.jti === body.jti ? ok(undefined) : otherAttempt();
}

/** A vote is for the current revision, by somebody who had no hand in it, once. */
export function acceptsVote(state: ChangeState, digest: string, actor: string): Result<void, IllegalEvent> {
  const { revision } = state;
  if (revision?.digest !== digest) return stale();
  if (wroteRevision(revision, actor)) {
    return refuse({ code: 'own-change', message: 'You wrote this change, so you cannot approve it.' });
  }
  if (state.votes.some((vote) => vote.accountId === actor)) {
    return refuse({ code: 'already-voted', message: 'You have already approved this revision.' });
  }
  return ok(undefined);
}

/** What is known to be applied can be rolled back, also while its failed verification waits for a person. */
export function mayRollBack({ status, apply, attention }: ChangeState): boolean {
  if (status === 'succeeded') return true;
  if (status !== 'needs-attention' || apply?.outcome?.status !== 'succeeded') return false;
  return apply.outcome.code !== null && attention?.code === apply.outcome.code;
}

/** A revision is run once; another try only after one that certainly had no effect. */
export function acceptsRun(state: ChangeState, body: Body<'run-requested'>): Result<void, IllegalEvent> {
  if (state.revision?.digest !== body.digest) return stale();
  if (body.kind === 'apply' ? state.status !== 'approved' : !mayRollBack(state)) {
    return refuse({
      code: state.status === 'needs-attention' ? 'illegal-event' : 'already-run',
      message: body.kind === 'apply' ? 'This revision has already run.' : 'There is nothing to roll back.',
    });
  }
  // An operator may resolve a change as applied that was never approved or run here; that is no way round the review.
  if (state.votes.length < state.revision.approvalsRequired || (body.kind === 'rollback' && !state.apply)) {
    return refuse({ code: 'illegal-event', message: 'There are not enough approvals.' });
  }
  const last = state[body.kind];
  if (last && last.revision === state.revision.number) {
    const final = last.outcome?.status;
    if (final !== 'refused' && final !== 'expired' && final !== 'revoked') {
      return refuse({ code: 'already-run', message: 'An attempt of this revision is not over, or has run.' });
    }
  }
  if (body.try !== nextTry(state, body.kind)) {
    return refuse({ code: 'wrong-attempt', message: 'The attempt has the wrong number.' });
  }
  return ok(undefined);
}

/** Number of the next attempt of the current revision. */
export function nextTry(state: ChangeState, kind: 'apply' | 'rollback'): number {
  const last = state[kind];
  return last && last.revision === state.revision?.number ? last.try + 1 : 1;
}

function stale(): Result<never, IllegalEvent> {
  return refuse({
    code: 'stale-digest',
    message: 'The change was edited since: this is not the current revision.',
  });
}
