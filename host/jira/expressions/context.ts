import { adfText } from '../adf';
import type { IssueRecord, ProjectRecord } from '../entities';
import { byId, issueByIdOrKey, mustById, userById, type Jira } from '../store';
import { ExpressionObject } from './members';

/** `user`: null for anonymous callers. */
export function expressionUser(jira: Jira, accountId: unknown): ExpressionObject | null {
  const user = typeof accountId === 'string' ? userById(jira, accountId) : undefined;
  if (!user) return null;
  return new ExpressionObject('User', {
    accountId: () => user.accountId,
    displayName: () => user.displayName,
    accountType: () => user.accountType,
    active: () => user.active,
    groups: () => jira.state.groups.filter((g) => user.groupIds.includes(g.groupId)).map((g) => g.name),
    groupIds: () => user.groupIds,
    timeZone: () => 'Etc/UTC',
    locale: () => 'en_US',
  });
}

/** `project`. */
export const expressionProject = (_jira: Jira, project: ProjectRecord): ExpressionObject =>
  new ExpressionObject('Project', {
    id: () => Number(project.id),
    key: () => project.key,
    name: () => project.name,
    projectTypeKey: () => project.projectTypeKey,
    style: () => 'classic',
    properties: () => ({}),
  });

const named = (
  type: string,
  record: { id: string; name: string },
  more: Record<string, () => unknown> = {},
) => new ExpressionObject(type, { id: () => Number(record.id), name: () => record.name, ...more });

const CATEGORY = {
  TODO: ['new', 'To Do'],
  IN_PROGRESS: ['indeterminate', 'In Progress'],
  DONE: ['done', 'Done'],
} as const;

function status(jira: Jira, id: string): ExpressionObject {
  const record = mustById(jira.state.statuses, id);
  const [key, name] = CATEGORY[record.category];
  return named('Status', record, {
    category: () => new ExpressionObject('StatusCategory', { key: () => key, name: () => name }),
  });
}

/** What `issue.<custom field>` gives. */
function customValue(jira: Jira, issue: IssueRecord, name: string): unknown {
  const field = jira.state.fields.find((f) => f.custom && (f.id === name || f.key === name));
  if (!field) return undefined;
  const value = issue.fields[field.id] ?? null;
  const one = (type: string | undefined, item: unknown): unknown => {
    if (item === null) return null;
    if (type === 'user') return expressionUser(jira, item);
    if (type === 'date' || type === 'datetime') return new Date((item as string).replace(/\+0000$/, 'Z'));
    if (type === 'option') {
      const option = jira.state.fieldContexts.flatMap((c) => c.options).find((o) => o.id === item);
      return option ? { id: Number(option.id), value: option.value } : null;
    }
    if (type === 'group') return jira.state.groups.find((g) => g.groupId === item) ?? null;
    return typeof item === 'object' ? { plainText: adfText(item), ...item } : item;
  };
  if (Array.isArray(value)) return value.map((item: unknown) => one(field.schema.items, item));
  return one(field.schema.type, value);
}

const richText = (value: unknown): unknown =>
  value === null || value === undefined ? null : { plainText: adfText(value), value: adfText(value) };

/** `issue`; properties, people and fields are read when the expression asks for them. */
export function expressionIssue(jira: Jira, issue: IssueRecord): ExpressionObject {
  const field = (id: string): unknown => issue.fields[id] ?? null;
  const namedField = (id: string, records: readonly { id: string; name: string }[], type: string) => () => {
    const record = byId(records, String(field(id)));
    return record ? named(type, record) : null;
  };
  return new ExpressionObject(
    'Issue',
    {
      id: () => Number(issue.id),
      key: () => issue.key,
      summary: () => field('summary'),
      description: () => richText(field('description')),
      environment: () => richText(field('environment')),
      status: () => status(jira, issue.statusId),
      project: () => expressionProject(jira, mustById(jira.state.projects, issue.projectId)),
      issueType: () => named('IssueType', mustById(jira.state.issueTypes, issue.issueTypeId)),
      reporter: () => expressionUser(jira, field('reporter')),
      assignee: () => expressionUser(jira, field('assignee')),
      creator: () => expressionUser(jira, issue.creatorId),
      priority: namedField('priority', jira.state.priorities, 'Priority'),
      resolution: namedField('resolution', jira.state.resolutions, 'Resolution'),
      labels: () => field('labels') ?? [],
      created: () => new Date(issue.created),
      updated: () => new Date(issue.updated),
      properties: () => issue.properties,
      parent: () => {
        const parent =
          typeof field('parent') === 'string' ? issueByIdOrKey(jira, String(field('parent'))) : undefined;
        return parent ? expressionIssue(jira, parent) : null;
      },
      comments: () =>
        issue.comments.map(
          (c) =>
            new ExpressionObject('Comment', {
              id: () => Number(c.id),
              author: () => expressionUser(jira, c.authorId),
              body: () => richText(c.body),
              created: () => new Date(c.created),
            }),
        ),
      changelogs: () =>
        issue.histories.toReversed().map((h) => ({
          author: expressionUser(jira, h.authorId),
          created: new Date(h.created),
          items: h.items.map((i) => ({
            field: i.field,
            fieldId: i.fieldId,
            from: i.from,
            fromString: i.fromText,
            to: i.to,
            ['toString']: i.toText,
          })),
        })),
    },
    (name) => customValue(jira, issue, name),
  );
}

/** `transition` of workflow rules. */
export const expressionTransition = (
  jira: Jira,
  transition: { id: string; name: string; toStatusId: string },
  fromStatusId: string,
): ExpressionObject =>
  new ExpressionObject('Transition', {
    id: () => Number(transition.id),
    name: () => transition.name,
    from: () => status(jira, fromStatusId),
    to: () => status(jira, transition.toStatusId),
  });
