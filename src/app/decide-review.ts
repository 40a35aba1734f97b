import type { ChangeEventBody } from '#core/change/event';
import type { ChangeState } from '#core/change/state';
import type { PersonFacts } from '#core/policy/eligibility';
import { ok } from '#core/result';
import type { TransitionKey } from '#core/workflow/steps';
import { append } from './append';
import { askEligibility } from './eligibility';
import type { CommentPart, LedgerSnapshot, RulePorts } from './ports';
import { publish } from './publish';
import { no, type Outcome } from './refusal';

export type Decision =
  | { readonly kind: 'request-changes'; readonly reason: string; readonly digest?: string }
  | { readonly kind: 'reject'; readonly reason: string; readonly digest?: string }
  | { readonly kind: 'rework' }
  | { readonly kind: 'cancel' }
  | {
      readonly kind: 'resolve';
      readonly outcome: 'succeeded' | 'failed' | 'rolled-back';
      readonly reason: string;
    };

/**
 * The decisions that are not votes: send back, reject, edit, cancel, resolve. `from` says whether the person pressed a
 * button of the panel (then we make the Jira transition as them) or made the transition in Jira already.
 */
export async function decide(
  ports: RulePorts,
  issueId: string,
  actor: string,
  decision: Decision,
  from: 'panel' | 'transition',
): Promise<Outcome<LedgerSnapshot>> {
  const { state: before } = await ports.ledger.read(issueId);
  const refusal = await actorRefusal(ports, issueId, before, actor, decision);
  if (refusal !== null) return no('not-allowed', refusal);
  const appended = await append(ports, issueId, ({ state }) => {
    if ('digest' in decision && decision.digest !== undefined && decision.digest !== state.revision?.digest) {
      return no('stale-digest', 'The change was edited since: reload to see the current revision.');
    }
    return ok({ entries: [{ actor, body: eventOf(decision) }] });
  });
  if (!appended.ok) return appended;
  const after = appended.value;
  const moved =
    from === 'transition' || (await ports.jira.transitionAsUser(issueId, transitionOf(decision))).ok;
  const comment = words(decision, actor, before);
  await publish(ports, issueId, after, {
    jiraStatus: moved ? after.state.status : before.status,
    ...(comment ? { comment } : {}),
  });
  return appended;
}

async function actorRefusal(
  ports: RulePorts,
  issueId: string,
  state: ChangeState,
  actor: string,
  decision: Decision,
): Promise<string | null> {
  const isAuthor = state.revision?.author === actor;
  switch (decision.kind) {
    case 'request-changes':
      return isAuthor ? null : askEligibility(ports, issueId, state, actor);
    case 'reject':
      return askEligibility(ports, issueId, state, actor);
    case 'rework':
      return isAuthor || state.revision === null ? null : 'Only the author can edit the change.';
    case 'cancel':
      if (isAuthor || (state.revision === null && (await ports.jira.mayEdit(actor, issueId)))) return null;
      return (await isOperator(ports, issueId, actor))
        ? null
        : 'Only the author or an operator can cancel the change.';
    case 'resolve':
      if (isAuthor) return 'The author cannot resolve their own change; another operator must.';
      return (await isOperator(ports, issueId, actor)) ? null : 'Only operators can resolve this.';
    default:
      return decision satisfies never;
  }
}

/** Asks Jira now whether a person is an active member of the operator group. */
export async function isOperator(ports: RulePorts, issueId: string, accountId: string): Promise<boolean> {
  const { operatorGroup } = await ports.settings.read();
  if (!operatorGroup) return false;
  const person = await ports.jira.person(accountId, issueId);
  return isPerson(person) && inGroup(person, operatorGroup);
}

/** True for an active account of a human being: apps and agents decide nothing. */
export function isPerson(person: PersonFacts | undefined): person is PersonFacts {
  return person !== undefined && person.active && person.accountType === 'atlassian';
}

/** True when Jira says that this person is in the group; a renamed group keeps its id. */
export function inGroup(person: PersonFacts, group: { readonly id: string; readonly name: string }): boolean {
  return person.groupIds.includes(group.id) || person.groupNames.includes(group.name);
}

function eventOf(decision: Decision): ChangeEventBody {
  switch (decision.kind) {
    case 'request-changes':
      return { type: 'changes-requested', reason: decision.reason };
    case 'reject':
      return { type: 'rejected', reason: decision.reason };
    case 'rework':
      return { type: 'reworked' };
    case 'cancel':
      return { type: 'cancelled' };
    case 'resolve':
      return { type: 'resolved', outcome: decision.outcome, reason: decision.reason };
    default:
      return decision satisfies never;
  }
}

function transitionOf(decision: Decision): TransitionKey {
  return decision.kind === 'resolve' ? `resolve-${decision.outcome}` : decision.kind;
}

function words(decision: Decision, actor: string, before: ChangeState): CommentPart[] | undefined {
  const author = before.revision?.author;
  const to: CommentPart[] = author && author !== actor ? [{ mention: author }, { text: ' ' }] : [];
  const by: CommentPart[] = [{ mention: actor }];
  switch (decision.kind) {
    case 'request-changes':
      return [...to, ...by, { text: ` asked for changes: ${decision.reason}` }];
    case 'reject':
      return [...to, ...by, { text: ` rejected this change: ${decision.reason}` }];
    case 'resolve':
      return [
        ...to,
        ...by,
        { text: ` resolved this as ${decision.outcome.replace('-', ' ')}: ${decision.reason}` },
      ];
    case 'rework':
      return before.votes.length > 0
        ? [...by, { text: ' edits this change again; all approvals are void.' }]
        : undefined;
    case 'cancel':
      return undefined;
    default:
      return decision satisfies never;
  }
}
