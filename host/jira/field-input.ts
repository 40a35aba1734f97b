import * as v from 'valibot';
import { can } from './access';
import { adfText, isAdf, MAX_TEXT } from './adf';
import type { FieldRecord, IssueRecord, NamedRecord, ProjectRecord } from './entities';
import { badField } from './errors';
import { byId, issueByIdOrKey, mustById, userById, type Jira } from './store';

const reference = v.object({
  id: v.optional(v.union([v.string(), v.number()])),
  accountId: v.optional(v.nullable(v.string())),
  name: v.optional(v.string()),
  value: v.optional(v.string()),
  key: v.optional(v.string()),
  groupId: v.optional(v.string()),
});

/** Long text custom field types take documents; all others take plain strings. */
const ADF_CUSTOM = 'com.atlassian.jira.plugin.system.customfieldtypes:textarea';

/** Whether values of this field are Atlassian Documents. */
const takesAdf = (field: FieldRecord): boolean =>
  field.id === 'description' || field.id === 'environment' || field.schema.custom === ADF_CUSTOM;

function parseReference(field: FieldRecord, input: unknown): v.InferOutput<typeof reference> {
  const parsed = v.safeParse(reference, input);
  if (!parsed.success) throw badField(field.id, `Specify a valid value for ${field.name}`);
  return parsed.output;
}

function parseUser(jira: Jira, field: FieldRecord, input: unknown, project: ProjectRecord): string | null {
  const ref = parseReference(field, input);
  const accountId = ref.accountId ?? (ref.id === undefined ? null : String(ref.id));
  if (accountId === null) return null;
  const user = userById(jira, accountId);
  if (!user) throw badField(field.id, `Specify a valid value for ${field.id}`);
  if (field.id === 'assignee' && !can(jira, accountId, 'ASSIGNABLE_USER', project)) {
    throw badField('assignee', `User '${accountId}' cannot be assigned issues.`);
  }
  return accountId;
}

function parseNamed(field: FieldRecord, records: readonly NamedRecord[], input: unknown): string {
  const ref = parseReference(field, input);
  const record = records.find(
    (r) => (ref.id !== undefined && r.id === String(ref.id)) || r.name === ref.name,
  );
  if (!record) throw badField(field.id, `${field.name} '${String(ref.id ?? ref.name)}' is not valid`);
  return record.id;
}

function parseOption(jira: Jira, field: FieldRecord, input: unknown): string {
  const ref = parseReference(field, input);
  const options = jira.state.fieldContexts.filter((c) => c.fieldId === field.id).flatMap((c) => c.options);
  const option = options.find(
    (o) => o.id === String(ref.id) || (ref.value !== undefined && o.value === ref.value),
  );
  if (!option) throw badField(field.id, `Specify a valid 'id' or 'name' for ${field.name}`);
  return option.id;
}

function parseString(field: FieldRecord, input: unknown): unknown {
  if (takesAdf(field)) {
    if (!isAdf(input)) {
      throw badField(
        field.id,
        'Operation value must be an Atlassian Document (see the Atlassian Document Format)',
      );
    }
    if (adfText(input).length > MAX_TEXT) {
      throw badField(
        field.id,
        'The entered text is too long. It exceeds the allowed limit of 32,767 characters.',
      );
    }
    return input;
  }
  if (typeof input !== 'string') throw badField(field.id, 'Operation value must be a string');
  if (field.id === 'summary') {
    if (input.trim() === '') throw badField('summary', 'You must specify a summary of the issue.');
    if (/[\r\n]/.test(input)) {
      throw badField('summary', 'The summary is invalid because it contains newline characters.');
    }
  }
  if (input.length > 255) throw badField(field.id, `${field.name} can't exceed 255 characters.`);
  return input;
}

function parseLabels(field: FieldRecord, input: unknown): string[] {
  if (!Array.isArray(input)) throw badField(field.id, 'data was not an array');
  return [
    ...new Set(
      input.map((label: unknown) => {
        if (typeof label !== 'string') throw badField(field.id, 'string expected at index 0');
        if (/\s/.test(label))
          throw badField(field.id, `The label '${label}' contains spaces which is invalid.`);
        return label;
      }),
    ),
  ];
}

function parseDate(field: FieldRecord, input: unknown): string {
  const pattern = field.schema.type === 'date' ? /^\d{4}-\d\d-\d\d$/ : /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
  if (
    typeof input !== 'string' ||
    !pattern.test(input) ||
    Number.isNaN(Date.parse(input.replace(/\+0000$/, 'Z')))
  ) {
    throw badField(
      field.id,
      field.schema.type === 'date'
        ? `Error parsing date string: ${String(input)}`
        : "Operation value must be a string in the format 'yyyy-MM-dd'T'HH:mm:ss.SSSZ'",
    );
  }
  return input;
}

function parseParent(jira: Jira, field: FieldRecord, input: unknown): string {
  const ref = parseReference(field, input);
  const parent = issueByIdOrKey(jira, String(ref.id ?? ref.key ?? ''));
  if (!parent) throw badField('parent', 'Could not find issue by id or key.');
  return parent.id;
}

/**
 * Parses one field value as given by a client into what the store keeps; null clears the field.
 * @throws JiraError 400 with a message for the field.
 */
export function parseFieldInput(
  jira: Jira,
  field: FieldRecord,
  input: unknown,
  project: ProjectRecord,
): unknown {
  if (input === null || input === undefined) {
    if (field.id === 'summary') throw badField('summary', 'You must specify a summary of the issue.');
    if (field.id === 'reporter') throw badField('reporter', 'Reporter is required.');
    return null;
  }
  const { type, items } = field.schema;
  if (type === 'array' && items !== 'string') {
    if (!Array.isArray(input)) throw badField(field.id, 'data was not an array');
    return input.map((item: unknown) => parseOne(jira, field, items ?? 'string', item, project));
  }
  return parseOne(jira, field, type === 'array' ? 'labels' : type, input, project);
}

