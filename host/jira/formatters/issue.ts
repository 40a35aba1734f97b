import type {
  CommentRecord,
  HistoryRecord,
  IssueLinkRecord,
  IssueRecord,
  NamedRecord,
  StatusRecord,
} from '../entities';
import { byId, issueByIdOrKey, jiraTime, mustById, selfLink, type Jira } from '../store';
import { formatIssueType, formatProjectRef } from './project';
import { formatUserId } from './user';

const CATEGORIES = {
  TODO: { id: 2, key: 'new', colorName: 'blue-gray', name: 'To Do' },
  IN_PROGRESS: { id: 4, key: 'indeterminate', colorName: 'yellow', name: 'In Progress' },
  DONE: { id: 3, key: 'done', colorName: 'green', name: 'Done' },
} as const;

/** The category of a status, as embedded in it. */
const formatCategory = (jira: Jira, category: StatusRecord['category']) => ({
  self: selfLink(jira, `statuscategory/${CATEGORIES[category].id}`),
  ...CATEGORIES[category],
});

/** A status (`StatusDetails`). */
export const formatStatus = (jira: Jira, status: StatusRecord) => ({
  self: selfLink(jira, `status/${status.id}`),
  description: status.description,
  iconUrl: `${jira.baseUrl}/images/icons/status_generic.gif`,
  name: status.name,
  id: status.id,
  statusCategory: formatCategory(jira, status.category),
});

/** A resolution or a priority. */
export const formatNamed = (jira: Jira, kind: 'resolution' | 'priority', record: NamedRecord) => ({
  self: selfLink(jira, `${kind}/${record.id}`),
  id: record.id,
  name: record.name,
  description: record.description,
  ...(kind === 'priority'
    ? {
        iconUrl: `${jira.baseUrl}/images/icons/priorities/${record.name.toLowerCase()}.svg`,
        statusColor: '#f15C75',
      }
    : {}),
});

const namedOrNull = (jira: Jira, kind: 'resolution' | 'priority', records: NamedRecord[], id: unknown) => {
  const record = typeof id === 'string' ? byId(records, id) : undefined;
  return record ? formatNamed(jira, kind, record) : null;
};

/** A comment. */
export function formatComment(
  jira: Jira,
  issue: IssueRecord,
  comment: CommentRecord,
  expand: readonly string[] = [],
) {
  return {
    self: selfLink(jira, `issue/${issue.id}/comment/${comment.id}`),
    id: comment.id,
    author: formatUserId(jira, comment.authorId) ?? undefined,
    body: comment.body,
    updateAuthor: formatUserId(jira, comment.updateAuthorId) ?? undefined,
    created: jiraTime(comment.created),
    updated: jiraTime(comment.updated),
    jsdPublic: true,
    ...(comment.visibility ? { visibility: comment.visibility } : {}),
    ...(expand.includes('properties') || Object.keys(comment.properties).length > 0
      ? { properties: Object.entries(comment.properties).map(([key, value]) => ({ key, value })) }
      : {}),
  };
}

/** A changelog entry. */
export function formatHistory(jira: Jira, history: HistoryRecord) {
  return {
    id: history.id,
    author: formatUserId(jira, history.authorId) ?? undefined,
    created: jiraTime(history.created),
    items: history.items.map((item) => ({
      field: item.field,
      fieldtype: item.fieldtype,
      fieldId: item.fieldId,
      from: item.from,
      fromString: item.fromText,
      to: item.to,
      ['toString']: item.toText,
    })),
    ...(history.historyMetadata ? { historyMetadata: history.historyMetadata } : {}),
  };
}

const linkedIssue = (jira: Jira, id: string) => {
  const issue = issueByIdOrKey(jira, id);
  if (!issue) return undefined;
  return {
    id: issue.id,
    key: issue.key,
    self: selfLink(jira, `issue/${issue.id}`),
    fields: {
      summary: issue.fields['summary'],
      status: formatStatus(jira, mustById(jira.state.statuses, issue.statusId)),
      issuetype: formatIssueType(jira, mustById(jira.state.issueTypes, issue.issueTypeId)),
    },
  };
};

/** An issue link, seen from `from` (or from neither side). */
export function formatLink(jira: Jira, link: IssueLinkRecord, from?: string) {
  const type = mustById(jira.state.issueLinkTypes, link.typeId);
  return {
    id: link.id,
    self: selfLink(jira, `issueLink/${link.id}`),
    type: { ...type, self: selfLink(jira, `issueLinkType/${type.id}`) },
    ...(from === link.inwardIssueId ? {} : { inwardIssue: linkedIssue(jira, link.inwardIssueId) }),
    ...(from === link.outwardIssueId ? {} : { outwardIssue: linkedIssue(jira, link.outwardIssueId) }),
  };
}

