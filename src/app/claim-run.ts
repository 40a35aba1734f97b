import { nextTry } from '#core/change/machine';
import type { AttemptState, ChangeState } from '#core/change/state';
import { computeJti, type ChangeKind } from '#core/protocol/attempt';
import { ok } from '#core/result';
import { append } from './append';
import type { Execution, RulePorts } from './ports';
import { publish } from './publish';
import type { IssueRef } from './save-draft';
import { recordAttempt } from './record-attempt';
import { runnerRefusal, runRefusal } from './request-run';

/** A claim younger than this is still being pushed by whoever made it, milliseconds. */
const pushingMs = 5_000;

/**
 * What the Run transition sets off: claims one execution of the approved revision and queues its dispatch. Delivered
 * at least once: a delivery that finds the claim pushes again, because the first may have died in between.
 */
export async function claimRun(
  ports: RulePorts,
  issue: IssueRef,
  actor: string,
  kind: ChangeKind,
  transition: string | undefined,
): Promise<void> {
  const { installation } = await ports.settings.read();
  const before = await ports.ledger.read(issue.id);
  const pending = pendingAttempt(before.state, kind);
  if (pending) return pushAgain(ports, issue, pending);
  // The run that this transition asked for is over: stopped, expired, or of an older revision. Nobody asked again.
  if (transition !== undefined && before.state.runs.includes(transition)) return;
  const refusal =
    runRefusal(before.state, kind, ports.clock()) ??
    (await runnerRefusal(ports, issue.id, before.state, actor));
  if (refusal !== null) {
    // Delivered late or twice, after the run is over: the issue has moved on, and nobody tried anything.
    if ((await ports.jira.status(issue.id)) === before.state.status) return;
    return recordAttempt(ports, issue, actor, { code: 'run-without-quorum', message: refusal });
  }
  // Another try is for somebody who made the transition again; a late delivery of the first finds Jira back where it was.
  if (hadTry(before.state, kind) && (await ports.jira.status(issue.id)) !== 'running') return;
  const appended = await append(ports, issue.id, async ({ state }) => {
    const revision = state.revision;
    if (!revision || pendingAttempt(state, kind)) return ok({ entries: [] });
    if (transition !== undefined && state.runs.includes(transition)) return ok({ entries: [] });
    const attempt = { kind, try: nextTry(state, kind) };
    const jti = await computeJti({ installation, issueId: issue.id, revision: revision.number, ...attempt });
    return ok({
      entries: [
        {
          actor,
          body: {
            type: 'run-requested',
            ...attempt,
            jti,
            digest: revision.digest,
            ...(transition === undefined ? {} : { transition }),
          },
        },
      ],
      extras: (_state, next) => ({ execution: executionOf(issue, next.state[kind], next.state, 'claimed') }),
    });
  });
  if (!appended.ok) {
    // The ledger refused between the check and the claim (edited, or run by somebody else): nothing was ordered.
    return recordAttempt(ports, issue, actor, {
      code: 'run-without-quorum',
      message: appended.error.message,
    });
  }
  const attempt = pendingAttempt(appended.value.state, kind);
  // Another delivery claimed it in this moment, and pushes.
  if (!attempt || !appended.value.changed) return;
  await ports.queue.push({ issueId: issue.id, revision: attempt.revision, kind, jti: attempt.jti }, 0);
  await publish(ports, issue.id, appended.value, { jiraStatus: 'running', since: before.state });
}

/** True when this revision had a try of this kind already. */
export function hadTry(state: ChangeState, kind: ChangeKind): boolean {
  return nextTry(state, kind) > 1;
}

/** The attempt of this kind that is under way; undefined when none is. */
export function pendingAttempt(state: ChangeState, kind: ChangeKind): AttemptState | undefined {
  const attempt = state[kind];
  return state.status === 'running' && attempt && !attempt.outcome ? attempt : undefined;
}

/** Pushes an attempt that somebody claimed and did not push: they died in between. */
export async function pushAgain(ports: RulePorts, issue: IssueRef, attempt: AttemptState): Promise<void> {
  const execution = await ports.executions.read(issue.id, attempt.revision, attempt.kind);
  if (execution && execution.jti === attempt.jti && execution.phase !== 'claimed') return;
  // Whoever claimed it is about to push; if they died, Jira delivers to them again, and later than this.
  if (ports.clock() - Date.parse(attempt.requestedAt) < pushingMs) return;
  await ports.queue.push(
    { issueId: issue.id, revision: attempt.revision, kind: attempt.kind, jti: attempt.jti },
    0,
  );
}

/** The dispatch record of an attempt. */
export function executionOf(
  issue: IssueRef,
  attempt: AttemptState | null,
  state: ChangeState,
  phase: Execution['phase'],
  note: string | null = null,
): Execution {
  if (!attempt) throw new Error('an execution needs an attempt');
  return {
    issueId: issue.id,
    issueKey: issue.key,
    revision: state.revision?.number ?? attempt.revision,
    kind: attempt.kind,
    jti: attempt.jti,
    try: attempt.try,
    phase,
    note,
    updatedAt: attempt.requestedAt,
  };
}
