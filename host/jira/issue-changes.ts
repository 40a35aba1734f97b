import type { ChangeItem, HistoryRecord, IssueRecord, StatusRecord } from './entities';
import { issueEvent } from './events';
import { changeText } from './field-input';
import { forgetSaved } from './saved-state';
import { issueByIdOrKey, mustById, nextId, nowIso, type Jira } from './store';

/** Makes searches see the issue as it is now, after the index's delay. */
export function reindex(jira: Jira, issue: IssueRecord, deleted = false): void {
  if (jira.indexDelayMs <= 0) return;
  jira.indexQueue.push({
    issueId: issue.id,
    dueAt: jira.clock.now() + jira.indexDelayMs,
    doc: deleted ? null : structuredClone(issue),
  });
}

/** The issues as searches see them: live without a delay, else what the index has caught up with. */
export function searchableIssues(jira: Jira, reconcile: ReadonlySet<string> = new Set()): IssueRecord[] {
  if (jira.indexDelayMs <= 0) return jira.state.issues;
  const now = jira.clock.now();
  const waiting = jira.indexQueue.filter((entry) => {
    if (entry.dueAt > now) return true;
    if (entry.doc) jira.indexed.set(entry.issueId, entry.doc);
    else jira.indexed.delete(entry.issueId);
    return false;
  });
  if (waiting.length < jira.indexQueue.length) jira.indexQueue = waiting;
  const documents = [...jira.indexed.values()];
  if (reconcile.size === 0) return documents;
  const live = [...reconcile]
    .map((id) => issueByIdOrKey(jira, id))
    .filter((issue): issue is IssueRecord => issue !== undefined);
  return [...documents.filter((issue) => !reconcile.has(issue.id)), ...live];
}

/** Tells pages, the index and the next snapshot that the issue changed; every change of an issue ends here. */
export function touched(jira: Jira, issue: IssueRecord): void {
  forgetSaved(issue);
  reindex(jira, issue);
  for (const listener of jira.listeners) listener(issue.id);
}

/** Sets stored field values and returns what changed. */
export function setFields(
  jira: Jira,
  issue: IssueRecord,
  values: ReadonlyMap<string, unknown>,
): ChangeItem[] {
  const items: ChangeItem[] = [];
  for (const [fieldId, value] of values) {
    const field = mustById(jira.state.fields, fieldId);
    const before = issue.fields[fieldId] ?? null;
    if (JSON.stringify(before) === JSON.stringify(value ?? null)) continue;
    const [from, fromText] = changeText(jira, field, before);
    const [to, toText] = changeText(jira, field, value);
    const name = field.custom ? field.name : field.id;
    items.push({
      field: name,
      fieldId,
      fieldtype: field.custom ? 'custom' : 'jira',
      from,
      fromText,
      to,
      toText,
    });
    if (value === null || value === undefined) delete issue.fields[fieldId];
    else issue.fields[fieldId] = value;
    if (fieldId === 'resolution') {
      if (value === null || value === undefined) delete issue.fields['resolutiondate'];
      else issue.fields['resolutiondate'] = nowIso(jira);
    }
  }
  return items;
}

/** Moves the issue to a status and returns the change (undefined when it stays). */
export function setStatus(jira: Jira, issue: IssueRecord, statusId: string): ChangeItem | undefined {
  if (issue.statusId === statusId) return undefined;
  const from: StatusRecord = mustById(jira.state.statuses, issue.statusId);
  const to = mustById(jira.state.statuses, statusId);
  issue.statusId = statusId;
  if (from.category !== to.category) issue.statusChanged = nowIso(jira);
  return {
    field: 'status',
    fieldId: 'status',
    fieldtype: 'jira',
    from: from.id,
    fromText: from.name,
    to: to.id,
    toText: to.name,
  };
}

/** Changes the issue type and returns the change. */
export function setIssueType(jira: Jira, issue: IssueRecord, issueTypeId: string): ChangeItem | undefined {
  if (issue.issueTypeId === issueTypeId) return undefined;
  const from = mustById(jira.state.issueTypes, issue.issueTypeId);
  const to = mustById(jira.state.issueTypes, issueTypeId);
  issue.issueTypeId = issueTypeId;
  return {
    field: 'issuetype',
    fieldId: 'issuetype',
    fieldtype: 'jira',
    from: from.id,
    fromText: from.name,
    to: to.id,
    toText: to.name,
  };
}

/**
 * Commits changes already made to the issue: writes the changelog, updates times, tells the index, the pages and
 * the app. Returns the changelog entry, undefined when nothing changed.
 */
export function commitChanges(
  jira: Jira,
  issue: IssueRecord,
  actor: string,
  items: readonly ChangeItem[],
  options: {
    historyMetadata?: Record<string, unknown> | undefined;
    event?: boolean;
    changelog?: boolean;
  } = {},
): HistoryRecord | undefined {
  if (items.length === 0) return undefined;
  const history: HistoryRecord = {
    id: nextId(jira, 'changelog'),
    authorId: actor,
    created: nowIso(jira),
    items: [...items],
    ...(options.historyMetadata ? { historyMetadata: options.historyMetadata } : {}),
  };
  if (options.changelog !== false) issue.histories.push(history);
  issue.updated = history.created;
  touched(jira, issue);
  if (options.event !== false) issueEvent(jira, 'avi:jira:updated:issue', issue, actor, history);
  if (items.some((item) => item.fieldId === 'assignee')) {
    issueEvent(jira, 'avi:jira:assigned:issue', issue, actor, history);
  }
  return history;
}
