import type { AdminOverview, ConnectionOverview } from '#core/panel/admin-contract';
import { count } from '../../shared/format';

const order = { dev: 0, qa: 1, staging: 2, prod: 3 } as const;

/** Every connection, lowest environment first. */
export function inOrder(overview: AdminOverview): ConnectionOverview[] {
  return overview.connections.toSorted((a, b) => order[a.environment] - order[b.environment]);
}

/** Connections on which a change can be submitted, run and shown to work, lowest environment first. */
export function usableConnections(overview: AdminOverview): ConnectionOverview[] {
  return inOrder(overview).filter(({ problem, policy }) => problem === null && policy !== null);
}

/** What is wrong with the approvers of a connection, in words; null when nothing is, or nobody was named. */
export function approversProblem(connection: ConnectionOverview): string | null {
  const { approvers, policy } = connection;
  if (approvers === null || policy === null) return null;
  if (approvers.problem !== null) return approvers.problem;
  if (policy.approvals < connection.minimumApprovals)
    return `The executor asks for at least ${count(connection.minimumApprovals, 'approval', 'approvals')} here.`;
  if (approvers.members !== null && approvers.members < policy.approvals)
    return `${count(policy.approvals, 'approval is', 'approvals are')} needed, but the group has only ${count(approvers.members, 'person', 'people')}.`;
  return null;
}
