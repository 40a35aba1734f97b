import { maxOrderLifetimeSeconds } from '#core/limits';
import { sha256Hex } from '#core/hash';
import type { ChangeState } from '#core/change/state';
import { signCompact } from '#core/protocol/jws';
import { computeOrderDigest, orderTyp, type OrderClaims } from '#core/protocol/order';
import { ok } from '#core/result';
import { acceptDelivery, closeUnstarted } from './accept-receipt';
import { append } from './append';
import { executionOf, pendingAttempt } from './claim-run';
import { recheckVotes } from './eligibility';
import type { Dispatch, Execution, ExecutorAnswer, Ports, StoredOrder } from './ports';
import { publish } from './publish';
import type { IssueRef } from './save-draft';
import type { ExecutionReply } from '#core/protocol/transport';

/** The change must begin within this after Run was pressed, seconds. Ours; the protocol allows an hour. */
const startWithinSeconds = 10 * 60;
/** And be committed within this, seconds. */
const endWithinSeconds = 60 * 60;

/** What the queue should do next: nothing, or deliver again after a while. */
export type DispatchResult =
  | { readonly done: true }
  | { readonly done: false; readonly retryAfterSeconds: number; readonly why: string };

const done: DispatchResult = { done: true };

/**
 * Builds the order from the ledger and sends it. Whatever Jira shows, an order exists only if the ledger has a pending
 * attempt, every counted voter is still eligible by Jira's answer of now, and the quorum stands.
 */
export async function dispatchExecution(ports: Ports, dispatch: Dispatch): Promise<DispatchResult> {
  const { state } = await ports.ledger.read(dispatch.issueId);
  const attempt = pendingAttempt(state, dispatch.kind);
  if (!attempt || attempt.jti !== dispatch.jti) return done;
  const execution = await ports.executions.read(dispatch.issueId, dispatch.revision, dispatch.kind);
  if (!execution || execution.jti !== dispatch.jti || execution.phase === 'final') return done;
  const issue = { id: execution.issueId, key: execution.issueKey };
  const order = (await ports.archive.order(dispatch.jti)) ?? (await prepareOrder(ports, issue, dispatch));
  if (!order) return done;
  return sendOrder(ports, issue, execution, order);
}

/** Re-checks the voters and freezes the order in the ledger; undefined when the review reopened instead. */
async function prepareOrder(
  ports: Ports,
  issue: IssueRef,
  dispatch: Dispatch,
): Promise<StoredOrder | undefined> {
  const settings = await ports.settings.read();
  const content = await ports.archive.revision(dispatch.issueId, dispatch.revision);
  if (!content || !settings.executor) throw new Error('no revision or no executor');
  const executor = settings.executor.id;
  const sql = dispatch.kind === 'apply' ? content.sql : (content.rollback ?? '');
  const sqlSha256 = await sha256Hex(sql);
  let order: StoredOrder | undefined;
  const appended = await append(ports, dispatch.issueId, async ({ state, head }) => {
    order = undefined;
    const attempt = pendingAttempt(state, dispatch.kind);
    if (!attempt || attempt.jti !== dispatch.jti || !state.revision) return ok({ entries: [] });
    // Another delivery signed it first: that order is the only one there will be.
    if (attempt.orderDigest !== null) return ok({ entries: [] });
    const { valid, lapsed } = await recheckVotes(ports, dispatch.issueId, state, countedVotes(state));
    if (dispatch.kind === 'apply' && valid.length < state.revision.approvalsRequired)
      return ok({ entries: lapsed });
    const now = Math.floor(ports.clock() / 1000);
    const checkedAt = new Date(ports.clock()).toISOString();
    const stored: StoredOrder = {
      v: 1,
      iss: settings.installation,
      aud: executor,
      jti: attempt.jti,
      iat: now,
      exp: Math.min(now + maxOrderLifetimeSeconds, now + startWithinSeconds),
      startBy: now + startWithinSeconds,
      endBy: now + endWithinSeconds,
      kind: attempt.kind,
      try: attempt.try,
      issue: { id: issue.id, key: issue.key },
      requestedBy: attempt.requestedBy,
      digest: state.revision.digest,
      sqlSha256,
      approvals: (dispatch.kind === 'apply' ? valid : countedVotes(state)).map(
        ({ accountId, at, digest }) => ({
          accountId,
          at,
          digest,
          eligibilityCheckedAt: checkedAt,
        }),
      ),
      evidence: [],
      analyser: null,
      ledgerHead: head,
      applyReceiptSha256: dispatch.kind === 'rollback' ? (state.apply?.outcome?.receiptSha256 ?? null) : null,
    };
    order = stored;
    return ok({
      entries: [
        {
          actor: 'app',
          body: {
            type: 'order-signed',
            kind: attempt.kind,
            try: attempt.try,
            jti: attempt.jti,
            orderDigest: await computeOrderDigest({ ...stored, content }),
            executor,
            startBy: stored.startBy,
            voters: stored.approvals.map(({ accountId }) => accountId),
          },
        },
      ],
      extras: (_state, next) => ({
        order: stored,
        execution: executionOf(issue, next.state[dispatch.kind], next.state, 'queued'),
      }),
    });
  });
  if (!appended.ok) throw new Error(appended.error.message);
  if (!order && !appended.value.changed) return ports.archive.order(dispatch.jti);
  if (!order) {
    await publish(ports, dispatch.issueId, appended.value, {
      jiraStatus: 'running',
      comment: [{ text: 'An approval is no longer valid, so nothing was run and the review is open again.' }],
    });
  }
  return order;
}

