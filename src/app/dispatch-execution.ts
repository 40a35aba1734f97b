import { maxOrderLifetimeSeconds } from '#core/limits';
import { signCompact } from '#core/protocol/jws';
import { orderTyp } from '#core/protocol/order';
import { acceptDelivery, closeUnstarted } from './accept-receipt';
import { pendingAttempt } from './claim-run';
import { evidenceForOrder } from './evidence/run-with-evidence';
import { orderClaims } from './order-claims';
import type { Dispatch, Execution, ExecutorAnswer, Ports, StoredOrder } from './ports';
import { prepareOrder } from './prepare-order';
import { raiseReplaced, raiseSilence } from './raise-unknown';
import type { IssueRef } from './save-draft';
import type { ReceiptDelivery } from '#core/protocol/receipt';
import type { ChangeKind } from '#core/protocol/attempt';
import type { ExecutionReply } from '#core/protocol/transport';

/** What the queue should do next: nothing, or deliver again after a while. */
export type DispatchResult =
  | { readonly done: true }
  | { readonly done: false; readonly retryAfterSeconds: number; readonly why: string };

const done: DispatchResult = { done: true };

/**
 * Builds the order from the ledger and sends it. Whatever Jira shows, an order exists only if the ledger has a pending
 * attempt, every counted voter is still eligible by Jira's answer of now, and the quorum stands.
 */
export async function dispatchExecution(
  ports: Ports,
  dispatch: Dispatch<ChangeKind>,
): Promise<DispatchResult> {
  const { state } = await ports.ledger.read(dispatch.issueId);
  const attempt = pendingAttempt(state, dispatch.kind);
  if (!attempt || attempt.jti !== dispatch.jti) return done;
  const execution = await ports.executions.read(dispatch.issueId, dispatch.revision, dispatch.kind);
  if (!execution || execution.jti !== dispatch.jti || execution.phase === 'final') return done;
  const issue = { id: execution.issueId, key: execution.issueKey };
  const signed = await ports.archive.order(dispatch.jti);
  if (signed && (await raiseReplaced(ports, execution, signed))) return done;
  // A stop is sent also while dispatch is paused: it only takes away.
  if (signed && attempt.stop) return stopInstead(ports, issue, execution, signed);
  const { pause } = await ports.settings.read();
  if (pause) return holdBack(ports, issue, execution, signed);
  const order = signed ?? (await signNow(ports, issue, dispatch, execution));
  if (!order) return done;
  return sendOrder(ports, issue, execution, order);
}

/** The order with what it shows of lower environments; undefined when there is none to send. */
async function signNow(
  ports: Ports,
  issue: IssueRef,
  dispatch: Dispatch<ChangeKind>,
  execution: Execution,
): Promise<StoredOrder | undefined> {
  const evidence = await evidenceForOrder(ports, execution);
  return evidence === null ? undefined : prepareOrder(ports, issue, dispatch, evidence);
}

/**
 * Dispatch is paused: nothing is sent, and nothing is signed whose time would run out meanwhile. An order that was signed
 * before and is past its start is revoked all the same, because it may have been sent.
 */
async function holdBack(
  ports: Ports,
  issue: IssueRef,
  execution: Execution,
  signed: StoredOrder | undefined,
): Promise<DispatchResult> {
  if (signed && isPastStart(ports, signed)) return askInstead(ports, issue, execution, signed);
  await wait(ports, execution, 'Dispatch is paused: nothing is sent to the executor until it is resumed.');
  return done;
}

async function sendOrder(
  ports: Ports,
  issue: IssueRef,
  execution: Execution,
  stored: StoredOrder,
): Promise<DispatchResult> {
  // After `startBy` the executor would only refuse, but it may hold an earlier delivery: ask instead of sending.
  if (isPastStart(ports, stored)) return askInstead(ports, issue, execution, stored);
  const content = await ports.archive.revision(issue.id, execution.revision);
  if (!content) throw new Error('the revision is gone');
  const now = Math.floor(ports.clock() / 1000);
  // An order that outlived its first signature is signed again with the same id; nothing but iat and exp changes.
  const times =
    now < stored.exp ? {} : { iat: now, exp: Math.min(now + maxOrderLifetimeSeconds, stored.startBy) };
  const claims = { ...orderClaims(stored, content), ...times };
  const answer = await ports.executor.submit(
    stored.aud,
    await signCompact(claims, orderTyp, await ports.keys.signingKey()),
  );
  return handleAnswer(ports, issue, execution, stored, answer);
}

function isPastStart(ports: Ports, { startBy }: StoredOrder): boolean {
  return Math.floor(ports.clock() / 1000) >= startBy;
}

/** Past its start: revoke (the tombstone comes before the answer) and take what the executor says as final. */
async function askInstead(
  ports: Ports,
  issue: IssueRef,
  execution: Execution,
  stored: StoredOrder,
): Promise<DispatchResult> {
  const content = await ports.archive.revision(issue.id, execution.revision);
  const answer = await ports.executor.revoke(stored.aud, execution.jti, content?.connection ?? '');
  return handleAnswer(ports, issue, execution, stored, answer);
}

/**
 * A person wants it to end. Either a tombstone proves that it never began, or a receipt says how it ended, or it runs and
 * the executor has stored the wish; until one of the first two is here, nothing is known.
 */
