import type { PanelValue } from '#core/panel/contract';
import { acceptDelivery } from './accept-receipt';
import { pendingAttempt } from './claim-run';
import type { Ports } from './ports';

const nothing = { progress: null, silent: false } as const;

/**
 * How far the running attempt is, by the executor's word of now. Should it answer with the receipt, that is taken: whoever
 * looks at a running change need not wait for the sweep when the receipt was lost on its way.
 */
export async function showProgress(ports: Ports, issueId: string): Promise<PanelValue<'progress'>> {
  const { state } = await ports.ledger.read(issueId);
  const attempt = pendingAttempt(state, 'rollback') ?? pendingAttempt(state, 'apply');
  if (!attempt?.executor) return nothing;
  const answer = await ports.executor.ask(attempt.executor, attempt.jti);
  if (answer.kind === 'silence') return { ...nothing, silent: true };
  if (answer.kind === 'refusal') return nothing;
  if (answer.value.delivery) await acceptDelivery(ports, answer.value.delivery);
  return { progress: answer.value.progress ?? null, silent: false };
}
