import type { ChangeEventBody } from '#core/change/event';
import { ok } from '#core/result';
import { append, type Entry } from './append';
import type { RulePorts } from './ports';
import { publish, repairStatus } from './publish';
import type { IssueRef } from './save-draft';

type AttemptCode = Extract<ChangeEventBody, { type: 'attempt-recorded' }>['code'];

/**
 * Records that somebody went round the rules. When the Jira status was moved away from the ledger's and no transition
 * of ours leads back, the change goes to Needs attention: a person must look, and no order exists meanwhile.
 */
export async function recordAttempt(
  ports: RulePorts,
  issue: IssueRef,
  actor: string,
  attempt: { code: AttemptCode; message: string },
): Promise<void> {
  const jiraStatus = await ports.jira.status(issue.id);
  const appended = await append(ports, issue.id, ({ state }) => {
    const entries: Entry[] = [{ actor, body: { type: 'attempt-recorded', ...attempt } }];
    const drifted = jiraStatus !== null && jiraStatus !== state.status;
    if (drifted && mayRaise(state.status)) {
      entries.push({
        actor: 'app',
        body: {
          type: 'attention-raised',
          code: attempt.code,
          message: `Somebody went round the rules: ${attempt.message}`,
        },
      });
    }
    return ok({ entries });
  });
  if (!appended.ok) throw new Error(`attempt not recorded: ${appended.error.message}`);
  const { state } = appended.value;
  ports.log('attempt recorded', { issueId: issue.id, code: attempt.code });
  const author = state.revision?.author;
  await publish(ports, issue.id, appended.value, {
    jiraStatus: jiraStatus ?? state.status,
    comment: [
      ...(author ? [{ mention: author }, { text: ' ' }] : []),
      { text: `an attempt to go round the rules was recorded: ${attempt.message}` },
    ],
  });
  if (jiraStatus === undefined) await repairStatus(ports, issue.id, state.status);
}

/** An execution under way keeps its own state: its receipt decides, whatever the board shows. */
function mayRaise(status: string): boolean {
  return !['running', 'needs-attention', 'rejected', 'cancelled'].includes(status);
}
