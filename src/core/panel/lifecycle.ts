import { mayRollBack } from '../change/conditions';
import type { ContentProblem } from '../change/content';
import { wroteRevision, type ChangeState } from '../change/state';
import { rowCount } from '../results/row-count';
import type { ActionName, ActionView, BlockerView } from './view';

/** What the slot at the top of the panel depends on. */
export interface LifecycleInput {
  readonly state: ChangeState;
  readonly viewer: string;
  /** Member of the group that runs and resolves. */
  readonly isOperator: boolean;
  /** Member of the approver group as far as is known (Jira is asked again when it matters); null: not known. */
  readonly isCandidate: boolean | null;
  /** Problems of the draft, for status draft. */
  readonly problems: readonly ContentProblem[];
  /** Why the review keeps the draft from being submitted, in words; null when it does not, or has not looked. */
  readonly reviewRefusal: string | null;
  /** Why the connection cannot take an order now, in words; null when it can. */
  readonly connectionProblem: string | null;
  /** Why no order can be built for any connection (no executor, say); null when fine. */
  readonly setupProblem: string | null;
  /** Why nothing is sent to the executor now, in words; null when it is not paused. Review goes on. */
  readonly paused: string | null;
  /** Why no dry run can be asked for now, whoever asks, in words; null when it can. */
  readonly dryRunRefusal: string | null;
  /** What a run selected that did nothing else, and whether it could do anything else; null: it did, or it did not run. */
  readonly selected: { readonly rows: number; readonly readOnly: boolean } | null;
  /** What must have run in a lower environment first and has not, in words; null when nothing is missing. */
  readonly evidenceMissing: string | null;
  /** True when the approved rollback may still be run. */
  readonly rollbackOpen: boolean;
}

/** The single next action of this viewer, the others, and what is in the way. */
export interface Lifecycle {
  readonly headline: string;
  readonly primary: ActionView | null;
  readonly secondary: readonly ActionView[];
  readonly blockers: readonly BlockerView[];
  readonly mayEdit: boolean;
  readonly approvalsMissing: number;
}

/** Decides what the panel offers. Pure: the resolver checks every action again when it is pressed. */
export function lifecycle(input: LifecycleInput): Lifecycle {
  const { state } = input;
  const approvalsMissing = Math.max(0, (state.revision?.approvalsRequired ?? 0) - state.votes.length);
  const view = {
    approvalsMissing,
    mayEdit: false,
    blockers: [] as BlockerView[],
    secondary: [] as ActionView[],
  };
  switch (state.status) {
    case 'draft':
      return { ...view, ...draft(input) };
    case 'in-review':
      return { ...view, ...inReview(input, approvalsMissing) };
    case 'approved':
      return { ...view, ...approved(input) };
    case 'running':
      return { ...view, ...running(input) };
    case 'succeeded':
      return { ...view, ...succeeded(input) };
    case 'failed':
      return {
        ...view,
        headline: 'The change failed; nothing was applied.',
        primary: act('rework', 'Edit and try again', authorOnly(input, 'edit it')),
      };
    case 'needs-attention':
      return { ...view, ...attention(input) };
    case 'rolled-back':
      return { ...view, headline: 'The change was applied and then rolled back.', primary: null };
    case 'rejected':
      return {
        ...view,
        headline: 'The change was rejected.',
        primary: isAuthor(input) ? act('rework', 'Edit and submit again', null) : null,
      };
    case 'cancelled':
      return { ...view, headline: 'The change was cancelled.', primary: null };
    default:
      return state.status satisfies never;
  }
}

