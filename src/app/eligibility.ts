import type { ChangeState, Vote } from '#core/change/state';
import { approverRefusal } from '#core/policy/eligibility';
import type { Entry } from './append';
import type { RulePorts } from './ports';

/** Asks Jira now whether a person may approve the revision; null when they may, else why not. Throws on silence. */
export async function askEligibility(
  ports: Pick<RulePorts, 'jira'>,
  issueId: string,
  state: ChangeState,
  accountId: string,
): Promise<string | null> {
  if (!state.revision) return 'There is nothing to approve.';
  const person = await ports.jira.person(accountId, issueId);
  return person ? approverRefusal(state.revision, person) : 'The account does not exist any more.';
}

/** Which of `votes` still count, asked of Jira now, and the events that drop the others. */
export async function recheckVotes(
  ports: Pick<RulePorts, 'jira'>,
  issueId: string,
  state: ChangeState,
  votes: readonly Vote[],
): Promise<{ valid: Vote[]; lapsed: Entry[] }> {
  const answers = await Promise.all(
    votes.map((vote) => askEligibility(ports, issueId, state, vote.accountId)),
  );
  const valid = votes.filter((_, index) => answers[index] === null);
  const lapsed = votes.flatMap((vote, index): Entry[] => {
    const reason = answers[index];
    return reason ? [{ actor: 'app', body: { type: 'vote-lapsed', voter: vote.accountId, reason } }] : [];
  });
  return { valid, lapsed };
}
