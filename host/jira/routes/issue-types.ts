import * as v from 'valibot';
import { requireAdmin, visibleProject } from '../access';
import type { IssueTypeRecord, IssueTypeSchemeRecord } from '../entities';
import { badField, badRequest, JiraError, notFound } from '../errors';
import { formatIssueType, issueTypesOf } from '../formatters/project';
import { created, idText, noContent, ok, page, queryList, route, type Call, type Route } from '../http';
import { byId, nextId, type Jira } from '../store';

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

function remove(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const type = find(call);
  if (call.jira.state.issues.some((issue) => issue.issueTypeId === type.id)) {
    throw new JiraError(409, ['The issue type is in use; give an alternative issue type.']);
  }
  call.jira.state.issueTypes = call.jira.state.issueTypes.filter((other) => other !== type);
  for (const scheme of call.jira.state.issueTypeSchemes)
    scheme.issueTypeIds = scheme.issueTypeIds.filter((id) => id !== type.id);
  return noContent();
}

function ofProject(call: Call): Response {
  const project = visibleProject(call.jira, call.viewer, call.query.get('projectId') ?? '');
  return ok(issueTypesOf(call.jira, project).map((type) => formatIssueType(call.jira, type)));
}

const formatScheme = (scheme: IssueTypeSchemeRecord) => ({
  id: scheme.id,
  name: scheme.name,
  description: scheme.description,
  ...(scheme.defaultIssueTypeId === undefined ? {} : { defaultIssueTypeId: scheme.defaultIssueTypeId }),
  ...(scheme.isDefault ? { isDefault: true } : {}),
});

function findScheme(jira: Jira, id: string): IssueTypeSchemeRecord {
  const scheme = byId(jira.state.issueTypeSchemes, id);
  if (!scheme) throw notFound('The issue type scheme was not found.');
  return scheme;
}

const schemeBody = v.looseObject({
  name: v.string(),
  description: v.optional(v.string(), ''),
  issueTypeIds: v.array(v.string()),
  defaultIssueTypeId: v.optional(v.string()),
});

async function createScheme(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const { jira } = call;
  const body = await call.body(schemeBody);
  if (jira.state.issueTypeSchemes.some((s) => s.name === body.name))
    throw new JiraError(409, ['The scheme name is used by another scheme.']);
  checkTypes(jira, body.issueTypeIds);
  if (body.defaultIssueTypeId !== undefined && !body.issueTypeIds.includes(body.defaultIssueTypeId)) {
    throw badRequest('The default issue type must be one of the issue types of the scheme.');
  }
  const { name, description, issueTypeIds, defaultIssueTypeId } = body;
  const id = nextId(jira, 'issuetypescheme');
  jira.state.issueTypeSchemes.push({
    id,
    name,
    description,
    issueTypeIds,
    isDefault: false,
    ...(defaultIssueTypeId === undefined ? {} : { defaultIssueTypeId }),
  });
  return created({ issueTypeSchemeId: id });
}

function checkTypes(jira: Jira, ids: readonly string[]): void {
  if (ids.length === 0) throw badRequest('At least one issue type must be given.');
  if (new Set(ids).size !== ids.length) throw badRequest('The issue type ids must be unique.');
  if (ids.some((id) => !byId(jira.state.issueTypes, id))) throw notFound('The issue types were not found.');
}

async function addTypes(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const scheme = findScheme(call.jira, call.param('issueTypeSchemeId'));
  const { issueTypeIds } = await call.body(v.looseObject({ issueTypeIds: v.array(v.string()) }));
  checkTypes(call.jira, issueTypeIds);
  if (issueTypeIds.some((id) => scheme.issueTypeIds.includes(id)))
    throw badRequest('Some issue types are already in the scheme.');
  scheme.issueTypeIds.push(...issueTypeIds);
  return noContent();
}

async function assign(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const { jira } = call;
  const body = await call.body(v.looseObject({ issueTypeSchemeId: idText, projectId: idText }));
  const scheme = findScheme(jira, body.issueTypeSchemeId);
  const project = byId(jira.state.projects, body.projectId);
  if (!project) throw notFound('The project was not found.');
  const lost = jira.state.issues.some(
    (i) => i.projectId === project.id && !scheme.issueTypeIds.includes(i.issueTypeId),
  );
  if (lost) throw badRequest('The project has issues whose issue types are not in the scheme.');
  project.issueTypeSchemeId = scheme.id;
  return noContent();
}

function byProject(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const ids = queryList(call, 'projectId');
  const rows = call.jira.state.issueTypeSchemes
    .map((scheme) => ({
      issueTypeScheme: formatScheme(scheme),
      projectIds: call.jira.state.projects
        .filter((p) => p.issueTypeSchemeId === scheme.id && ids.includes(p.id))
        .map((p) => p.id),
    }))
    .filter((row) => row.projectIds.length > 0);
  return page(call, rows, (row) => row);
}

function schemes(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const ids = queryList(call, 'id');
  const query = (call.query.get('queryString') ?? '').toLowerCase();
  return page(
    call,
    call.jira.state.issueTypeSchemes.filter(
      (s) => (ids.length === 0 || ids.includes(s.id)) && s.name.toLowerCase().includes(query),
    ),
    formatScheme,
  );
}

function mapping(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const ids = queryList(call, 'issueTypeSchemeId');
  const rows = call.jira.state.issueTypeSchemes
    .filter((s) => ids.length === 0 || ids.includes(s.id))
    .flatMap((s) => s.issueTypeIds.map((issueTypeId) => ({ issueTypeSchemeId: s.id, issueTypeId })));
  return page(call, rows, (row) => row);
}

/** Issue types and their schemes. */
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
  route('GET', '/issuetypescheme', schemes),
  route('POST', '/issuetypescheme', createScheme),
  route('GET', '/issuetypescheme/mapping', mapping),
  route('GET', '/issuetypescheme/project', byProject),
  route('PUT', '/issuetypescheme/project', assign),
  route('PUT', '/issuetypescheme/{issueTypeSchemeId}/issuetype', addTypes),
];
