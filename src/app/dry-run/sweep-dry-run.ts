import type { Execution, Ports } from '../ports';
import { askDryRun, sendDryRun } from './dispatch-dry-run';
import { pendingDryRun, signedDryRun } from './prepare-dry-run';

/** A sent order without a receipt is asked about after this, milliseconds. */
const overdueMs = 30_000;

/** Finishes a dry run whose order never left, or whose receipt is late. */
export async function sweepDryRun(ports: Ports, execution: Execution<'dry-run'>): Promise<void> {
  const { issueId, jti, phase, updatedAt } = execution;
  const { state } = await ports.ledger.read(issueId);
  if (!pendingDryRun(state, jti)) {
    await ports.executions.save({ ...execution, phase: 'final' });
    return;
  }
  if (phase !== 'sent') {
    await sendDryRun(ports, execution);
    return;
  }
  if (ports.clock() - Date.parse(updatedAt) < overdueMs) return;
  const order = await signedDryRun(ports, issueId, jti);
  if (order) await askDryRun(ports, execution, order);
}
