import { transitionSteps, type TransitionKey } from '#core/workflow/steps';
import type { ChangeState } from '#core/change/state';
import { claimRun } from './claim-run';
import { decide, type Decision } from './decide-review';
import type { RulePorts } from './ports';
import { recordAttempt } from './record-attempt';
import type { IssueRef } from './save-draft';
import { submitChange } from './submit-change';

/** Jira may deliver a post-function this much later, milliseconds. ⚠ Ours: the platform names no bound. */
const lateDeliveryMs = 15 * 60_000;

/** A transition that Jira has made: at least once, in no particular order, always after the fact. */
export interface MadeTransition {
  readonly issue: IssueRef;
  readonly transition: TransitionKey;
  /** Who made it, by Jira. */
  readonly actor: string | undefined;
  readonly commentId: string | undefined;
  /** Jira's id of this one transition: the same in every delivery of it. */
  readonly executionId: string | undefined;
}

/**
 * Follows a transition into the ledger. What the panel did is there already and nothing happens; what was done on the
 * board, in bulk or by REST is judged now by the same rules, and recorded as an attempt when they forbid it.
 */
export async function followTransition(ports: RulePorts, made: MadeTransition): Promise<void> {
  const { issue, transition, actor } = made;
  const settings = await ports.settings.read();
  if (actor !== undefined && actor === settings.site?.appAccountId) return;
  if (actor === undefined) {
    return recordAttempt(ports, issue, 'app', {
      code: 'actor-not-allowed',
      message: 'A transition had no actor.',
    });
  }
  const { state } = await ports.ledger.read(issue.id);
  switch (transition) {
    case 'submit':
      if (state.status === 'draft' && (await stillShown(ports, made)))
        await followSubmit(ports, issue, actor);
      return;
    case 'approve':
      return followApprove(ports, issue, actor, state);
    case 'run':
      return claimRun(ports, issue, actor, 'apply', made.executionId);
    case 'roll-back':
      return claimRun(ports, issue, actor, 'rollback', made.executionId);
    default:
      if (state.status !== transitionSteps[transition].to && (await stillShown(ports, made))) {
        await followDecision(ports, made, actor);
      }
  }
}

/** True when Jira still shows where the transition led: a delivery that comes late must not undo what came after it. */
async function stillShown(ports: RulePorts, { issue, transition }: MadeTransition): Promise<boolean> {
  return (await ports.jira.status(issue.id)) === transitionSteps[transition].to;
}

async function followSubmit(ports: RulePorts, issue: IssueRef, actor: string): Promise<void> {
  const submitted = await submitChange(ports, issue, actor, { version: null, from: 'transition' });
  if (!submitted.ok) {
    await recordAttempt(ports, issue, actor, { code: 'status-forced', message: submitted.error.message });
  }
}

async function followApprove(
  ports: RulePorts,
  issue: IssueRef,
  actor: string,
  state: ChangeState,
): Promise<void> {
  const voted = state.votes.some((vote) => vote.accountId === actor);
  // The votes of a revision that was edited or sent back meanwhile are gone; the transition was honest when made.
  if (voted || (state.status !== 'in-review' && state.status !== 'approved')) return;
  if (await votedLately(ports, issue, actor)) return;
  await recordAttempt(ports, issue, actor, {
    code: 'vote-mismatch',
    message: 'Somebody made the Approve transition without having approved in the panel; it does not count.',
  });
}

/** True when the ledger has a recent vote of this person, for whatever revision: the delivery may only be late. */
async function votedLately(ports: RulePorts, issue: IssueRef, actor: string): Promise<boolean> {
  const { head } = await ports.ledger.read(issue.id);
  const events = await ports.ledger.events(issue.id, head);
  const since = ports.clock() - lateDeliveryMs;
  return events.some(
    ({ body, actor: voter, at }) => body.type === 'voted' && voter === actor && Date.parse(at) >= since,
  );
}

async function followDecision(ports: RulePorts, made: MadeTransition, actor: string): Promise<void> {
  const reason = made.commentId ? await ports.jira.commentText(made.issue.id, made.commentId) : '';
  const decision = decisionOf(made.transition, reason.trim() || 'No reason was given on the transition.');
  if (!decision) return;
  const decided = await decide(ports, made.issue.id, actor, decision, 'transition');
  if (!decided.ok) {
    await recordAttempt(ports, made.issue, actor, {
      code: 'actor-not-allowed',
      message: decided.error.message,
    });
  }
}

function decisionOf(transition: TransitionKey, reason: string): Decision | undefined {
  switch (transition) {
    case 'request-changes':
    case 'reject':
      return { kind: transition, reason };
    case 'rework':
    case 'cancel':
      return { kind: transition };
    case 'resolve-succeeded':
      return { kind: 'resolve', outcome: 'succeeded', reason };
    case 'resolve-failed':
      return { kind: 'resolve', outcome: 'failed', reason };
    case 'resolve-rolled-back':
      return { kind: 'resolve', outcome: 'rolled-back', reason };
    default:
      return undefined;
  }
}