function countedVotes(state: ChangeState): ChangeState['votes'] {
  return state.votes.filter((vote) => vote.digest === state.revision?.digest);
}

async function sendOrder(
  ports: Ports,
  issue: IssueRef,
  execution: Execution,
  stored: StoredOrder,
): Promise<DispatchResult> {
  const now = Math.floor(ports.clock() / 1000);
  // After `startBy` the executor would only refuse, but it may hold an earlier delivery: ask instead of sending.
  if (now >= stored.startBy) return askInstead(ports, issue, execution, stored);
  const content = await ports.archive.revision(issue.id, execution.revision);
  if (!content) throw new Error('the revision is gone');
  // An order that outlived its first signature is signed again with the same id; nothing but iat and exp changes.
  const times =
    now < stored.exp ? {} : { iat: now, exp: Math.min(now + maxOrderLifetimeSeconds, stored.startBy) };
  const claims: OrderClaims = { ...stored, content, ...times };
  const answer = await ports.executor.submit(
    stored.aud,
    await signCompact(claims, orderTyp, await ports.keys.signingKey()),
  );
  return handleAnswer(ports, issue, execution, stored, answer);
}

/** Past its start: revoke (the tombstone comes before the answer) and take what the executor says as final. */
export async function askInstead(
  ports: Ports,
  issue: IssueRef,
  execution: Execution,
  stored: StoredOrder,
): Promise<DispatchResult> {
  const content = await ports.archive.revision(issue.id, execution.revision);
  const answer = await ports.executor.revoke(stored.aud, execution.jti, content?.connection ?? '');
  return handleAnswer(ports, issue, execution, stored, answer);
}

async function handleAnswer(
  ports: Ports,
  issue: IssueRef,
  execution: Execution,
  stored: StoredOrder,
  answer: ExecutorAnswer<ExecutionReply>,
): Promise<DispatchResult> {
  if (answer.kind === 'silence') {
    const note = 'The executor does not answer. It is asked again until it does.';
    if (execution.note !== note) {
      await ports.executions.save({ ...execution, phase: 'waiting', note });
      const { head } = await ports.ledger.read(issue.id);
      await ports.signals.changed(issue.id, head.seq);
    }
    return { done: false, retryAfterSeconds: 10, why: answer.message };
  }
  const delivery = answer.kind === 'reply' ? answer.value.delivery : answer.error.delivery;
  if (delivery) {
    await acceptDelivery(ports, delivery);
    return done;
  }
  if (answer.kind === 'refusal') {
    // The executor holds another order under this id, so nothing may be given up: its own word decides.
    if (answer.error.code === 'order-conflict') {
      const held = await ports.executor.ask(stored.aud, execution.jti);
      if (held.kind === 'reply' && held.value.delivery) await acceptDelivery(ports, held.value.delivery);
      return done;
    }
    if (answer.status === 429 || answer.status >= 500) {
      return { done: false, retryAfterSeconds: 15, why: answer.error.message };
    }
    await closeUnstarted(ports, issue, execution, { code: answer.error.code, message: answer.error.message });
    return done;
  }
  // Accepted: the receipt comes by itself; the sweep asks for it when it is late.
  await ports.executions.save({
    ...execution,
    phase: 'sent',
    note: null,
    updatedAt: new Date(ports.clock()).toISOString(),
  });
  return done;
}
