import type { Field } from '@atlaskit/jql-ast';
import { can, canOnIssue } from '../access';
import { adfText } from '../adf';
import type { FieldRecord, IssueRecord } from '../entities';
import { badRequest } from '../errors';
import { byId, issueByIdOrKey, type Jira } from '../store';
import type { JqlField } from './field';
import { aliasField, propertyField } from './properties';

const lower = (text: string): string => text.toLowerCase();

const list = (value: unknown): (string | number)[] => {
  if (Array.isArray(value)) return value.flatMap(list);
  if (typeof value === 'string') return value === '' ? [] : [value];
  return typeof value === 'number' ? [value] : [];
};

const byNameOrId =
  (records: readonly { id: string; name: string }[]) =>
  (operand: string): string | undefined =>
    records.find((r) => lower(r.name) === lower(operand) || r.id === operand)?.id;

function userField(
  jira: Jira,
  name: string,
  read: (issue: IssueRecord) => unknown,
  historyId?: string,
): JqlField {
  return {
    name,
    kind: 'user',
    values: (issue) => list(read(issue)),
    resolve: (operand) =>
      jira.state.users.find(
        (u) =>
          u.accountId === operand ||
          lower(u.displayName) === lower(operand) ||
          lower(u.email) === lower(operand),
      )?.accountId,
    ...(historyId === undefined ? {} : { historyId }),
  };
}

const dateField = (name: string, read: (issue: IssueRecord) => unknown): JqlField => ({
  name,
  kind: 'date',
  values: (issue) => {
    const value = read(issue);
    return typeof value === 'string' ? instants(value) : [];
  },
});

/** Times read from their texts already; most issues share few of them within a search. */
const known = new Map<string, readonly number[]>();
const KNOWN_TIMES = 200_000;

function instants(text: string): readonly number[] {
  const found = known.get(text);
  if (found) return found;
  const ms = Date.parse(text.replace(/\+0000$/, 'Z'));
  const result = Number.isNaN(ms) ? [] : [ms];
  if (known.size >= KNOWN_TIMES) known.clear();
  known.set(text, result);
  return result;
}

const textField = (name: string, read: (issue: IssueRecord) => unknown[]): JqlField => ({
  name,
  kind: 'text',
  values: (issue) =>
    read(issue)
      .map(adfText)
      .filter((text) => text !== ''),
});

const comments = (issue: IssueRecord): unknown[] =>
  issue.comments.filter((c) => !c.visibility).map((c) => c.body);

function statusFields(jira: Jira): Record<string, JqlField> {
  const { state } = jira;
  const categories = { TODO: 'To Do', IN_PROGRESS: 'In Progress', DONE: 'Done' };
  const keys: Record<string, string> = {
    new: 'TODO',
    indeterminate: 'IN_PROGRESS',
    done: 'DONE',
    '2': 'TODO',
    '4': 'IN_PROGRESS',
    '3': 'DONE',
  };
  return {
    status: {
      name: 'status',
      kind: 'choice',
      values: (i) => [i.statusId],
      resolve: byNameOrId(state.statuses),
      historyId: 'status',
    },
    statuscategory: {
      name: 'statusCategory',
      kind: 'choice',
      values: (i) => list(byId(state.statuses, i.statusId)?.category),
      resolve: (operand) =>
        keys[lower(operand)] ?? Object.entries(categories).find(([, n]) => lower(n) === lower(operand))?.[0],
    },
  };
}

function contentFields(jira: Jira): Record<string, JqlField> {
  return {
    labels: { name: 'labels', kind: 'choice', values: (i) => list(i.fields['labels']), resolve: (o) => o },
    assignee: userField(jira, 'assignee', (i) => i.fields['assignee'], 'assignee'),
    reporter: userField(jira, 'reporter', (i) => i.fields['reporter'], 'reporter'),
    creator: userField(jira, 'creator', (i) => i.creatorId),
    watcher: userField(jira, 'watcher', (i) => i.watcherIds),
    created: dateField('created', (i) => i.created),
    createddate: dateField('created', (i) => i.created),
    updated: dateField('updated', (i) => i.updated),
    updateddate: dateField('updated', (i) => i.updated),
    resolved: dateField('resolved', (i) => i.fields['resolutiondate']),
    resolutiondate: dateField('resolutiondate', (i) => i.fields['resolutiondate']),
    duedate: dateField('duedate', (i) => i.fields['duedate']),
    due: dateField('due', (i) => i.fields['duedate']),
    statuscategorychangeddate: dateField('statusCategoryChangedDate', (i) => i.statusChanged),
    summary: textField('summary', (i) => [i.fields['summary']]),
    description: textField('description', (i) => [i.fields['description']]),
    environment: textField('environment', (i) => [i.fields['environment']]),
    comment: textField('comment', comments),
    text: textField('text', (i) => [
      i.fields['summary'],
      i.fields['description'],
      i.fields['environment'],
      ...comments(i),
    ]),
  };
}

