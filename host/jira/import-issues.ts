import type { ChangeItem, IssueRecord } from './entities';
import { setFields, setStatus, touched } from './issue-changes';
import { mustById, nextId, projectByIdOrKey, userById, type Jira } from './store';
import { workflowOf } from './workflow/engine';

/** An issue that exists already when it is described: number and key are given out first. */
export interface IssueReference {
  readonly id: string;
  readonly key: string;
}

/** One move on the workflow, as the changelog shows it. */
interface ImportedMove {
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly authorId: string;
  readonly statusId: string;
  /** Resolution after the move; null clears it. */
  readonly resolutionId: string | null;
}

/** An issue with its past. Times are ISO 8601 in UTC, field values as the site stores them. */
export interface ImportedIssue {
  readonly creatorId: string;
  readonly created: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Oldest first. */
  readonly moves: readonly ImportedMove[];
}

/** Where imported issues go. */
export interface ImportTarget {
  readonly projectKey: string;
  readonly issueTypeId: string;
}

/**
 * Brings many issues with their past into the site, as an importer does: no rule of the workflow is asked, no event is
 * sent, and times are those given. `describe` is called once for each issue, in order, with the number and key that it
 * gets. Throws when a project, person, status, resolution or field is not there; then nothing is imported.
 */
export async function importIssues(
  jira: Jira,
  targets: readonly ImportTarget[],
  describe: (issue: IssueReference, index: number) => Promise<ImportedIssue>,
): Promise<IssueReference[]> {
  const references = targets.map(({ projectKey }): IssueReference => {
    const project = projectOf(jira, projectKey);
    return { id: nextId(jira, 'issue'), key: `${project.key}-${(project.issueCounter += 1)}` };
  });
  const issues: IssueRecord[] = [];
  for (const [index, target] of targets.entries()) {
    const reference = references[index];
    if (!reference) continue;
    issues.push(record(jira, target, reference, await describe(reference, index)));
  }
  jira.state.issues.push(...issues);
  for (const issue of issues) touched(jira, issue);
  return references;
}

function projectOf(jira: Jira, key: string) {
  const project = projectByIdOrKey(jira, key);
  if (!project) throw new Error(`there is no project ${key}`);
  return project;
}

function record(
  jira: Jira,
  { projectKey, issueTypeId }: ImportTarget,
  { id, key }: IssueReference,
  imported: ImportedIssue,
): IssueRecord {
  const { creatorId, created, fields, properties, moves } = imported;
  const place = { projectId: projectOf(jira, projectKey).id, issueTypeId };
  const initial = workflowOf(jira, place).transitions.find(({ type }) => type === 'INITIAL');
  if (!initial) throw new Error(`the workflow of ${key} has no initial transition`);
  for (const authorId of [creatorId, ...moves.map((move) => move.authorId)]) {
    if (!userById(jira, authorId)) throw new Error(`there is no user ${authorId}`);
  }
  for (const fieldId of Object.keys(fields)) mustById(jira.state.fields, fieldId);
  const issue: IssueRecord = {
    id,
    key,
    ...place,
    statusId: initial.toStatusId,
    creatorId,
    created,
    updated: created,
    statusChanged: created,
    fields: { reporter: creatorId, priority: '3', ...fields },
    properties: { ...properties },
    comments: [],
    histories: [],
    watcherIds: [creatorId],
    pinnedPanels: [],
  };
  for (const move of moves) applyMove(jira, issue, move);
  return issue;
}

function applyMove(
  jira: Jira,
  issue: IssueRecord,
  { at, authorId, statusId, resolutionId }: ImportedMove,
): void {
  if (at < issue.updated) throw new Error(`a move of ${issue.key} is older than the one before`);
  if (resolutionId !== null) mustById(jira.state.resolutions, resolutionId);
  const changedBefore = issue.statusChanged;
  const items: ChangeItem[] = [];
  const moved = setStatus(jira, issue, statusId);
  if (moved) items.push(moved);
  // The two know only the present; the move has a time of its own.
  if (issue.statusChanged !== changedBefore) issue.statusChanged = at;
  items.push(...setFields(jira, issue, new Map([['resolution', resolutionId]])));
  if (issue.fields['resolutiondate'] !== undefined && items.some(({ fieldId }) => fieldId === 'resolution')) {
    issue.fields['resolutiondate'] = at;
  }
  if (items.length === 0) return;
  issue.histories.push({ id: nextId(jira, 'changelog'), authorId, created: at, items });
  issue.updated = at;
}
