import { changeStatuses, type ChangeStatus } from '../change/status';

/**
 * The workflow of the issue type: one source for provisioning, for the app's own transitions, for the rules and for
 * the check that finds drift. Names are what people see; ids are ours, chosen at creation, and stay.
 */

/** Who passes the actor condition of a transition (the app's own user always does). */
export type TransitionActor =
  'anyone' | 'author' | 'approver' | 'approver-or-author' | 'runner' | 'operator-not-author' | 'app';

export const transitionKeys = [
  'submit',
  'approve',
  'quorum-reached',
  'reopen-review',
  'request-changes',
  'reject',
  'run',
  'not-started',
  'succeed',
  'fail',
  'attention',
  'resolve-succeeded',
  'resolve-failed',
  'resolve-rolled-back',
  'roll-back',
  'rolled-back',
  'rework',
  'cancel',
] as const;
export type TransitionKey = (typeof transitionKeys)[number];

export interface TransitionDefinition {
  readonly id: string;
  readonly name: string;
  readonly from: readonly ChangeStatus[];
  readonly to: ChangeStatus;
  readonly actor: TransitionActor;
  /** True: the ledger validator must agree before the transition. */
  readonly validated: boolean;
  /** True: the post-function tells the app who made it. */
  readonly reported: boolean;
  /** True: a screen asks for a reason. */
  readonly asksReason: boolean;
}

const app = { actor: 'app', validated: false, reported: false, asksReason: false } as const;
const person = { validated: false, reported: true, asksReason: false } as const;

export const transitions: Readonly<Record<TransitionKey, TransitionDefinition>> = {
  submit: {
    id: '11',
    name: 'Submit for review',
    from: ['draft'],
    to: 'in-review',
    ...person,
    actor: 'author',
    validated: true,
  },
  approve: {
    id: '21',
    name: 'Approve',
    from: ['in-review'],
    to: 'in-review',
    ...person,
    actor: 'approver',
    validated: true,
  },
  'quorum-reached': { id: '31', name: 'Quorum reached', from: ['in-review'], to: 'approved', ...app },
  'reopen-review': {
    id: '41',
    name: 'Reopen review',
    from: ['approved', 'running'],
    to: 'in-review',
    ...app,
  },
  'request-changes': {
    id: '51',
    name: 'Request changes',
    from: ['in-review'],
    to: 'draft',
    ...person,
    actor: 'approver-or-author',
    asksReason: true,
  },
  reject: {
    id: '61',
    name: 'Reject',
    from: ['in-review'],
    to: 'rejected',
    ...person,
    actor: 'approver',
    asksReason: true,
  },
  run: {
    id: '71',
    name: 'Run',
    from: ['approved'],
    to: 'running',
    ...person,
    actor: 'runner',
    validated: true,
  },
  'not-started': { id: '81', name: 'Not started', from: ['running'], to: 'approved', ...app },
  // From Approved too: a receipt may come after the attempt was given up on an unsigned refusal.
  succeed: { id: '91', name: 'Succeed', from: ['running', 'approved'], to: 'succeeded', ...app },
  fail: { id: '101', name: 'Fail', from: ['running', 'approved'], to: 'failed', ...app },
  attention: {
    id: '111',
    name: 'Attention',
    from: changeStatuses.filter((status) => status !== 'needs-attention'),
    to: 'needs-attention',
    ...app,
  },
  'resolve-succeeded': resolveTo('121', 'Resolve as succeeded', 'succeeded'),
  'resolve-failed': resolveTo('131', 'Resolve as failed', 'failed'),
  'resolve-rolled-back': resolveTo('141', 'Resolve as rolled back', 'rolled-back'),
  'roll-back': {
    id: '151',
    name: 'Roll back',
    // From Needs attention: applied, but its verification failed after COMMIT.
    from: ['succeeded', 'needs-attention'],
    to: 'running',
    ...person,
    actor: 'runner',
    validated: true,
  },
  'rolled-back': {
    id: '161',
    name: 'Rolled back',
    from: ['running', 'succeeded'],
    to: 'rolled-back',
    ...app,
  },
  rework: {
    id: '171',
    name: 'Rework',
    from: ['approved', 'failed', 'rejected', 'in-review'],
    to: 'draft',
    ...person,
    actor: 'author',
  },
  cancel: {
    id: '181',
    name: 'Cancel',
    from: ['draft', 'in-review', 'approved'],
    to: 'cancelled',
    ...person,
    actor: 'runner',
  },
};

function resolveTo(id: string, name: string, to: ChangeStatus): TransitionDefinition {
  return {
    id,
    name,
    from: ['needs-attention'],
    to,
    ...person,
    actor: 'operator-not-author',
    asksReason: true,
  };
}

/** Jira status category of a status, as the workflow API spells it. */
export const statusCategories: Readonly<Record<ChangeStatus, 'TODO' | 'IN_PROGRESS' | 'DONE'>> = {
  draft: 'TODO',
  'in-review': 'IN_PROGRESS',
  approved: 'IN_PROGRESS',
  running: 'IN_PROGRESS',
  succeeded: 'DONE',
  failed: 'IN_PROGRESS',
  'needs-attention': 'IN_PROGRESS',
  'rolled-back': 'DONE',
  rejected: 'DONE',
  cancelled: 'DONE',
};

/** Resolution set on entering a Done status and cleared on leaving it. Names; created when the site lacks them. */
export const resolutionNames: Readonly<Partial<Record<ChangeStatus, string>>> = {
  succeeded: 'Done',
  'rolled-back': 'Rolled back',
  rejected: 'Rejected',
  cancelled: 'Cancelled',
};

/** The transition by which the app's own user brings an issue from one status to another; undefined: no single step. */
export function appTransition(from: ChangeStatus, to: ChangeStatus): TransitionKey | undefined {
  return transitionKeys.find((key) => {
    const transition = transitions[key];
    return transition.to === to && transition.from.includes(from) && transition.to !== from;
  });
}

/** Manifest keys of the workflow modules. */
export const ruleModules = {
  condition: 'actor-condition',
  validator: 'ledger-validator',
  postFunction: 'transition-function',
} as const;

/** Name of the issue type, workflow and schemes that provisioning creates. */
export const issueTypeName = 'Query Change';
