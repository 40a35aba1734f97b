import { doneStatuses } from '#core/change/status';
import type { DraftContent } from '#core/change/content';
import type { DigestInput } from '#core/change/digest';
import { canonicalSha256 } from '#core/hash';
import { environments } from '#core/protocol/claims';
import { ok } from '#core/result';
import { findConnection } from '#core/settings/settings';
import type { JudgeDraft } from '../judge-draft';
import type { Ports, SiblingIssue, UserJira } from '../ports';
import { no, type Outcome } from '../refusal';
import { type IssueRef, saveDraft } from '../save-draft';
import { connectionRefusal } from '../submit-change';

/** Whoever claimed the making and did not finish within this has died, milliseconds. */
const claimMs = 60_000;
/** Jira's limit of a summary, characters. */
const maxSummary = 255;

/**
 * Copies the change to a connection of another environment: an issue that the viewer creates with their own rights, linked
 * to this one, with the same SQL, rollback, verification and reason as a draft. Asked twice, it answers the same issue,
 * unless that one was rejected or cancelled. Upwards only what has succeeded.
 */
export async function makeSibling(
  ports: Ports,
  jira: UserJira,
  issue: IssueRef,
  viewer: string,
  connection: string,
  judge: JudgeDraft,
): Promise<Outcome<{ issueKey: string }>> {
  const [settings, { state }] = await Promise.all([ports.settings.read(), ports.ledger.read(issue.id)]);
  const source = await sourceOf(ports, issue, state.revision?.number);
  if (!settings.site || !source) return no('incomplete', 'There is nothing to copy yet: save the SQL first.');
  const to = findConnection(settings, connection)?.info;
  const problem = connectionRefusal(settings, connection);
  if (!to || problem !== null) return no('incomplete', problem ?? 'This connection cannot be used.');
  const from =
    state.revision?.environment ?? findConnection(settings, source.connection ?? '')?.info.environment;
  const up = from !== undefined && environments.indexOf(to.environment) > environments.indexOf(from);
  if (from === to.environment) return no('illegal', `This change is for ${from} already.`);
  if (up && state.status !== 'succeeded')
    return no('illegal', `Only a change that succeeded can be promoted to ${to.environment}.`);

  const content: DraftContent = { ...source, connection };
  const { sql, rollback, verification, automaticRollback } = content;
  const text = await canonicalSha256({ sql, rollback, verification, automaticRollback });
  const key = `${issue.id}:${connection}:${text}`;
  const claimed = await claim(ports, key, viewer);
  if (claimed === 'busy') return no('busy', 'Somebody is making this issue just now. Try again in a moment.');
  const made = claimed.issue ?? (await create(ports, jira, settings.site, issue, to.environment));
  if ('refusal' in made) {
    await ports.siblings.release(key, claimed.token);
    return no('jira-refused', made.refusal);
  }
  if (!claimed.issue) await ports.siblings.finish(key, claimed.token, made);
  if ((await ports.drafts.read(made.id)) === undefined) {
    const saved = await saveDraft(ports, made, viewer, { baseVersion: 0, content }, judge);
    if (!saved.ok) return saved;
  }
  return ok({ issueKey: made.key });
}

/** What is copied: the revision if there is one, else the draft as saved. */
async function sourceOf(
  ports: Ports,
  issue: IssueRef,
  revision: number | undefined,
): Promise<DraftContent | undefined> {
  if (revision === undefined) return (await ports.drafts.read(issue.id))?.content;
  const content = await ports.archive.revision(issue.id, revision);
  return content && draftOf(content);
}

/** The draft that a revision would have come from. */
function draftOf(content: DigestInput): DraftContent {
  return {
    connection: content.connection,
    sql: content.sql,
    rollback: content.rollbackPlan ? '' : content.rollback,
    reason: content.reason,
    rowBudget: content.rowBudget === null ? '' : String(content.rowBudget),
    verification: content.verification ?? '',
    automaticRollback: content.rollbackPlan !== undefined,
    exportFormat: content.export?.format ?? null,
  };
}

/** The right to make the issue, or the issue that was made before; `busy` while somebody else is at it. */
async function claim(
  ports: Ports,
  key: string,
  viewer: string,
): Promise<'busy' | { readonly token: string; readonly issue: SiblingIssue | null }> {
  const known = await ports.siblings.read(key);
  if (known?.issue && (await stillGood(ports, known.issue)))
    return { token: known.token, issue: known.issue };
  const now = ports.clock();
  if (known && !known.issue && now - Date.parse(known.at) < claimMs) return 'busy';
  const token = `${viewer}:${ports.newId()}`;
  const mine = await ports.siblings.claim(key, known?.token ?? null, {
    token,
    at: new Date(now).toISOString(),
  });
  return mine ? { token, issue: null } : 'busy';
}

/** False when the issue is gone, or its change was given up: then another one may be made. */
async function stillGood(ports: Ports, { id }: SiblingIssue): Promise<boolean> {
  const { state } = await ports.ledger.read(id);
  const over = doneStatuses.has(state.status) && state.status !== 'succeeded';
  return !over && (await ports.jira.status(id)) !== null;
}

async function create(
  ports: Ports,
  jira: UserJira,
  site: { projectId: string; issueTypeId: string },
  issue: IssueRef,
  environment: string,
): Promise<SiblingIssue | { refusal: string }> {
  const words = await jira.summary(issue.id);
  if (!words.ok) return { refusal: words.error.message };
  const bare = words.value.replace(/ \((?:dev|qa|staging|prod)\)$/u, '');
  const end = ` (${environment})`;
  const summary = `${bare.slice(0, maxSummary - end.length)}${end}`;
  const { projectId, issueTypeId } = site;
  const created = await jira.createIssue({ projectId, issueTypeId, summary });
  if (!created.ok) return { refusal: created.error.message };
  const linked = await jira.linkIssues(issue.key, created.value.key);
  // The issue is there all the same; the panel finds what ran by itself, links are for people.
  if (!linked.ok) ports.log('issues not linked', { issueId: issue.id, status: linked.error.status });
  return created.value;
}
