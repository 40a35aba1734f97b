import { signCompact } from '#core/protocol/jws';
import { orderTyp } from '#core/protocol/order';
import { acceptDelivery } from '../accept-receipt';
import type { DispatchResult } from '../dispatch-execution';
import { orderClaims } from '../order-claims';
import type { Dispatch, Execution, ExecutorAnswer, Ports, StoredOrder } from '../ports';
import type { ExecutionReply } from '#core/protocol/transport';
import { endDryRun } from './end-dry-run';
import { pendingDryRun, prepareDryRun, signedDryRun } from './prepare-dry-run';

const done: DispatchResult = { done: true };

/** Builds and sends the order of a dry run. Nothing of it can stay in a database, so it is given up without asking a person. */
export async function dispatchDryRun(ports: Ports, dispatch: Dispatch<'dry-run'>): Promise<DispatchResult> {
  const { issueId, revision, kind, jti } = dispatch;
  const [{ state }, execution] = await Promise.all([
    ports.ledger.read(issueId),
    ports.executions.read(issueId, revision, kind),
  ]);
  if (!pendingDryRun(state, jti) || !execution || execution.jti !== jti) return done;
  return sendDryRun(ports, execution);
}

/** Sends the order, or takes the answer that the executor has by now. */
export async function sendDryRun(ports: Ports, execution: Execution<'dry-run'>): Promise<DispatchResult> {
  const { issueId, jti } = execution;
  const [{ pause, executor }, signed] = await Promise.all([
    ports.settings.read(),
    signedDryRun(ports, issueId, jti),
  ]);
  if (pause || (signed && signed.aud !== executor?.id)) {
    const why = pause
      ? { code: 'paused', message: 'Dispatch is paused: nothing was sent to the executor.' }
      : { code: 'executor-replaced', message: 'The order went to an executor that is no longer enrolled.' };
    await endDryRun(ports, execution, { status: 'revoked', ...why });
    return done;
  }
  const order = signed ?? (await prepareDryRun(ports, execution));
  const content = await ports.dryRuns.content(issueId);
  if (!order || !content) return done;
  if (Math.floor(ports.clock() / 1000) >= order.startBy) return askDryRun(ports, execution, order);
  const key = await ports.keys.signingKey();
  const answer = await ports.executor.submit(
    order.aud,
    await signCompact(orderClaims(order, content), orderTyp, key),
  );
  return taken(ports, execution, order, answer);
}

/** Asks for the outcome of an order that was sent. */
export async function askDryRun(
  ports: Ports,
  execution: Execution<'dry-run'>,
  order: StoredOrder,
): Promise<DispatchResult> {
  return taken(ports, execution, order, await ports.executor.ask(order.aud, execution.jti));
}

async function taken(
  ports: Ports,
  execution: Execution<'dry-run'>,
  order: StoredOrder,
  answer: ExecutorAnswer<ExecutionReply>,
): Promise<DispatchResult> {
  const delivery = answer.kind === 'silence' ? null : deliveryOf(answer);
  if (delivery) {
    const accepted = await acceptDelivery(ports, delivery);
    if (!accepted.ok) {
      const message = `The receipt of the executor was not accepted (${accepted.error}).`;
      await endDryRun(ports, execution, { status: 'unknown', code: 'receipt-not-accepted', message });
    }
    return done;
  }
  const now = Math.floor(ports.clock() / 1000);
  const mayStart = now < order.startBy;
  if (answer.kind === 'refusal') {
    const { code, message } = answer.error;
    const busy = answer.status === 429 || answer.status >= 500;
    if (busy && mayStart) return { done: false, retryAfterSeconds: 15, why: message };
    await endDryRun(ports, execution, { status: 'refused', code, message });
    return done;
  }
  if (now >= order.endBy || (answer.kind === 'reply' && answer.value.state === 'revoked')) {
    const message = 'The executor did not answer in time.';
    await endDryRun(ports, execution, { status: 'expired', code: 'executor-silent', message });
    return done;
  }
  if (answer.kind === 'silence') {
    return mayStart ? { done: false, retryAfterSeconds: 10, why: answer.message } : done;
  }
  const updatedAt = new Date(ports.clock()).toISOString();
  await ports.executions.save({ ...execution, phase: 'sent', note: null, updatedAt });
  return done;
}

const deliveryOf = (answer: Exclude<ExecutorAnswer<ExecutionReply>, { kind: 'silence' }>) =>
  answer.kind === 'reply' ? answer.value.delivery : answer.error.delivery;
