import type { AdminOverview, ConnectionOverview } from '#core/panel/admin-contract';

type FirstChange = NonNullable<AdminOverview['firstChange']>;

/** A status in Jira's words or in ours, as one form. */
function plain(status: string): string {
  return status.toLowerCase().replaceAll(' ', '-');
}

/** Whether a first change came to an end without having succeeded. */
export function isOver({ status, done }: FirstChange): boolean {
  return !done && ['failed', 'rejected', 'cancelled', 'rolled-back'].includes(plain(status));
}

/** What somebody does next so that the first change goes on, in words. */
export function nextAction(status: string, connections: readonly ConnectionOverview[]): string {
  switch (plain(status)) {
    case 'draft':
      return 'Open the issue, look at the draft in the Query Change panel and press "Submit for review".';
    case 'in-review':
      return `Somebody else must approve in the panel: a member of ${approverGroups(connections)}, not you as its author.`;
    case 'approved':
      return 'It is approved. Open the issue and press "Run" in the panel.';
    case 'running':
      return 'The executor runs it now. Refresh in a moment.';
    case 'failed':
      return 'Nothing was applied. The panel says why. Put that right and open another first change.';
    case 'needs-attention':
      return 'The outcome is not known. The panel says what to look at; an operator resolves it there.';
    case 'rejected':
    case 'cancelled':
    case 'rolled-back':
      return 'It ended without a run that counts. Open another first change.';
    default:
      return 'Open the issue; its panel says what happens next.';
  }
}

function approverGroups(connections: readonly ConnectionOverview[]): string {
  const names = new Set(
    connections.flatMap(({ policy }) => (policy === null ? [] : [policy.approverGroup.name])),
  );
  return names.size === 0 ? 'the approver group' : [...names].join(' or ');
}