function draft(input: LifecycleInput): Partial<Lifecycle> & Pick<Lifecycle, 'headline' | 'primary'> {
  const blockers: BlockerView[] = input.problems.map(({ message }) => ({ kind: 'fix', message }));
  if (input.setupProblem) blockers.push({ kind: 'wait', message: input.setupProblem });
  // A dry run is how an author finds out what a finding is worth, so the review does not stand in its way.
  const why = blockers[0]?.message ?? null;
  if (input.reviewRefusal !== null) blockers.push({ kind: 'fix', message: input.reviewRefusal });
  return {
    headline: draftHeadline(input.problems.length, input.reviewRefusal !== null),
    primary: act('submit', 'Submit for review', why ?? input.reviewRefusal),
    secondary: [dryRun(input, why), act('cancel', 'Cancel change', authorOrOperator(input, 'cancel it'))],
    blockers,
    mayEdit: true,
  };
}

/** What stands between a draft and its review. */
export function draftHeadline(missing: number, findings: boolean): string {
  if (missing > 0)
    return `${missing === 1 ? 'One thing is' : `${missing} things are`} missing before review.`;
  return findings ? 'The review found errors.' : 'Ready to be reviewed.';
}

function inReview(
  input: LifecycleInput,
  missing: number,
): Partial<Lifecycle> & Pick<Lifecycle, 'headline' | 'primary'> {
  const { state, viewer } = input;
  const revision = state.revision;
  const group = revision?.approverGroup.name ?? 'the approvers';
  const voted = state.votes.some((vote) => vote.accountId === viewer);
  const wrote = revision !== null && wroteRevision(revision, viewer);
  const count = `${state.votes.length} of ${revision?.approvalsRequired ?? 0} approvals`;
  // Approvers may vote: it is the order that is not made.
  const below: BlockerView[] =
    input.evidenceMissing === null ? [] : [{ kind: 'wait', message: input.evidenceMissing }];
  const secondary: ActionView[] = [];
  if (isAuthor(input) || input.isOperator) secondary.push(dryRun(input, null));
  if (isAuthor(input))
    secondary.push(act('rework', 'Edit (voids approvals)', null), act('cancel', 'Cancel change', null));
  if (wrote) {
    return {
      headline: `In review: ${count}. You wrote this change, so others must approve it.`,
      primary: null,
      secondary,
      blockers: [{ kind: 'wait', message: waitFor(missing, group) }, ...below],
    };
  }
  const notMember = input.isCandidate === false ? `Only members of ${group} can approve this change.` : null;
  const why = notMember ?? (voted ? 'You have approved this revision.' : null);
  const decide = [
    ...secondary,
    act('request-changes', 'Request changes', notMember),
    act('reject', 'Reject', notMember),
    ...(input.isOperator && !isAuthor(input) ? [act('cancel', 'Cancel change', null)] : []),
  ];
  return {
    headline: voted ? `You approved this revision. ${count} so far.` : `In review: ${count}.`,
    primary: act('approve', `Approve revision ${revision?.number ?? ''}`.trim(), why),
    secondary: decide,
    blockers: [...(why ? [{ kind: 'wait' as const, message: waitFor(missing, group) }] : []), ...below],
  };
}

function waitFor(missing: number, group: string): string {
  return `Waiting for ${missing === 1 ? 'one more approval' : `${missing} more approvals`} from ${group}.`;
}

function approved(input: LifecycleInput): Partial<Lifecycle> & Pick<Lifecycle, 'headline' | 'primary'> {
  const { state } = input;
  const last = state.apply?.outcome;
  const why =
    authorOrOperator(input, 'run it') ??
    input.setupProblem ??
    input.paused ??
    input.connectionProblem ??
    input.evidenceMissing;
  const secondary: ActionView[] = [];
  if (isAuthor(input) || input.isOperator) secondary.push(dryRun(input, null));
  if (isAuthor(input)) secondary.push(act('rework', 'Edit (voids approvals)', null));
  if (isAuthor(input) || input.isOperator) secondary.push(act('cancel', 'Cancel change', null));
  const blockers: BlockerView[] = why ? [{ kind: 'wait', message: why }] : [];
  return {
    headline: last ? `${unstarted('attempt', last)} It can be run again.` : 'Approved. It can be run.',
    primary: act('run', `Run on ${state.revision?.connection ?? 'the connection'}`, why),
    secondary,
    blockers,
  };
}

