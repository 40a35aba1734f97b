import type { ChangeStatus } from '../change/status';
import { transitionSteps, type TransitionKey, type TransitionStep } from './steps';

/**
 * The workflow of the issue type: one source for provisioning, for the rules on it and for the check that finds drift.
 * Names are what people see.
 */

/** Who passes the actor condition of a transition (the app's own user always does). */
export type TransitionActor =
  'anyone' | 'author' | 'approver' | 'approver-or-author' | 'runner' | 'operator-not-author' | 'app';

/** Where a transition leads, what it is called, and the rules on it. */
export interface TransitionDefinition extends TransitionStep {
  readonly name: string;
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
const resolve = { ...person, actor: 'operator-not-author', asksReason: true } as const;

export const transitions: Readonly<Record<TransitionKey, TransitionDefinition>> = {
  submit: {
    ...transitionSteps.submit,
    ...person,
    name: 'Submit for review',
    actor: 'author',
    validated: true,
  },
  approve: { ...transitionSteps.approve, ...person, name: 'Approve', actor: 'approver', validated: true },
  'quorum-reached': { ...transitionSteps['quorum-reached'], ...app, name: 'Quorum reached' },
  'reopen-review': { ...transitionSteps['reopen-review'], ...app, name: 'Reopen review' },
  'request-changes': {
    ...transitionSteps['request-changes'],
    ...person,
    name: 'Request changes',
    actor: 'approver-or-author',
    asksReason: true,
  },
  reject: { ...transitionSteps.reject, ...person, name: 'Reject', actor: 'approver', asksReason: true },
  run: { ...transitionSteps.run, ...person, name: 'Run', actor: 'runner', validated: true },
  'not-started': { ...transitionSteps['not-started'], ...app, name: 'Not started' },
  succeed: { ...transitionSteps.succeed, ...app, name: 'Succeed' },
  fail: { ...transitionSteps.fail, ...app, name: 'Fail' },
  attention: { ...transitionSteps.attention, ...app, name: 'Attention' },
  'resolve-succeeded': { ...transitionSteps['resolve-succeeded'], ...resolve, name: 'Resolve as succeeded' },
  'resolve-failed': { ...transitionSteps['resolve-failed'], ...resolve, name: 'Resolve as failed' },
  'resolve-rolled-back': {
    ...transitionSteps['resolve-rolled-back'],
    ...resolve,
    name: 'Resolve as rolled back',
  },
  'roll-back': {
    ...transitionSteps['roll-back'],
    ...person,
    name: 'Roll back',
    actor: 'runner',
    validated: true,
  },
  'rolled-back': { ...transitionSteps['rolled-back'], ...app, name: 'Rolled back' },
  rework: { ...transitionSteps.rework, ...person, name: 'Rework', actor: 'author' },
  cancel: { ...transitionSteps.cancel, ...person, name: 'Cancel', actor: 'runner' },
};

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

/** Manifest keys of the workflow modules. */
export const ruleModules = {
  condition: 'actor-condition',
  validator: 'ledger-validator',
  postFunction: 'transition-function',
} as const;

/** Name of the issue type, workflow and schemes that provisioning creates. */
export const issueTypeName = 'Query Change';
