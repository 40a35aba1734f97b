import type { OrderClaims } from '#core/protocol/order';
import type { ConnectionConfig } from '../config';
import { type Refusal, refusal } from './refusal';

/**
 * Judges an order's approvals against limits that the app cannot change: every vote is for this digest, none is the
 * author's, and enough different people (on a protected connection: people of our own list) cast one. A dry run needs them
 * only where the configuration says so.
 */
export function refusedApprovals(claims: OrderClaims, connection: ConnectionConfig): Refusal | null {
  const { approvals, content, digest } = claims;
  if (approvals.some((approval) => approval.digest !== digest)) {
    return refusal('approval-for-other-digest', 'an approval was given for another content');
  }
  if (approvals.some((approval) => approval.accountId === content.author)) {
    return refusal('author-approved', 'the author of the change is among its approvers');
  }
  if (claims.kind === 'dry-run' && connection.dryRun !== 'with-approvals') return null;
  return missingApprovals(claims, connection);
}

/** Which approvals an order lacks for running the change, whatever it asks for; null when it has enough. */
export function missingApprovals(
  { approvals }: Pick<OrderClaims, 'approvals'>,
  connection: ConnectionConfig,
): Refusal | null {
  if (connection.protected && connection.approvers.length === 0) {
    return refusal(
      'approvers-not-configured',
      `${connection.key} is protected, but the executor has no approver list for it`,
    );
  }
  const people = new Set(approvals.map(({ accountId }) => accountId));
  const listed = new Set(connection.approvers);
  const counted = connection.protected ? [...people].filter((person) => listed.has(person)) : [...people];
  const needed = Math.max(connection.minimumApprovals, connection.protected ? 1 : 0);
  if (counted.length >= needed) return null;
  if (people.size >= needed) {
    return refusal(
      'approver-not-allowed',
      `${counted.length} of the ${people.size} approvers are on the executor's list of ${connection.key}; ${needed} are needed`,
    );
  }
  return refusal(
    'approvals-missing',
    `${connection.key} needs the approval of ${needed} people; the order has ${people.size}`,
  );
}
