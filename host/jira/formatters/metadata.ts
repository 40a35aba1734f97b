import type { FieldRecord, IssueRecord, ProjectRecord } from '../entities';
import { inContext, screenFieldIds } from '../field-input';
import { byId, mustById, selfLink, type Jira } from '../store';
import { formatNamed } from './issue';
import { formatIssueType, formatProjectRef, issueTypesOf } from './project';

function allowedValues(jira: Jira, field: FieldRecord, project: ProjectRecord): unknown[] | undefined {
  const type = field.schema.type === 'array' ? field.schema.items : field.schema.type;
  if (type === 'priority') return jira.state.priorities.map((p) => formatNamed(jira, 'priority', p));
  if (type === 'resolution') return jira.state.resolutions.map((r) => formatNamed(jira, 'resolution', r));
  if (type === 'issuetype') return issueTypesOf(jira, project).map((t) => formatIssueType(jira, t));
  if (type === 'project') return [formatProjectRef(jira, project)];
  if (type === 'option') {
    return jira.state.fieldContexts
      .filter((c) => c.fieldId === field.id)
      .flatMap((c) => c.options)
      .map((o) => ({ self: selfLink(jira, `customFieldOption/${o.id}`), id: o.id, value: o.value }));
  }
  return undefined;
}

/** Metadata of one field on a screen (`FieldMetadata`). */
function oneFieldMetadata(jira: Jira, project: ProjectRecord, field: FieldRecord, required: boolean) {
  const values = allowedValues(jira, field, project);
  return {
    required,
    schema: field.schema,
    name: field.name,
    key: field.key,
    hasDefaultValue: field.id === 'priority',
    operations: field.schema.type === 'array' ? ['add', 'set', 'remove'] : ['set'],
    ...(values ? { allowedValues: values } : {}),
    ...(field.schema.type === 'user' ? { autoCompleteUrl: selfLink(jira, `user/search?query=`) } : {}),
  };
}

/** Metadata of the fields on a screen, by id; those out of context are left out. */
export function fieldMetadata(
  jira: Jira,
  issue: { projectId: string; issueTypeId: string },
  fieldIds: readonly string[],
  required: readonly string[],
): Record<string, unknown> {
  const project = mustById(jira.state.projects, issue.projectId);
  const entries = fieldIds.flatMap((id) => {
    const field = byId(jira.state.fields, id);
    if (!field || !inContext(jira, field, project, issue.issueTypeId)) return [];
    return [[id, oneFieldMetadata(jira, project, field, required.includes(id))] as const];
  });
  return Object.fromEntries(entries);
}

/** Metadata of the edit screen of an issue (`IssueUpdateMetadata`). */
export function editMetadata(jira: Jira, issue: IssueRecord) {
  const project = mustById(jira.state.projects, issue.projectId);
  const ids = screenFieldIds(jira, project, issue.issueTypeId, 'edit').filter(
    (id) => byId(jira.state.fields, id)?.forge?.readOnly !== true,
  );
  return { fields: fieldMetadata(jira, issue, ids, ['summary']) };
}
