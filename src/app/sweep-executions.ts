import { acceptDelivery } from './accept-receipt';
import { dispatchExecution, type DispatchResult } from './dispatch-execution';
import { publish } from './publish';
import { raiseReplaced, raiseSilence, raiseUnknown } from './raise-unknown';
import { sweepDryRun } from './dry-run/sweep-dry-run';
import type { AnyExecution, Execution, Ports } from './ports';

/** Executions looked at in one sweep; the next sweep goes on. */
const maxPerSweep = 50;
/** A sent order without a receipt is asked about after this, milliseconds. */
const overdueMs = 30_000;

/**
 * Finishes what is claimed, queued or overdue: pushes again what never left, asks the executor for late receipts, and
 * revokes what is past its start. Runs every five minutes and finds its work by index, not by asking Jira.
 */
export async function sweepExecutions(ports: Ports): Promise<{ looked: number; failed: number }> {
  const open = await ports.executions.open(maxPerSweep);
  let failed = 0;
  for (const execution of open) {
    try {
      await sweepOne(ports, execution);
    } catch (error) {
      failed += 1;
      ports.log('sweep failed', { issueId: execution.issueId, error: String(error) });
    }
  }
  return { looked: open.length, failed };
}

async function sweepOne(ports: Ports, execution: AnyExecution): Promise<void> {
  if (execution.kind === 'dry-run') return sweepDryRun(ports, execution);
  const snapshot = await ports.ledger.read(execution.issueId);
  const attempt = snapshot.state[execution.kind];
  const open = snapshot.state.status === 'running' || snapshot.state.status === 'needs-attention';
  if (!open || !attempt || attempt.jti !== execution.jti || attempt.outcome) {
    // The ledger is ahead of the record: the index lagged, or the last write was lost.
    await ports.executions.save({ ...execution, phase: 'final' });
    await publish(ports, execution.issueId, snapshot, { jiraStatus: 'running' });
    return;
  }
  if (snapshot.state.status === 'needs-attention') return takeLateReceipt(ports, execution);
  // A wish to stop is told again until the receipt is here: the executor may have been away, or restored.
  if (execution.phase === 'sent' && !attempt.stop) {
    await askForReceipt(ports, execution);
    return;
  }
  await dispatchExecution(ports, execution);
}

/** A person is asked already; the executor's own word still counts when it comes. */
async function takeLateReceipt(ports: Ports, execution: Execution): Promise<void> {
  const order = await ports.archive.order(execution.jti);
  const answer = order && (await ports.executor.ask(order.aud, execution.jti));
  if (answer?.kind === 'reply' && answer.value.delivery) await acceptDelivery(ports, answer.value.delivery);
}

async function askForReceipt(ports: Ports, execution: Execution): Promise<DispatchResult | undefined> {
  if (ports.clock() - Date.parse(execution.updatedAt) < overdueMs) return undefined;
  const order = await ports.archive.order(execution.jti);
  if (!order || (await raiseReplaced(ports, execution, order))) return undefined;
  const answer = await ports.executor.ask(order.aud, execution.jti);
  if (answer.kind === 'reply') {
    if (answer.value.delivery) await acceptDelivery(ports, answer.value.delivery);
    return undefined;
  }
  if (answer.kind === 'silence') {
    await raiseSilence(ports, execution, order);
    return undefined;
  }
  if (answer.error.code !== 'not-found') return undefined;
  // It had accepted this order and has forgotten it. In time, the same order again is safe: the ledger beside the data
  // knows its id. Later nobody can say what became of it.
  if (Math.floor(ports.clock() / 1000) < order.startBy) return dispatchExecution(ports, execution);
  await raiseUnknown(ports, execution, {
    code: 'execution-lost',
    message: 'The executor no longer knows an order that it had accepted; the change may have been applied.',
  });
  return undefined;
}