function parseOne(
  jira: Jira,
  field: FieldRecord,
  type: string,
  input: unknown,
  project: ProjectRecord,
): unknown {
  switch (type) {
    case 'user':
      return parseUser(jira, field, input, project);
    case 'group': {
      const ref = parseReference(field, input);
      const group = jira.state.groups.find((g) => g.groupId === ref.groupId || g.name === ref.name);
      if (!group) throw badField(field.id, `Could not find group with name '${String(ref.name)}'`);
      return group.groupId;
    }
    case 'priority':
      return parseNamed(field, jira.state.priorities, input);
    case 'resolution':
      return parseNamed(field, jira.state.resolutions, input);
    case 'option':
      return parseOption(jira, field, input);
    case 'labels':
      return parseLabels(field, input);
    case 'number':
      if (typeof input !== 'number' || !Number.isFinite(input))
        throw badField(field.id, 'Operation value must be a number');
      return input;
    case 'date':
    case 'datetime':
      return parseDate(field, input);
    case 'issuelink':
      return parseParent(jira, field, input);
    case 'object':
      if (typeof input !== 'object') throw badField(field.id, 'Operation value must be an object');
      return input;
    default:
      return parseString(field, input);
  }
}

/** A stored value as changelog text: `[id, text]`. */
export function changeText(jira: Jira, field: FieldRecord, value: unknown): [string | null, string | null] {
  if (value === null || value === undefined) return [null, null];
  if (Array.isArray(value))
    return [null, value.map((item: unknown) => changeText(jira, field, item)[1]).join(' ')];
  if (typeof value === 'object') return [null, takesAdf(field) ? adfText(value) : JSON.stringify(value)];
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const type = field.schema.type === 'array' ? field.schema.items : field.schema.type;
  if (type === 'user') return [text, userById(jira, text)?.displayName ?? text];
  if (type === 'priority') return [text, mustById(jira.state.priorities, text).name];
  if (type === 'resolution') return [text, byId(jira.state.resolutions, text)?.name ?? text];
  if (type === 'option') {
    return [
      text,
      jira.state.fieldContexts.flatMap((c) => c.options).find((o) => o.id === text)?.value ?? text,
    ];
  }
  return [null, text];
}

/** Whether a custom field applies to the issue: some context covers its project and issue type. */
export function inContext(
  jira: Jira,
  field: FieldRecord,
  project: ProjectRecord,
  issueTypeId: string,
): boolean {
  if (!field.custom) return true;
  return jira.state.fieldContexts.some(
    (context) =>
      context.fieldId === field.id &&
      (context.projectIds.length === 0 || context.projectIds.includes(project.id)) &&
      (context.issueTypeIds.length === 0 || context.issueTypeIds.includes(issueTypeId)),
  );
}

/** Fields on the screen for an operation, by the project's schemes. */
export function screenFieldIds(
  jira: Jira,
  project: ProjectRecord,
  issueTypeId: string,
  operation: 'create' | 'edit' | 'view',
): string[] {
  const scheme = mustById(jira.state.issueTypeScreenSchemes, project.issueTypeScreenSchemeId);
  const screens = mustById(
    jira.state.screenSchemes,
    scheme.mappings[issueTypeId] ?? scheme.mappings['default'] ?? '1',
  );
  const screen = mustById(jira.state.screens, screens.screens[operation] ?? screens.screens.default);
  return screen.tabs.flatMap((tab) => tab.fieldIds);
}

/** Refuses a field that is not on the screen, unknown or read-only, in Jira's words. */
export function requireOnScreen(
  jira: Jira,
  fieldId: string,
  screen: readonly string[],
  issue: { project: ProjectRecord; issueTypeId: string },
): FieldRecord {
  const field = byId(jira.state.fields, fieldId);
  if (
    !field ||
    !screen.includes(fieldId) ||
    field.forge?.readOnly === true ||
    !inContext(jira, field, issue.project, issue.issueTypeId)
  ) {
    throw badField(
      fieldId,
      `Field '${fieldId}' cannot be set. It is not on the appropriate screen, or unknown.`,
    );
  }
  return field;
}

/** Applies `update` operations (`set`, `add`, `remove`) to a stored value and returns the client-side value to parse. */
export function applyOperations(current: unknown, operations: readonly Record<string, unknown>[]): unknown {
  let value: unknown = current;
  for (const operation of operations) {
    if ('set' in operation) value = operation['set'];
    const list: unknown[] = Array.isArray(value) ? value : [];
    if ('add' in operation) value = [...list, operation['add']];
    if ('remove' in operation)
      value = list.filter((item) => JSON.stringify(item) !== JSON.stringify(operation['remove']));
  }
  return value;
}

/** The issue fields whose values an `IssueRecord` keeps outside `fields`. */
export const isIntrinsic = (fieldId: string): boolean =>
  [
    'project',
    'issuetype',
    'status',
    'creator',
    'created',
    'updated',
    'statuscategorychangedate',
    'comment',
    'watches',
    'issuelinks',
    'resolutiondate',
  ].includes(fieldId);

/** The project and type an edit is checked against. */
export const editTarget = (jira: Jira, issue: IssueRecord) => ({
  project: mustById(jira.state.projects, issue.projectId),
  issueTypeId: issue.issueTypeId,
});
