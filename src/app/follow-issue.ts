import { mayRollBack } from '#core/change/conditions';
import type { ChangeStatus } from '#core/change/status';
import { claimRun, hadTry, pendingAttempt, pushAgain } from './claim-run';
import type { RulePorts } from './ports';
import { publish, repairStatus } from './publish';
import { recordAttempt } from './record-attempt';
import type { IssueRef } from './save-draft';
import { append } from './append';
import { ok } from '#core/result';

/** Something happened to an issue outside our transitions; late, duplicated and out of order by nature. */
export type IssueNews =
  | {
      readonly kind: 'updated';
      readonly actor: string | undefined;
      /** Id of the status that the event says the issue moved to. */
      readonly toStatusId: string | undefined;
    }
  | { readonly kind: 'type-changed'; readonly actor: string | undefined; readonly toTypeId: string }
  | { readonly kind: 'deleted' };

/**
 * Compares Jira with the ledger after an issue changed. An event that differs from the ledger is not believed: the
 * status is read from Jira now, because an older event may arrive last.
 */
export async function followIssue(ports: RulePorts, issue: IssueRef, news: IssueNews): Promise<void> {
  const settings = await ports.settings.read();
  const { state, head } = await ports.ledger.read(issue.id);
  if (head.seq === 0 && news.kind !== 'updated') return;
  if (news.kind === 'deleted') return ports.ledger.forgetKey(issue.key);
  const actor = news.actor ?? 'app';
  if (actor === settings.site?.appAccountId) return;
  if (news.kind === 'type-changed') {
    if (news.toTypeId === settings.site?.issueTypeId) return;
    return raiseTypeChange(ports, issue, actor);
  }
  const pending = pendingAttempt(state, 'rollback') ?? pendingAttempt(state, 'apply');
  // This may be a second delivery, after the first one claimed the run and died.
  if (pending && news.toStatusId === settings.site?.statusIds.running)
    return pushAgain(ports, issue, pending);
  // The event claims what the ledger says: nothing to look into. Whatever happened since has an event of its own.
  if (news.toStatusId !== undefined && news.toStatusId === settings.site?.statusIds[state.status]) return;
  const status = await ports.jira.status(issue.id);
  if (status === null || status === state.status) return;
  if (status === 'running' && (state.status === 'approved' || mayRollBack(state))) {
    const kind = state.status === 'approved' ? 'apply' : 'rollback';
    // After a try that ended without effect Jira shows Running for a moment longer, and nothing here tells that from a
    // new Run: only the post-function of a new transition, known by its id, begins another one.
    if (hadTry(state, kind)) return;
    // The post-function may be late or lost; the claim is idempotent and judges the actor itself.
    return claimRun(ports, issue, actor, kind, undefined);
  }
  if (pending) {
    return repairStatus(ports, issue.id, state.status);
  }
  if (isForced(status, state.status)) {
    return recordAttempt(ports, issue, actor, {
      code: 'status-forced',
      message: `The issue was moved to ${status?.replace('-', ' ') ?? 'another status'} while the change is ${state.status.replace('-', ' ')}.`,
    });
  }
  // The post-function of this move is on its way and judges it; putting Jira back now would undo what it is about to
  // write down. Should it never come, the sweep shows what the ledger says.
  await ports.ledger.lookAgain(issue.id, head.seq, new Date(ports.clock()).toISOString());
}

/** A status that our rules never lead to from here; the post-function of an honest transition is only late. */
function isForced(shown: ChangeStatus | undefined, ledger: ChangeStatus): boolean {
  if (shown === undefined) return true;
  const honest: Partial<Record<ChangeStatus, readonly ChangeStatus[]>> = {
    draft: ['in-review', 'cancelled'],
    'in-review': ['draft', 'rejected', 'cancelled'],
    approved: ['draft', 'cancelled'],
    failed: ['draft'],
    rejected: ['draft'],
    'needs-attention': ['succeeded', 'failed', 'rolled-back'],
  };
  return !(honest[ledger]?.includes(shown) ?? false);
}

async function raiseTypeChange(ports: RulePorts, issue: IssueRef, actor: string): Promise<void> {
  const message = 'The issue type was changed; a change leaves its review only by its own workflow.';
  const appended = await append(ports, issue.id, ({ state }) =>
    ok({
      entries: [
        { actor, body: { type: 'attempt-recorded', code: 'status-forced', message } },
        ...(['rejected', 'cancelled', 'needs-attention', 'running'].includes(state.status)
          ? []
          : [{ actor: 'app', body: { type: 'attention-raised' as const, code: 'type-changed', message } }]),
      ],
    }),
  );
  if (appended.ok) {
    await publish(ports, issue.id, appended.value, { jiraStatus: appended.value.state.status });
  }
}
