import { storageProblems, type DraftContent } from '#core/change/content';
import { ok } from '#core/result';
import type { DraftView } from '#core/panel/view';
import type { JudgeDraft } from './judge-draft';
import type { Ports, RulePorts, StoredDraft } from './ports';
import { no, type Outcome } from './refusal';

/** Saves of one person in a row after which Jira is asked again whether they may edit. */
const asksEvery = 10;
/** And after this long without a save, milliseconds. */
const pauseMs = 60_000;

/** The issue a call is about, from the platform's context. */
export interface IssueRef {
  readonly id: string;
  readonly key: string;
}

/**
 * Saves the draft over `baseVersion`. A draft that moved in the meantime is not overwritten: the caller gets the stored
 * one to show beside their own. `judge` reviews what is stored, so that a bare transition finds a verdict beside it.
 */
export async function saveDraft(
  ports: Ports,
  issue: IssueRef,
  actor: string,
  request: { baseVersion: number; content: DraftContent },
  judge: JudgeDraft,
): Promise<Outcome<DraftView>> {
  const problem = storageProblems(request.content)[0];
  if (problem) return no('bad-request', problem.message);
  const [{ state }, stored] = await Promise.all([ports.ledger.read(issue.id), ports.drafts.read(issue.id)]);
  if (!(await mayEditDraft(ports, issue.id, stored, actor)))
    return no('not-allowed', 'You may not edit this issue.');
  if (state.status !== 'draft') {
    return no('illegal', 'The change is no longer a draft. Use Edit to start a new revision.');
  }
  if ((stored?.version ?? 0) !== request.baseVersion) return conflict(stored);
  const draft: StoredDraft = {
    version: request.baseVersion + 1,
    content: request.content,
    savedAt: new Date(ports.clock()).toISOString(),
    savedBy: actor,
    editors: [...new Set([...(stored?.editors ?? []), actor])],
    verdict: await judge(request.content, await ports.settings.read()),
  };
  if (!(await ports.drafts.save(issue.id, issue.key, draft)))
    return conflict(await ports.drafts.read(issue.id));
  return ok(draftView(draft));
}

/**
 * Whether somebody may write the draft, or send it to review. A draft saves itself every few seconds while they type, so
 * Jira is asked at their first save, after a pause, and at every tenth save in between; only a draft depends on it.
 */
export async function mayEditDraft(
  ports: Pick<RulePorts, 'jira' | 'clock'>,
  issueId: string,
  stored: StoredDraft | undefined,
  actor: string,
): Promise<boolean> {
  const asked = stored?.savedBy === actor && stored.version % asksEvery !== 0;
  if (asked && ports.clock() - Date.parse(stored.savedAt) < pauseMs) return true;
  return ports.jira.mayEdit(actor, issueId);
}

function conflict(stored: StoredDraft | undefined): Outcome<never> {
  return no('conflict', 'Somebody else saved this draft in the meantime.', stored && draftView(stored));
}

/** The draft as the panel sees it. */
export function draftView({ version, content, savedAt, savedBy }: StoredDraft): DraftView {
  return { version, content, savedAt, savedBy };
}
