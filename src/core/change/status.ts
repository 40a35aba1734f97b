import * as v from 'valibot';

export const changeStatuses = [
  'draft',
  'in-review',
  'approved',
  'running',
  'succeeded',
  'failed',
  'needs-attention',
  'rolled-back',
  'rejected',
  'cancelled',
] as const;

/** Where a change stands according to its ledger. The Jira status follows it, never the other way. */
export const ChangeStatus = v.picklist(changeStatuses);
export type ChangeStatus = v.InferOutput<typeof ChangeStatus>;

/** Name of the Jira status that shows a {@link ChangeStatus}. */
export const jiraStatusNames: Readonly<Record<ChangeStatus, string>> = {
  draft: 'Draft',
  'in-review': 'In review',
  approved: 'Approved',
  running: 'Running',
  succeeded: 'Succeeded',
  failed: 'Failed',
  'needs-attention': 'Needs attention',
  'rolled-back': 'Rolled back',
  rejected: 'Rejected',
  cancelled: 'Cancelled',
};

/** Statuses of the Done category: the change is over. */
export const doneStatuses: ReadonlySet<ChangeStatus> = new Set([
  'succeeded',
  'rolled-back',
  'rejected',
  'cancelled',
]);
