import type { ChangeState } from '#core/change/state';
import { pendingAttempt } from '../claim-run';
import { closeUnstarted } from '../accept-receipt';
import type { Execution, LedgerSnapshot, Ports } from '../ports';
import { no, type Outcome } from '../refusal';
import { requestRun } from '../request-run';
import { type Evidence, findEvidence } from './find-evidence';

/** Evidence for the revision that is under review, approved or running; undefined when there is none. */
async function evidenceOfRevision(
  ports: Ports,
  issueId: string,
  { revision }: ChangeState,
): Promise<Evidence | undefined> {
  const content = revision ? await ports.archive.revision(issueId, revision.number) : undefined;
  return revision && content ? findEvidence(ports, content, revision.environment) : undefined;
}

/** Makes the Run transition as the person who pressed the button, unless evidence is required and missing. */
export async function runWithEvidence(
  ports: Ports,
  issueId: string,
  actor: string,
  digest: string,
): Promise<Outcome<LedgerSnapshot>> {
  const { state } = await ports.ledger.read(issueId);
  const evidence = await evidenceOfRevision(ports, issueId, state);
  if (evidence && evidence.missing !== null) return no('illegal', evidence.missing);
  return requestRun(ports, issueId, actor, { digest, kind: 'apply' });
}

/**
 * What an order shows of lower environments; null when it may not be made for want of it: then the attempt is closed, and
 * the change is Approved again with the reason. Whoever made the transition, the panel or the board, ends up here.
 */
export async function evidenceForOrder(ports: Ports, execution: Execution): Promise<Evidence | null> {
  const { issueId, issueKey, kind } = execution;
  const { state } = await ports.ledger.read(issueId);
  const evidence =
    kind === 'apply' && pendingAttempt(state, kind)
      ? await evidenceOfRevision(ports, issueId, state)
      : undefined;
  if (!evidence)
    return { rules: { required: false, environments: [], maxAgeDays: 1 }, found: [], missing: null };
  if (evidence.missing === null) return evidence;
  const issue = { id: issueId, key: issueKey };
  await closeUnstarted(ports, issue, execution, { code: 'evidence-missing', message: evidence.missing });
  return null;
}
