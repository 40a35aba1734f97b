import { completeContent, submissionProblems } from '#core/change/content';
import { computeDigest } from '#core/change/compute-digest';
import type { DigestInput } from '#core/change/digest';
import { nextDryRun } from '#core/change/dry-run';
import type { ChangeState } from '#core/change/state';
import { dryRunRefusal } from '#core/panel/dry-run';
import { computeJti } from '#core/protocol/attempt';
import { ok } from '#core/result';
import { findConnection, setupProblem, type Settings } from '#core/settings/settings';
import { append } from '../append';
import { isOperator } from '../decide-review';
import { lookBefore } from '../look-before';
import { pausedWords } from '../paused';
import type { Execution, LedgerSnapshot, Ports } from '../ports';
import { no, type Outcome } from '../refusal';
import { mayEditDraft, type IssueRef } from '../save-draft';
import { connectionRefusal, digestInput } from '../submit-change';

/** What was on the screen: the draft by its version, or the revision by its digest. */
export interface DryRunRequest {
  readonly version: number | null;
  readonly digest: string | null;
}

/**
 * Asks for a dry run of what is on the screen. Of a draft, it is of the digest that its revision would have if this
 * person submitted it now, so that it stands for that revision. No status moves; the order leaves by the queue.
 */
export async function requestDryRun(
  ports: Ports,
  issue: IssueRef,
  actor: string,
  request: DryRunRequest,
): Promise<Outcome<LedgerSnapshot>> {
  const [settings, { state }] = await Promise.all([ports.settings.read(), ports.ledger.read(issue.id)]);
  const blocked = setupProblem(settings) ?? (await pausedWords(ports));
  if (blocked !== null) return no('not-set-up', blocked);
  const who = await personRefusal(ports, issue.id, state, actor);
  if (who !== null) return no('not-allowed', who);
  const content = await contentOf(ports, settings, issue, actor, state, request);
  if (!content.ok) return content;
  const input = content.value;
  const info = findConnection(settings, input.connection)?.info;
  const refusal = connectionRefusal(settings, input.connection) ?? dryRunRefusal(info, state);
  if (refusal !== null) return no('illegal', refusal);
  const digest = await computeDigest(input);
  const { installation } = settings;
  const { connection, revision } = input;
  let execution: Execution<'dry-run'> | undefined;
  const appended = await append(ports, issue.id, async (now) => {
    const attempt = { kind: 'dry-run' as const, try: nextDryRun(now.state, revision) };
    const jti = await computeJti({ installation, issueId: issue.id, revision, ...attempt });
    execution = {
      ...attempt,
      issueId: issue.id,
      issueKey: issue.key,
      revision,
      jti,
      phase: 'claimed',
      note: null,
      updatedAt: new Date(ports.clock()).toISOString(),
    };
    const body = { type: 'dry-run-requested' as const, revision, digest, connection, try: attempt.try, jti };
    return ok({ entries: [{ actor, body }], extras: { quiet: true, execution, dryRun: { content: input } } });
  });
  if (!appended.ok) return appended;
  if (execution) {
    const { jti, kind } = execution;
    await ports.queue.push({ issueId: issue.id, revision, kind, jti }, 0);
  }
  await ports.signals.changed(issue.id, appended.value.head.seq);
  return appended;
}

/** Why this account may not ask for a dry run, in words; null for the author and for operators, if they are people. */
async function personRefusal(
  ports: Ports,
  issueId: string,
  state: ChangeState,
  actor: string,
): Promise<string | null> {
  const person = await ports.jira.person(actor, issueId);
  if (!person?.active || person.accountType !== 'atlassian') {
    return 'Only people can ask for a dry run, not apps or agents.';
  }
  if (state.revision?.author === actor) return null;
  if (!state.revision && (await mayEditDraft(ports, issueId, await ports.drafts.read(issueId), actor)))
    return null;
  return (await isOperator(ports, issueId, actor))
    ? null
    : 'Only the author or an operator can ask for a dry run.';
}

async function contentOf(
  ports: Ports,
  settings: Settings,
  issue: IssueRef,
  actor: string,
  state: ChangeState,
  { version, digest }: DryRunRequest,
): Promise<Outcome<DigestInput>> {
  const { revision } = state;
  if (revision) {
    if (revision.digest !== digest)
      return no('stale-digest', 'The change was edited since: reload to see the current revision.');
    const stored = await ports.archive.revision(issue.id, revision.number);
    return stored ? ok(stored) : no('not-found', 'The text of this revision is gone.');
  }
  const draft = await ports.drafts.read(issue.id);
  if (!draft) return no('incomplete', 'There is nothing to try yet: paste the SQL in the panel.');
  if (version !== draft.version) {
    return no('conflict', 'The draft was saved by somebody else in the meantime.');
  }
  const content = completeContent(draft.content);
  if (!content)
    return no('incomplete', submissionProblems(draft.content)[0]?.message ?? 'The change is incomplete.');
  const info = findConnection(settings, content.connection)?.info;
  const refusal = connectionRefusal(settings, content.connection) ?? dryRunRefusal(info, state);
  if (!info || refusal !== null) return no('illegal', refusal ?? 'This connection cannot be used.');
  // The executor looks, as at submission, so that the digest is the same if the structure is.
  const looked = await lookBefore(ports)(content, info);
  if (!looked.ok) return looked;
  const input = digestInput(settings, issue, actor, content, state.revisions + 1, looked.value);
  return input ? ok(input) : no('incomplete', 'This connection cannot be used.');
}
