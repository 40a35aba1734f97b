import { changeStatuses, type ChangeStatus } from '../change/status';

/**
 * Where each transition of the workflow leads, and its id: what rules and mirrors need of it. Names, people and rules
 * stand in `definition.ts`. Ids are ours, chosen at creation, and stay.
 */

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

export interface TransitionStep {
  readonly id: string;
  readonly from: readonly ChangeStatus[];
  readonly to: ChangeStatus;
}

export const transitionSteps: Readonly<Record<TransitionKey, TransitionStep>> = {
  submit: { id: '11', from: ['draft'], to: 'in-review' },
  approve: { id: '21', from: ['in-review'], to: 'in-review' },
  'quorum-reached': { id: '31', from: ['in-review'], to: 'approved' },
  'reopen-review': { id: '41', from: ['approved', 'running'], to: 'in-review' },
  'request-changes': { id: '51', from: ['in-review'], to: 'draft' },
  reject: { id: '61', from: ['in-review'], to: 'rejected' },
  run: { id: '71', from: ['approved'], to: 'running' },
  'not-started': { id: '81', from: ['running'], to: 'approved' },
  // From Approved too: a receipt may come after the attempt was given up on an unsigned refusal.
  succeed: { id: '91', from: ['running', 'approved'], to: 'succeeded' },
  fail: { id: '101', from: ['running', 'approved'], to: 'failed' },
  attention: {
    id: '111',
    from: changeStatuses.filter((status) => status !== 'needs-attention'),
    to: 'needs-attention',
  },
  'resolve-succeeded': { id: '121', from: ['needs-attention'], to: 'succeeded' },
  'resolve-failed': { id: '131', from: ['needs-attention'], to: 'failed' },
  'resolve-rolled-back': { id: '141', from: ['needs-attention'], to: 'rolled-back' },
  // From Needs attention: applied, but its verification failed after COMMIT.
  'roll-back': { id: '151', from: ['succeeded', 'needs-attention'], to: 'running' },
  'rolled-back': { id: '161', from: ['running', 'succeeded'], to: 'rolled-back' },
  rework: { id: '171', from: ['approved', 'failed', 'rejected', 'in-review'], to: 'draft' },
  cancel: { id: '181', from: ['draft', 'in-review', 'approved'], to: 'cancelled' },
};

/** The transition by which the app's own user brings an issue from one status to another; undefined: no single step. */
export function appTransition(from: ChangeStatus, to: ChangeStatus): TransitionKey | undefined {
  return transitionKeys.find((key) => {
    const step = transitionSteps[key];
    return step.to === to && step.from.includes(from) && step.to !== from;
  });
}
