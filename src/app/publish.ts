import type { ChangeStatus } from '#core/change/status';
import { jiraStatusNames } from '#core/change/status';
import type { ChangeState } from '#core/change/state';
import { indexProperty } from '#core/property/derive-index';
import type { ResultProperty } from '#core/property/result-property';
import { rowCount } from '#core/results/row-count';
import { appTransition, type TransitionKey } from '#core/workflow/steps';
import type { CommentPart, FieldValues, LedgerSnapshot, RulePorts } from './ports';

/** What to show of a new ledger state beyond the mirror. */
export interface Publication {
  /** Status that Jira shows now, as far as the caller knows; the transition starts from it. */
  readonly jiraStatus: ChangeStatus;
  /** The state that Jira shows already, when it is known: fields that did not change are not written again. */
  readonly since?: ChangeState;
  readonly comment?: readonly CommentPart[];
  readonly result?: ResultProperty;
}

/** Rounds of writing before a mirror that keeps being overtaken is left to the sweep. */
const maxRounds = 3;

/**
 * Shows the ledger in Jira: property, read-only fields, status, comment, signal. Jira follows the ledger, so a failure
 * here loses nothing: the commit's mark stays, and the sweep shows it again. Two publishers may overtake each other, so
 * whoever finds the ledger ahead of what it wrote writes again: the last word is always the newest state. Answers
 * whether Jira took everything of `snapshot`.
 */
export async function publish(
  ports: RulePorts,
  issueId: string,
  snapshot: LedgerSnapshot,
  publication: Publication,
): Promise<boolean> {
  // Panels read the ledger, so they need not wait until Jira shows it.
  const [complete] = await Promise.all([
    write(ports, issueId, snapshot, publication),
    ports.signals?.changed(issueId, snapshot.head.seq),
  ]);
  if (complete) await ports.ledger.shown(issueId, snapshot.head.seq);
  let shown = snapshot;
  for (let round = 1; round < maxRounds; round += 1) {
    const latest = await ports.ledger.read(issueId);
    if (latest.head.seq === shown.head.seq) break;
    await write(ports, issueId, latest, { jiraStatus: shown.state.status });
    shown = latest;
  }
  if (shown !== snapshot) await ports.signals?.changed(issueId, shown.head.seq);
  return complete;
}

async function write(
  ports: RulePorts,
  issueId: string,
  { state, head }: LedgerSnapshot,
  publication: Publication,
): Promise<boolean> {
  const { jira } = ports;
  const attempts: [string, Promise<void>][] = [
    ['property', jira.writeIndex(issueId, indexProperty(state, head.seq))],
    ['status', followStatus(ports, issueId, publication.jiraStatus, state.status)],
  ];
  const fields = fieldValues(state);
  const shown = publication.since && fieldValues(publication.since);
  if (JSON.stringify(fields) !== JSON.stringify(shown)) {
    attempts.push(['fields', jira.writeFields(issueId, fields)]);
  }
  if (publication.result) attempts.push(['result', jira.writeResult(issueId, publication.result)]);
  if (publication.comment) attempts.push(['comment', jira.comment(issueId, publication.comment)]);
  const settled = await Promise.allSettled(attempts.map(([, attempt]) => attempt));
  settled.forEach((outcome, index) => {
    if (outcome.status === 'rejected') {
      ports.log('mirror not written', {
        issueId,
        part: attempts[index]?.[0] ?? '',
        error: String(outcome.reason),
      });
    }
  });
  // A comment that Jira did not take is not written again: it could be there twice.
  return settled.every(
    (outcome, index) => outcome.status === 'fulfilled' || attempts[index]?.[0] === 'comment',
  );
}

/** Brings the Jira status to the ledger's, as the app's own user. Asks Jira where it stands when the guess was wrong. */
async function followStatus(
  ports: RulePorts,
  issueId: string,
  from: ChangeStatus,
  to: ChangeStatus,
): Promise<void> {
  if (from === to) return;
  const key = appTransition(from, to);
  if (key) {
    const moved = await ports.jira.transitionAsApp(issueId, key);
    if (moved.ok) return;
  }
  await repairStatus(ports, issueId, to);
}

/** Reads the Jira status and moves the issue to the ledger's if one of our transitions leads there. */
export async function repairStatus(ports: RulePorts, issueId: string, to: ChangeStatus): Promise<void> {
  const actual = await ports.jira.status(issueId);
  if (actual === to || actual === null) return;
  const key: TransitionKey | undefined = actual && appTransition(actual, to);
  if (!key) {
    ports.log('no transition leads to the ledger status', { issueId, from: actual ?? 'foreign', to });
    return;
  }
  const moved = await ports.jira.transitionAsApp(issueId, key);
  // Somebody may have been faster.
  if (!moved.ok && (await ports.jira.status(issueId)) !== to)
    throw new Error(`transition ${key} refused: ${moved.error.status} ${moved.error.message}`);
}

/** The read-only fields, in words. */
export function fieldValues(state: ChangeState): FieldValues {
  const { revision, votes } = state;
  return {
    author: revision?.author ?? null,
    approverGroup: revision?.approverGroup.name ?? null,
    connection: revision ? `${revision.connection} (${revision.environment})` : null,
    approvals: revision ? `${votes.length} of ${revision.approvalsRequired}` : null,
    outcome: outcomeWords(state),
    risk: riskWords(state),
  };
}

/** `high, 2 findings, 1 waived` */
function riskWords({ revision }: ChangeState): string | null {
  const analysis = revision?.analysis;
  if (!analysis) return null;
  const found = analysis.errors + analysis.warnings;
  const findings = found === 0 ? '' : `, ${found === 1 ? '1 finding' : `${found} findings`}`;
  return `${analysis.risk}${findings}${analysis.waived === 0 ? '' : `, ${analysis.waived} waived`}`;
}

function outcomeWords(state: ChangeState): string | null {
  const last = (state.rollback ?? state.apply)?.outcome;
  if (!last) return null;
  const rows = last.rows === null ? '' : `, ${rowCount(last.rows)}`;
  const code = last.code === null ? '' : ` (${last.code})`;
  return `${jiraStatusNames[state.status]}${rows}${code}`;
}
