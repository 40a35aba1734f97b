import * as v from 'valibot';
import { requireAdmin, visibleProject } from '../access';
import type { IssueRecord, IssueTypeRecord } from '../entities';
import { badField, badRequest, JiraError, notFound } from '../errors';
import { formatIssueType, issueTypesOf } from '../formatters/project';
import { created, noContent, ok, route, type Call, type Route } from '../http';
import { commitChanges, setIssueType } from '../issue-changes';
import { byId, mustById, nextId, type Jira } from '../store';
import { workflowOf } from '../workflow/engine';

const nameTaken = (jira: Jira, name: string, except?: IssueTypeRecord): boolean =>
  jira.state.issueTypes.some((type) => type !== except && type.name.toLowerCase() === name.toLowerCase());

function checkName(jira: Jira, name: string, except?: IssueTypeRecord): void {
  if (name.trim() === '' || name.length > 60)
    throw badField('name', 'The issue type name must have between 1 and 60 characters.');
  if (nameTaken(jira, name, except))
    throw new JiraError(409, [], { name: 'An issue type with this name already exists.' });
}

async function create(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const body = await call.body(
    v.looseObject({
      name: v.string(),
      description: v.optional(v.string(), ''),
      hierarchyLevel: v.optional(v.number()),
      type: v.optional(v.picklist(['subtask', 'standard'])),
    }),
  );
  checkName(call.jira, body.name);
  const hierarchyLevel = body.hierarchyLevel ?? (body.type === 'subtask' ? -1 : 0);
  if (![0, -1].includes(hierarchyLevel)) throw badRequest('The hierarchy level must be 0 or -1.');
  const type = {
    id: nextId(call.jira, 'issuetype'),
    name: body.name,
    description: body.description,
    hierarchyLevel,
  };
  call.jira.state.issueTypes.push(type);
  // New issue types join the default scheme (reference/forge-platform.md section 4).
  for (const scheme of call.jira.state.issueTypeSchemes)
    if (scheme.isDefault) scheme.issueTypeIds.push(type.id);
  return created(formatIssueType(call.jira, type));
}

function find(call: Call): IssueTypeRecord {
  const type = byId(call.jira.state.issueTypes, call.param('id'));
  if (!type) throw notFound('The issue type was not found.');
  return type;
}

async function update(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const type = find(call);
  const body = await call.body(
    v.looseObject({ name: v.optional(v.string()), description: v.optional(v.string()) }),
  );
  if (body.name !== undefined) checkName(call.jira, body.name, type);
  type.name = body.name ?? type.name;
  type.description = body.description ?? type.description;
  return ok(formatIssueType(call.jira, type));
}

/** The type that issues of a deleted type get. @throws JiraError 404, 409 or 400 as Jira documents them */
function alternative(call: Call, type: IssueTypeRecord, issues: readonly IssueRecord[]): IssueTypeRecord {
  const id = call.query.get('alternativeIssueTypeId');
  if (id === type.id)
    throw new JiraError(409, ['The alternative issue type must be another than the deleted one.']);
  const other = id === null ? undefined : byId(call.jira.state.issueTypes, id);
  if (!other) {
    throw notFound(
      id === null
        ? `The issue type is in use by ${issues.length} issues. Specify an alternative issue type.`
        : 'The alternative issue type was not found.',
    );
  }
  if (type.hierarchyLevel >= 0 && other.hierarchyLevel < 0)
    throw new JiraError(409, ['The alternative of a standard issue type cannot be a subtask.']);
  const fits = ({ projectId, statusId }: IssueRecord): boolean =>
    issueTypesOf(call.jira, mustById(call.jira.state.projects, projectId)).includes(other) &&
    workflowOf(call.jira, { projectId, issueTypeId: other.id }).statuses.some((s) => s.statusId === statusId);
  if (!issues.every(fits)) throw badRequest('Some issues cannot be updated with the alternative issue type.');
  return other;
}

/** Deletes a type; issues of it get the alternative, and schemes forget it. */
function remove(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const { jira } = call;
  const { state } = jira;
  const type = find(call);
  const issues = state.issues.filter((issue) => issue.issueTypeId === type.id);
  if (issues.length > 0) {
    const other = alternative(call, type, issues);
    for (const issue of issues) {
      const changed = setIssueType(jira, issue, other.id);
      if (changed) commitChanges(jira, issue, call.viewer ?? '', [changed]);
    }
  }
  state.issueTypes = state.issueTypes.filter((other) => other !== type);
  for (const scheme of state.issueTypeSchemes) {
    scheme.issueTypeIds = scheme.issueTypeIds.filter((id) => id !== type.id);
    if (scheme.defaultIssueTypeId === type.id) delete scheme.defaultIssueTypeId;
  }
  for (const scheme of state.workflowSchemes) delete scheme.issueTypeMappings[type.id];
  for (const scheme of state.issueTypeScreenSchemes) delete scheme.mappings[type.id];
  return noContent();
}

function ofProject(call: Call): Response {
  const project = visibleProject(call.jira, call.viewer, call.query.get('projectId') ?? '');
  return ok(issueTypesOf(call.jira, project).map((type) => formatIssueType(call.jira, type)));
}

/** Issue types. */
export const issueTypeRoutes: readonly Route[] = [
  route(
    'GET',
    '/issuetype',
    (call) => ok(call.jira.state.issueTypes.map((t) => formatIssueType(call.jira, t))),
    { anonymous: true },
  ),
  route('POST', '/issuetype', create),
  route('GET', '/issuetype/project', ofProject, { anonymous: true }),
  route('GET', '/issuetype/{id}', (call) => ok(formatIssueType(call.jira, find(call))), { anonymous: true }),
  route('PUT', '/issuetype/{id}', update),
  route('DELETE', '/issuetype/{id}', remove),
];
