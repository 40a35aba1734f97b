import { ok } from '#core/result';
import { append, type Entry } from './append';
import { askEligibility, recheckVotes } from './eligibility';
import type { LedgerSnapshot, Ports } from './ports';
import { publish } from './publish';
import { no, type Outcome } from './refusal';

/**
 * Records a person's vote for the digest on their screen, closes the review when the quorum is reached, and makes the
 * Approve transition as that person so that Jira's history shows it. The vote counts because it is in the ledger; the
 * transition alone never counts.
 */
export async function castVote(
  ports: Ports,
  issueId: string,
  actor: string,
  request: { digest: string; comment: string },
): Promise<Outcome<LedgerSnapshot>> {
  const { state: seen } = await ports.ledger.read(issueId);
  if (seen.revision?.digest !== request.digest || seen.status !== 'in-review') {
    return no('stale-digest', 'The change moved on since: reload to see what is to be approved now.');
  }
  const refusal = await askEligibility(ports, issueId, seen, actor);
  if (refusal !== null) return no('not-allowed', refusal);

  const appended = await append(ports, issueId, async ({ state }) => {
    const vote: Entry = {
      actor,
      body: { type: 'voted', digest: request.digest, channel: 'panel', comment: request.comment },
    };
    if (!state.revision || state.votes.length + 1 < state.revision.approvalsRequired)
      return ok({ entries: [vote] });
    // The last vote closes the review only if the earlier voters may still approve.
    const { valid, lapsed } = await recheckVotes(ports, issueId, state, state.votes);
    const voters = [...valid.map(({ accountId }) => accountId), actor];
    if (voters.length < state.revision.approvalsRequired) return ok({ entries: [...lapsed, vote] });
    return ok({
      entries: [
        ...lapsed,
        vote,
        { actor: 'app', body: { type: 'approved', digest: request.digest, voters } },
      ],
    });
  });
  if (!appended.ok) return appended;

  const moved = await ports.jira.transitionAsUser(issueId, 'approve');
  if (!moved.ok) ports.log('approve transition refused', { issueId, status: moved.error.status });
  const { state } = appended.value;
  await publish(ports, issueId, appended.value, {
    jiraStatus: 'in-review',
    ...(state.status === 'approved' && state.revision
      ? {
          comment: [{ mention: state.revision.author }, { text: ' this change is approved and can be run.' }],
        }
      : {}),
  });
  return appended;
}