async function stopInstead(
  ports: Ports,
  issue: IssueRef,
  execution: Execution,
  stored: StoredOrder,
): Promise<DispatchResult> {
  const content = await ports.archive.revision(issue.id, execution.revision);
  const answer = await ports.executor.revoke(stored.aud, execution.jti, content?.connection ?? '', true);
  if (answer.kind === 'reply') return takeReply(ports, issue, execution, answer.value, stoppedUnsent);
  if (answer.kind === 'silence' && (await raiseSilence(ports, execution, stored))) return done;
  const why = answer.kind === 'silence' ? answer.message : answer.error.message;
  await wait(
    ports,
    execution,
    answer.kind === 'silence'
      ? 'The executor does not answer. It is told to stop as soon as it does.'
      : `The executor turns the stop away: ${why} It is told again.`,
  );
  return { done: false, retryAfterSeconds: 10, why };
}

async function handleAnswer(
  ports: Ports,
  issue: IssueRef,
  execution: Execution,
  stored: StoredOrder,
  answer: ExecutorAnswer<ExecutionReply>,
): Promise<DispatchResult> {
  if (answer.kind === 'silence') {
    if (await raiseSilence(ports, execution, stored)) return done;
    await wait(ports, execution, 'The executor does not answer. It is asked again until it does.');
    return { done: false, retryAfterSeconds: 10, why: answer.message };
  }
  if (answer.kind === 'reply') return takeReply(ports, issue, execution, answer.value, lateStart);
  const { code, message, delivery } = answer.error;
  if (delivery) return takeDelivery(ports, execution, delivery);
  if (code === 'order-revoked') {
    await closeUnstarted(ports, issue, execution, { code, message });
    return done;
  }
  // The executor holds another order under this id, so nothing may be given up: its own word decides.
  if (code === 'order-conflict') {
    const held = await ports.executor.ask(stored.aud, execution.jti);
    if (held.kind === 'reply' && held.value.delivery) {
      return takeDelivery(ports, execution, held.value.delivery);
    }
    return done;
  }
  if (answer.status === 429 || answer.status >= 500) {
    return { done: false, retryAfterSeconds: 15, why: message };
  }
  return giveUp(ports, issue, execution, stored, { code, message });
}

/** Why an attempt ended that was stopped before any order of it could begin. */
export const stoppedUnsent = {
  code: 'cancelled',
  message: 'stopped from the issue before the executor had the order; nothing was applied',
};

const lateStart = { code: 'expired', message: 'The order did not reach the executor in time.' };

/** What the executor knows of an order: its receipt, a tombstone (it never began, and never will), or that it has it. */
async function takeReply(
  ports: Ports,
  issue: IssueRef,
  execution: Execution,
  { delivery, state }: ExecutionReply,
  unstarted: { code: string; message: string },
): Promise<DispatchResult> {
  if (delivery) return takeDelivery(ports, execution, delivery);
  if (state === 'revoked') await closeUnstarted(ports, issue, execution, unstarted);
  else await markSent(ports, execution);
  return done;
}

/** What the executor says is final if its signature holds; otherwise somebody must look at the keys. */
async function takeDelivery(
  ports: Ports,
  execution: Execution,
  delivery: ReceiptDelivery,
): Promise<DispatchResult> {
  const accepted = await acceptDelivery(ports, delivery);
  if (!accepted.ok) {
    await wait(ports, execution, `The receipt of the executor was not accepted (${accepted.error}).`);
  }
  return done;
}

/**
 * The order was turned away without a signed word. An earlier delivery may have been taken all the same, so the id is
 * revoked first: only a tombstone, or the end of the time in which it could start, makes a new try safe.
 */
async function giveUp(
  ports: Ports,
  issue: IssueRef,
  execution: Execution,
  stored: StoredOrder,
  why: { code: string; message: string },
): Promise<DispatchResult> {
  const content = await ports.archive.revision(issue.id, execution.revision);
  const revoked = await ports.executor.revoke(stored.aud, execution.jti, content?.connection ?? '');
  if (revoked.kind === 'reply') return takeReply(ports, issue, execution, revoked.value, why);
  if (revoked.kind === 'refusal' && isPastStart(ports, stored)) {
    await closeUnstarted(ports, issue, execution, why);
    return done;
  }
  await wait(ports, execution, `The executor turns the order away: ${why.message} (${why.code}).`);
  return { done: false, retryAfterSeconds: 15, why: why.message };
}

/** Tells open panels why the change is still running. */
async function wait(ports: Ports, execution: Execution, note: string): Promise<void> {
  if (execution.note === note) return;
  await ports.executions.save({ ...execution, phase: 'waiting', note });
  const { head } = await ports.ledger.read(execution.issueId);
  await ports.signals.changed(execution.issueId, head.seq);
}

/**
 * Accepted: the receipt comes by itself, maybe before this; the sweep asks for it when it is late. Open panels learn
 * from here that the change runs: the post-function that claimed it cannot signal (rules stay small).
 */
async function markSent(ports: Ports, execution: Execution): Promise<void> {
  const { state, head } = await ports.ledger.read(execution.issueId);
  const attempt = pendingAttempt(state, execution.kind);
  if (attempt?.jti !== execution.jti) return;
  await ports.executions.save({
    ...execution,
    phase: 'sent',
    note: null,
    updatedAt: new Date(ports.clock()).toISOString(),
  });
  await ports.signals.changed(execution.issueId, head.seq);
}