function succeeded(input: LifecycleInput): Partial<Lifecycle> & Pick<Lifecycle, 'headline' | 'primary'> {
  const { state } = input;
  const rows = state.apply?.outcome?.rows;
  const applied =
    rows === null || rows === undefined
      ? 'The change was applied.'
      : `The change was applied: ${rowCount(rows)}.`;
  const headline = input.selected ? selectedWords(input.selected) : applied;
  if (!state.revision?.hasRollback) return { headline, primary: null };
  const last = state.rollback?.outcome;
  return {
    headline: last ? `${headline} ${unstarted('rollback', last)}` : headline,
    primary: null,
    secondary: [rollBack(input)],
  };
}

function selectedWords({ rows, readOnly }: NonNullable<LifecycleInput['selected']>): string {
  return readOnly
    ? `Read ${rowCount(rows)}. Nothing was changed.`
    : `The change ran: ${rowCount(rows)} ${rows === 1 ? 'was' : 'were'} selected.`;
}

function rollBack(input: LifecycleInput): ActionView {
  const why = !input.rollbackOpen
    ? 'The approved rollback has expired; open a new change instead.'
    : (authorOrOperator(input, 'roll it back') ??
      input.setupProblem ??
      input.paused ??
      input.connectionProblem);
  return act('roll-back', 'Roll back', why);
}

function attention(input: LifecycleInput): Partial<Lifecycle> & Pick<Lifecycle, 'headline' | 'primary'> {
  const why = !input.isOperator
    ? 'Only operators can resolve this.'
    : isAuthor(input)
      ? 'The author cannot resolve their own change; another operator must.'
      : null;
  return {
    headline: input.state.attention?.message ?? 'This change needs attention.',
    primary: act('resolve', 'Resolve', why),
    secondary: input.state.revision?.hasRollback && mayRollBack(input.state) ? [rollBack(input)] : [],
    blockers: why ? [{ kind: 'wait', message: why }] : [],
  };
}

function running(input: LifecycleInput): Partial<Lifecycle> & Pick<Lifecycle, 'headline' | 'primary'> {
  const { state } = input;
  const rollback = state.rollback !== null && state.rollback.outcome === null;
  const stop = (rollback ? state.rollback : state.apply)?.stop ?? null;
  const doing = stop ? 'Stopping the run' : rollback ? 'Rolling back' : 'Running';
  // Asking again is harmless, and the way out when the executor did not answer the first time.
  const label = stop ? 'Ask again to stop' : 'Stop';
  return {
    headline: `${doing} on ${state.revision?.connection ?? 'the connection'}.`,
    primary: null,
    secondary: [act('stop', label, authorOrOperator(input, 'stop it'))],
  };
}

/** How the last attempt ended that had no effect, for the way on. */
function unstarted(
  what: string,
  outcome: { code: string | null; message: string | null; status: string },
): string {
  return outcome.code === 'cancelled'
    ? `The last ${what} was stopped; it changed nothing.`
    : `The last ${what} did not start: ${outcome.message ?? outcome.status}.`;
}

function dryRun(input: LifecycleInput, missing: string | null): ActionView {
  return act('dry-run', 'Dry run', missing ?? input.setupProblem ?? input.paused ?? input.dryRunRefusal);
}

function isAuthor({ state, viewer }: LifecycleInput): boolean {
  return state.revision?.author === viewer;
}

function authorOnly(input: LifecycleInput, what: string): string | null {
  return isAuthor(input) ? null : `Only the author can ${what}.`;
}

function authorOrOperator(input: LifecycleInput, what: string): string | null {
  if (input.state.revision === null || isAuthor(input) || input.isOperator) return null;
  return `Only the author or an operator can ${what}.`;
}

function act(name: ActionName, label: string, why: string | null): ActionView {
  return { name, label, enabled: why === null, why };
}