function systemFields(jira: Jira, viewer: string | undefined): Record<string, JqlField> {
  const { state } = jira;
  const project: JqlField = {
    name: 'project',
    kind: 'choice',
    values: (i) => [i.projectId],
    resolve: (o) =>
      state.projects.find(
        (p) =>
          (p.id === o || lower(p.key) === lower(o) || lower(p.name) === lower(o)) &&
          can(jira, viewer, 'BROWSE_PROJECTS', p),
      )?.id,
  };
  const key: JqlField = {
    name: 'key',
    kind: 'key',
    values: (i) => [i.id],
    resolve: (o) => {
      const issue = issueByIdOrKey(jira, o);
      return issue && canOnIssue(jira, viewer, 'BROWSE_PROJECTS', issue) ? issue.id : undefined;
    },
    sortKey: (i) => Number(i.id),
  };
  const type: JqlField = {
    name: 'issuetype',
    kind: 'choice',
    values: (i) => [i.issueTypeId],
    resolve: byNameOrId(state.issueTypes),
  };
  const resolution: JqlField = {
    name: 'resolution',
    kind: 'choice',
    values: (i) => list(i.fields['resolution']),
    resolve: (o) => (lower(o) === 'unresolved' ? UNRESOLVED : byNameOrId(state.resolutions)(o)),
    historyId: 'resolution',
  };
  const priority: JqlField = {
    name: 'priority',
    kind: 'choice',
    values: (i) => list(i.fields['priority']),
    resolve: byNameOrId(state.priorities),
    historyId: 'priority',
    sortKey: (i) => -state.priorities.findIndex((p) => p.id === i.fields['priority']),
  };
  return {
    ...statusFields(jira),
    project,
    key,
    issuekey: key,
    issue: key,
    id: key,
    issuetype: type,
    type,
    worktype: type,
    resolution,
    priority,
    parent: { ...key, name: 'parent', values: (i) => list(i.fields['parent']) },
    ...contentFields(jira),
  };
}

/** What `resolution = Unresolved` compares with: the empty value. */
export const UNRESOLVED = '\u0000unresolved';

function customField(jira: Jira, field: FieldRecord): JqlField {
  const read = (issue: IssueRecord): unknown => issue.fields[field.id];
  const type = field.schema.type === 'array' ? field.schema.items : field.schema.type;
  if (type === 'user') return userField(jira, field.name, read);
  if (type === 'date' || type === 'datetime') return dateField(field.name, read);
  if (type === 'number') return { name: field.name, kind: 'number', values: (i) => list(read(i)) };
  if (type === 'option') {
    const options = () =>
      jira.state.fieldContexts.filter((c) => c.fieldId === field.id).flatMap((c) => c.options);
    return {
      name: field.name,
      kind: 'choice',
      values: (i) => list(read(i)),
      resolve: (operand) => options().find((o) => lower(o.value) === lower(operand) || o.id === operand)?.id,
    };
  }
  if (type === 'group') {
    return {
      name: field.name,
      kind: 'choice',
      values: (i) => list(read(i)),
      resolve: (o) => jira.state.groups.find((g) => g.groupId === o || lower(g.name) === lower(o))?.groupId,
    };
  }
  // String fields of Forge apps, text fields: searched with `~` only.
  return textField(field.name, (i) => (Array.isArray(read(i)) ? (read(i) as unknown[]) : [read(i)]));
}

/** Finds the field that a clause names. @throws JiraError 400 in Jira's words */
export function resolveField(jira: Jira, node: Field, viewer?: string): JqlField {
  const property = node.properties?.[0];
  if (property) return propertyField(jira, node.text, property);
  const name = node.value;
  const cf = /^cf\[(\d+)\]$/i.exec(name);
  const custom = cf
    ? byId(jira.state.fields, `customfield_${cf[1] ?? ''}`)
    : jira.state.fields.find((f) => f.custom && (lower(f.name) === lower(name) || f.id === name));
  const found = Object.entries(systemFields(jira, viewer)).find(
    ([key]) => key === lower(name).replaceAll(/[ -]/g, ''),
  )?.[1];
  const field =
    (cf ? undefined : (found ?? aliasField(jira, name))) ?? (custom ? customField(jira, custom) : undefined);
  if (!field) throw badRequest(`Field '${name}' does not exist or you do not have permission to view it.`);
  return field;
}
