import { submissionProblems } from '#core/change/content';
import { voteIntentMs } from '#core/limits';
import type { TransitionKey } from '#core/workflow/steps';
import { setupProblem } from '#core/settings/settings';
import { lookNeeded } from './look-needed';
import { pausedWords } from './paused';
import type { ValidatorPorts } from './ports';
import { runRefusal } from './request-run';
import { storedVerdict, verdictRefusal } from './stored-verdict';

/**
 * What the ledger says of a transition about to happen: null when it may, else why not, in words for the person who
 * pressed the button. It has no user (the platform gives none): who may is the actor condition's question.
 */
export async function checkTransition(
  ports: ValidatorPorts,
  issueKey: string,
  transition: TransitionKey,
): Promise<string | null> {
  const issueId = (await ports.ledger.issueIdOf(issueKey)) ?? (await ports.jira.issueId(issueKey));
  if (issueId === undefined) return 'Query Change does not know this issue.';
  const { state } = await ports.ledger.read(issueId);
  switch (transition) {
    case 'submit':
      return state.status === 'in-review' ? null : draftRefusal(ports, issueId, state.status);
    case 'approve': {
      const revision = state.revision;
      // A quorum closes the review in the ledger before the last voter's own transition reaches Jira.
      if (!revision || (state.status !== 'in-review' && state.status !== 'approved')) {
        return 'This change is not in review.';
      }
      const since = ports.clock() - voteIntentMs;
      const intended = state.votes.some(
        (vote) => vote.digest === revision.digest && Date.parse(vote.at) >= since,
      );
      return intended
        ? null
        : `Open the Query Change panel to approve revision ${revision.digest.slice(0, 8)}…`;
    }
    case 'run':
      return state.status === 'running'
        ? 'This change is running already.'
        : (runRefusal(state, 'apply', ports.clock()) ?? pausedWords(ports));
    case 'roll-back':
      return runRefusal(state, 'rollback', ports.clock()) ?? pausedWords(ports);
    default:
      return null;
  }
}

async function draftRefusal(ports: ValidatorPorts, issueId: string, status: string): Promise<string | null> {
  if (status !== 'draft') return `A change that is ${status.replace('-', ' ')} cannot be submitted.`;
  const [settings, draft] = await Promise.all([ports.settings.read(), ports.drafts.read(issueId)]);
  const problem = setupProblem(settings);
  if (problem) return problem;
  if (!draft) return 'Paste the SQL in the Query Change panel first.';
  const incomplete = submissionProblems(draft.content)[0];
  if (incomplete) return incomplete.message;
  const info = settings.executor?.connections.find(({ key }) => key === draft.content.connection);
  if (!info) return null;
  return lookNeeded(draft.content, info) ?? verdictRefusal(storedVerdict(draft, info, settings));
}
