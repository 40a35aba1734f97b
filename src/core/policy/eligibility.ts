import type { RevisionState } from '../change/state';

/** What Jira says of a person at the moment of asking. */
export interface PersonFacts {
  readonly accountId: string;
  readonly active: boolean;
  /** `atlassian` is a person; `app` and `customer` are not allowed to vote (P8). */
  readonly accountType: string;
  readonly groupNames: readonly string[];
  readonly groupIds: readonly string[];
  readonly mayBrowse: boolean;
}

/** Why this person may not approve this revision, in words; null when they may. One rule: N members of one group. */
export function approverRefusal(revision: RevisionState, person: PersonFacts): string | null {
  if (person.accountId === revision.author) return 'The author cannot approve their own change.';
  if (revision.editors.includes(person.accountId)) return 'Whoever edited the change cannot approve it.';
  if (person.accountType !== 'atlassian') return 'Only people can approve, not apps or agents.';
  if (!person.active) return 'The account is not active.';
  const { id, name } = revision.approverGroup;
  if (!person.groupIds.includes(id) && !person.groupNames.includes(name)) return `Not a member of ${name}.`;
  if (!person.mayBrowse) return 'May not see this issue.';
  return null;
}

/** Distinct people needed: never fewer than the executor's own minimum, never none. */
export function approvalsRequired(configured: number, executorMinimum: number): number {
  return Math.max(1, configured, executorMinimum);
}

/** Approvals that provisioning proposes for an environment. */
export function defaultApprovals(environment: string): number {
  return environment === 'prod' ? 2 : 1;
}
