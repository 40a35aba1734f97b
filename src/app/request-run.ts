import { rollbackWindowSeconds } from '#core/limits';
import { mayRollBack } from '#core/change/conditions';
import type { ChangeState } from '#core/change/state';
import type { ChangeKind } from '#core/protocol/attempt';
import { ok } from '#core/result';
import { setupProblem } from '#core/settings/settings';
import { connectionRefusal } from './submit-change';
import { isOperator } from './decide-review';
import { pausedWords } from './paused';
import type { LedgerSnapshot, RulePorts } from './ports';
import { no, type Outcome } from './refusal';

/**
 * Makes the Run (or Roll back) transition as the person who pressed the button. The transition's own rules ask the
 * ledger again, and its post-function claims the execution: one path, whether the panel, the board or REST starts it.
 */
export async function requestRun(
  ports: RulePorts,
  issueId: string,
  actor: string,
  request: { digest: string; kind: ChangeKind },
): Promise<Outcome<LedgerSnapshot>> {
  const snapshot = await ports.ledger.read(issueId);
  if (snapshot.state.revision?.digest !== request.digest) {
    return no('stale-digest', 'The change was edited since: reload to see the current revision.');
  }
  const refusal = runRefusal(snapshot.state, request.kind, ports.clock());
  if (refusal !== null) return no('illegal', refusal);
  const settings = await ports.settings.read();
  const blocked = setupProblem(settings) ?? connectionRefusal(settings, snapshot.state.revision.connection);
  if (blocked !== null) return no('not-set-up', blocked);
  const paused = await pausedWords(ports);
  if (paused !== null) return no('illegal', paused);
  const who = await runnerRefusal(ports, issueId, snapshot.state, actor);
  if (who !== null) return no('not-allowed', who);
  const moved = await ports.jira.transitionAsUser(issueId, request.kind === 'apply' ? 'run' : 'roll-back');
  if (!moved.ok) return no('jira-refused', moved.error.message);
  return ok(snapshot);
}

/** Why the ledger forbids this execution now, in words; null when it allows it. */
export function runRefusal(state: ChangeState, kind: ChangeKind, nowMs: number): string | null {
  const { revision, votes } = state;
  if (!revision) return 'There is no approved revision.';
  if (kind === 'rollback') return rollbackRefusal(state, nowMs);
  if (state.status !== 'approved') return `A change that is ${state.status.replace('-', ' ')} cannot be run.`;
  const counted = new Set(
    votes.filter((vote) => vote.digest === revision.digest).map((vote) => vote.accountId),
  );
  if (counted.size < revision.approvalsRequired) {
    return `Revision ${revision.number} has ${counted.size} of ${revision.approvalsRequired} approvals.`;
  }
  return null;
}

function rollbackRefusal(state: ChangeState, nowMs: number): string | null {
  if (!mayRollBack(state)) return 'Only a change that was applied can be rolled back.';
  if (!state.revision?.hasRollback) return 'This change was approved without a rollback.';
  return rollbackOpen(state, nowMs) ? null : 'The approved rollback has expired; open a new change instead.';
}

/** True while the pre-approved rollback of an applied change may still run. */
export function rollbackOpen(state: ChangeState, nowMs: number): boolean {
  const appliedAt = state.apply?.outcome?.finishedAt;
  return appliedAt ? nowMs <= Date.parse(appliedAt) + rollbackWindowSeconds * 1000 : false;
}

/** Why this person may not run the change, in words; null for the author and for operators. */
export async function runnerRefusal(
  ports: RulePorts,
  issueId: string,
  state: ChangeState,
  actor: string,
): Promise<string | null> {
  if (state.revision?.author === actor) return null;
  return (await isOperator(ports, issueId, actor))
    ? null
    : 'Only the author or an operator can run this change.';
}