/** The value of one field as REST shows it; null when empty. */
export function formatFieldValue(jira: Jira, issue: IssueRecord, fieldId: string, viewer?: string): unknown {
  const value = issue.fields[fieldId] ?? null;
  switch (fieldId) {
    case 'project':
      return formatProjectRef(jira, mustById(jira.state.projects, issue.projectId));
    case 'issuetype':
      return formatIssueType(jira, mustById(jira.state.issueTypes, issue.issueTypeId));
    case 'status':
      return formatStatus(jira, mustById(jira.state.statuses, issue.statusId));
    case 'statuscategorychangedate':
      return jiraTime(issue.statusChanged);
    case 'creator':
      return formatUserId(jira, issue.creatorId);
    case 'created':
    case 'updated':
      return jiraTime(issue[fieldId]);
    case 'resolutiondate':
      return typeof value === 'string' ? jiraTime(value) : null;
    case 'resolution':
      return namedOrNull(jira, 'resolution', jira.state.resolutions, value);
    case 'priority':
      return namedOrNull(jira, 'priority', jira.state.priorities, value);
    case 'labels':
      return value ?? [];
    case 'parent':
      return typeof value === 'string' ? linkedIssue(jira, value) : null;
    case 'issuelinks':
      return jira.state.issueLinks
        .filter((link) => link.inwardIssueId === issue.id || link.outwardIssueId === issue.id)
        .map((link) => formatLink(jira, link, issue.id));
    case 'watches':
      return {
        self: selfLink(jira, `issue/${issue.key}/watchers`),
        watchCount: issue.watcherIds.length,
        isWatching: viewer !== undefined && issue.watcherIds.includes(viewer),
      };
    case 'comment':
      return {
        comments: issue.comments.map((comment) => formatComment(jira, issue, comment)),
        self: selfLink(jira, `issue/${issue.id}/comment`),
        maxResults: issue.comments.length,
        total: issue.comments.length,
        startAt: 0,
      };
    default:
      return formatCustom(jira, fieldId, value);
  }
}

function formatCustom(jira: Jira, fieldId: string, value: unknown): unknown {
  const field = byId(jira.state.fields, fieldId);
  if (value === null || !field) return null;
  const one = (type: string | undefined, item: unknown): unknown => {
    if (type === 'user') return formatUserId(jira, item);
    if (type === 'group') return jira.state.groups.find((g) => g.groupId === item) ?? null;
    if (type === 'option') {
      const option = jira.state.fieldContexts.flatMap((c) => c.options).find((o) => o.id === item);
      return option
        ? { self: selfLink(jira, `customFieldOption/${option.id}`), value: option.value, id: option.id }
        : null;
    }
    return item;
  };
  if (field.schema.type === 'array' && Array.isArray(value)) {
    return value.map((item: unknown) => one(field.schema.items, item));
  }
  return one(field.schema.type, value);
}

/** Which of the fields a request asked for: `*all`, `*navigable`, ids, `-id`. */
export function selectFields(jira: Jira, requested: readonly string[]): string[] {
  const chosen = new Set<string>();
  const plain = requested.filter((name) => !name.startsWith('-'));
  const wanted = plain.length === 0 && requested.length > 0 ? ['*all'] : plain;
  for (const name of wanted) {
    if (name === '*all') for (const field of jira.state.fields) chosen.add(field.id);
    else if (name === '*navigable') {
      for (const field of jira.state.fields) if (field.id !== 'comment') chosen.add(field.id);
    } else {
      for (const field of jira.state.fields)
        if (field.id === name || field.key === name) chosen.add(field.id);
    }
  }
  for (const name of requested) if (name.startsWith('-')) chosen.delete(name.slice(1));
  return [...chosen];
}

/** An issue (`IssueBean`) with the chosen fields; without any it has no `fields` member, as in search results. */
export function formatIssue(
  jira: Jira,
  issue: IssueRecord,
  options: {
    fields: readonly string[];
    properties?: readonly string[];
    expand?: readonly string[];
    viewer?: string | undefined;
  },
): Record<string, unknown> {
  const fields = selectFields(jira, options.fields);
  const wanted = options.properties ?? [];
  const keys = wanted.includes('*all')
    ? Object.keys(issue.properties)
    : wanted.filter((key) => key in issue.properties);
  const expand = options.expand ?? [];
  return {
    expand: 'renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations',
    id: issue.id,
    self: selfLink(jira, `issue/${issue.id}`),
    key: issue.key,
    ...(fields.length > 0
      ? {
          fields: Object.fromEntries(
            fields.map((id) => [id, formatFieldValue(jira, issue, id, options.viewer)]),
          ),
        }
      : {}),
    ...(wanted.length > 0
      ? { properties: Object.fromEntries(keys.map((key) => [key, issue.properties[key]])) }
      : {}),
    ...(expand.includes('names') ? { names: fieldNames(jira, fields) } : {}),
    ...(expand.includes('schema') ? { schema: fieldSchemas(jira, fields) } : {}),
    ...(expand.includes('changelog')
      ? {
          changelog: {
            startAt: 0,
            maxResults: issue.histories.length,
            total: issue.histories.length,
            histories: issue.histories.toReversed().map((history) => formatHistory(jira, history)),
          },
        }
      : {}),
  };
}

/** Names of fields, for `expand=names`. */
export const fieldNames = (jira: Jira, ids: readonly string[]) =>
  Object.fromEntries(ids.map((id) => [id, mustById(jira.state.fields, id).name]));

/** Schemas of fields, for `expand=schema`. */
export const fieldSchemas = (jira: Jira, ids: readonly string[]) =>
  Object.fromEntries(ids.map((id) => [id, mustById(jira.state.fields, id).schema]));
