import type { ChangeState } from '#core/change/state';
import type { ChangeKind } from '#core/protocol/attempt';
import { ok } from '#core/result';
import { append } from './append';
import { executionOf, pendingAttempt } from './claim-run';
import { inGroup, isPerson } from './decide-review';
import { dispatchExecution, stoppedUnsent } from './dispatch-execution';
import type { LedgerSnapshot, Ports } from './ports';
import { publish } from './publish';
import { no, type Outcome } from './refusal';
import type { IssueRef } from './save-draft';

/** Which attempt was on the screen, and why it should end. */
interface StopRequest {
  readonly kind: ChangeKind;
  readonly try: number;
  readonly reason: string;
}

/**
 * Ends a running attempt, as far as that is still possible. Who asked and why goes into the ledger before anything is
 * sent, so a crash or a silent executor forgets nothing: the queue and the sweep send it again. An attempt whose order is
 * not signed yet ends here, in the same commit; of any other only the executor's word ends the running.
 */
export async function requestStop(
  ports: Ports,
  issue: IssueRef,
  actor: string,
  request: StopRequest,
): Promise<Outcome<LedgerSnapshot>> {
  const { kind, reason } = request;
  const { state: before } = await ports.ledger.read(issue.id);
  const who = await stopperRefusal(ports, issue.id, before, actor);
  if (who !== null) return no('not-allowed', who);
  const appended = await append(ports, issue.id, ({ state }) => {
    const attempt = pendingAttempt(state, kind);
    if (attempt?.try !== request.try) return no('illegal', 'This run is over: there is nothing to stop.');
    if (attempt.stop) return ok({ entries: [] });
    const named = { kind, try: attempt.try, jti: attempt.jti };
    const asked = { actor, body: { type: 'stop-requested', ...named, reason } } as const;
    if (attempt.orderDigest !== null) return ok({ entries: [asked], extras: { quiet: true } });
    return ok({
      entries: [asked, { actor: 'app', body: { type: 'not-started', ...named, ...stoppedUnsent } }],
      extras: (_state, next) => ({
        execution: executionOf(issue, next.state[kind], next.state, 'final', stoppedUnsent.message),
      }),
    });
  });
  if (!appended.ok) return appended;
  const { state, head } = appended.value;
  const attempt = pendingAttempt(state, kind);
  if (attempt) {
    await ports.signals.changed(issue.id, head.seq);
    await send(ports, { issueId: issue.id, revision: attempt.revision, kind, jti: attempt.jti });
  } else if (appended.value.changed) {
    const text = ` stopped this before the executor had the order, nothing was applied: ${reason}`;
    await publish(ports, issue.id, appended.value, {
      jiraStatus: 'running',
      comment: [{ mention: actor }, { text }],
    });
  }
  return appended;
}

/** Tells the executor now; the queue goes on when it does not answer. */
async function send(ports: Ports, dispatch: Parameters<typeof dispatchExecution>[1]): Promise<void> {
  const sent = await dispatchExecution(ports, dispatch);
  if (!sent.done) await ports.queue.push(dispatch, sent.retryAfterSeconds);
}

/** Asked of Jira now: only a person stops a run, and only its author or an operator. */
async function stopperRefusal(
  ports: Ports,
  issueId: string,
  state: ChangeState,
  actor: string,
): Promise<string | null> {
  const [person, { operatorGroup }] = await Promise.all([
    ports.jira.person(actor, issueId),
    ports.settings.read(),
  ]);
  if (!isPerson(person)) return 'Only people can stop a run, not apps or agents.';
  if (state.revision?.author === actor || (operatorGroup && inGroup(person, operatorGroup))) return null;
  return 'Only the author or an operator can stop a run.';
}
