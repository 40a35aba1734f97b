import { completeContent, submissionProblems, type CompleteContent } from '#core/change/content';
import { computeDigest } from '#core/change/compute-digest';
import type { DigestInput } from '#core/change/digest';
import type { ConnectionInfo } from '#core/protocol/connection';
import { maxListedApprovers } from '#core/limits';
import { approvalsRequired } from '#core/policy/eligibility';
import { ok } from '#core/result';
import { findConnection, setupProblem, type Settings } from '#core/settings/settings';
import { append } from './append';
import type { JudgeDraft } from './judge-draft';
import { lookNeeded } from './look-needed';
import type { CommentPart, LedgerSnapshot, RulePorts } from './ports';
import { publish } from './publish';
import { no, type Outcome } from './refusal';
import { mayEditDraft, type IssueRef } from './save-draft';
import { storedVerdict, verdictRefusal } from './stored-verdict';

/** What a look before submission adds to the digest. */
type Looked = Pick<DigestInput, 'schemaDigest' | 'schemaShape' | 'rollbackPlan' | 'export'>;

/** Asks the executor what it can say of a change before it is submitted; refuses what cannot be submitted as it is. */
export type LookBefore = (content: CompleteContent, info: ConnectionInfo) => Promise<Outcome<Looked>>;

/** The status Jira shows when the submission is mirrored: `draft` still, unless the transition came first. */
export type SubmittedFrom = 'panel' | 'transition';

/**
 * Freezes the draft as a new immutable revision, opens its review and asks the approvers. `version` is the draft the
 * author saw; null when a bare Jira transition submits whatever is saved. `look` is what the panel has and a bare transition
 * has not: an executor to ask; so is `judge`, who reads SQL: without it the verdict counts that was stored with the draft.
 */
export async function submitChange(
  ports: RulePorts,
  issue: IssueRef,
  actor: string,
  request: { version: number | null; from: SubmittedFrom },
  look: LookBefore = withoutLook,
  judge: JudgeDraft | null = null,
): Promise<Outcome<LedgerSnapshot>> {
  const [settings, draft] = await Promise.all([ports.settings.read(), ports.drafts.read(issue.id)]);
  const problem = setupProblem(settings);
  if (problem) return no('not-set-up', problem);
  if (!draft) return no('incomplete', 'There is nothing to submit yet: paste the SQL in the panel.');
  if (request.version !== null && request.version !== draft.version) {
    return no('conflict', 'The draft was saved by somebody else in the meantime.');
  }
  // Jira has judged a transition. A button of the panel is judged here, because the app itself moves the issue later on.
  if (request.from === 'panel' && !(await mayEditDraft(ports, issue.id, draft, actor))) {
    return no('not-allowed', 'You may not edit this issue.');
  }
  const content = completeContent(draft.content);
  if (!content)
    return no('incomplete', submissionProblems(draft.content)[0]?.message ?? 'The change is incomplete.');
  const connection = findConnection(settings, content.connection);
  const refusal = connectionRefusal(settings, content.connection);
  if (!connection || refusal !== null) return no('incomplete', refusal ?? 'This connection cannot be used.');
  const { info, policy } = connection;
  const looked = await look(content, info);
  if (!looked.ok) return looked;
  // After the look: what the executor never takes, no waiver lets go.
  const verdict = judge ? await judge(draft.content, settings) : storedVerdict(draft, info, settings);
  const unfit = verdictRefusal(verdict);
  if (unfit !== null) return no('review-failed', unfit);
  const candidates = await ports.jira.members(policy.approverGroup.id, maxListedApprovers);
  const editors = draft.editors.filter((editor) => editor !== actor);

  const appended = await append(ports, issue.id, async ({ state }) => {
    const input = digestInput(settings, issue, actor, content, state.revisions + 1, looked.value);
    if (!input) return no('incomplete', 'This connection was not reached yet.');
    const digest = await computeDigest(input);
    return ok({
      entries: [
        {
          actor,
          body: {
            type: 'submitted',
            revision: input.revision,
            digest,
            editors,
            connection: content.connection,
            environment: info.environment,
            approvalsRequired: approvalsRequired(policy.approvals, info.minimumApprovals),
            approverGroup: policy.approverGroup,
            candidates: candidates?.filter((id) => id !== actor && !editors.includes(id)) ?? null,
            hasRollback: content.rollback !== null || looked.value.rollbackPlan !== undefined,
            resultsPublic: info.results === 'public',
            analysis: verdict?.analysis ?? null,
          },
        },
      ],
      extras: { revision: input, issueKey: issue.key },
    });
  });
  if (!appended.ok) return appended;
  const moved = request.from === 'transition' || (await moveAsAuthor(ports, issue.id));
  await publish(ports, issue.id, appended.value, {
    jiraStatus: moved ? 'in-review' : 'draft',
    comment: reviewRequest(appended.value),
  });
  return appended;
}

/** Makes the transition as the author. Refused, the ledger has the review already and the app's own user moves the issue. */
async function moveAsAuthor(ports: RulePorts, issueId: string): Promise<boolean> {
  const moved = await ports.jira.transitionAsUser(issueId, 'submit');
  if (!moved.ok) ports.log('submit transition refused', { issueId, status: moved.error.status });
  return moved.ok;
}

/** Why a connection cannot be used for a change now, in words; null when it can. */
export function connectionRefusal(settings: Settings, key: string): string | null {
  const found = findConnection(settings, key);
  if (!settings.executor?.connections.some((info) => info.key === key))
    return 'The executor does not know this connection.';
  if (!found) return 'No approver group is configured for this connection.';
  if (found.info.problem !== null) return found.info.problem;
  return found.info.target === null ? 'The executor has not reached this database yet.' : null;
}

/** What the digest of a revision is of; undefined when the connection cannot be used. */
export function digestInput(
  settings: Settings,
  issue: IssueRef,
  author: string,
  content: CompleteContent,
  revision: number,
  looked: Looked,
): DigestInput | undefined {
  const info = findConnection(settings, content.connection)?.info;
  if (!info?.target) return undefined;
  return {
    v: 1,
    installation: settings.installation,
    issueId: issue.id,
    revision,
    author,
    reason: content.reason,
    connection: content.connection,
    target: info.target,
    role: info.role,
    searchPath: info.searchPath,
    sql: content.sql,
    rollback: content.rollback,
    verification: content.verification,
    limits: info.limits,
    rowBudget: content.rowBudget,
    ...looked,
  };
}

/** A bare transition has no executor to ask. */
const withoutLook: LookBefore = async (content, info) => {
  const refusal = lookNeeded(content, info);
  return refusal === null ? ok({ schemaDigest: null }) : no('incomplete', refusal);
};

function reviewRequest({ state }: LedgerSnapshot): CommentPart[] {
  const revision = state.revision;
  if (!revision) return [];
  const count = revision.approvalsRequired === 1 ? '1 approval' : `${revision.approvalsRequired} approvals`;
  const where = `${revision.connection} (${revision.environment})`;
  const intro = {
    text: `Revision ${revision.number} for ${where} needs ${count} from ${revision.approverGroup.name}: `,
  };
  const asked = revision.candidates ?? [];
  if (asked.length === 0) return [intro, { text: 'open the Query Change panel to review it.' }];
  const mentions = asked.flatMap((accountId): CommentPart[] => [{ mention: accountId }, { text: ' ' }]);
  return [intro, ...mentions, { text: '– open the Query Change panel to review it.' }];
}
