import * as v from 'valibot';
import { requireAdmin } from '../access';
import type { IssueTypeSchemeRecord } from '../entities';
import { badRequest, JiraError, notFound } from '../errors';
import { created, idText, noContent, page, queryList, route, type Call, type Route } from '../http';
import { byId, nextId, type Jira } from '../store';

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

/** Deletes a scheme; its projects get the default one. */
function removeScheme(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const { state } = call.jira;
  const scheme = findScheme(call.jira, call.param('issueTypeSchemeId'));
  const fallback = state.issueTypeSchemes.find((other) => other.isDefault);
  if (!fallback || scheme === fallback) throw badRequest("The default issue type scheme can't be removed.");
  for (const project of state.projects)
    if (project.issueTypeSchemeId === scheme.id) project.issueTypeSchemeId = fallback.id;
  state.issueTypeSchemes = state.issueTypeSchemes.filter((other) => other !== scheme);
  return noContent();
}

function removeType(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const { state } = call.jira;
  const scheme = findScheme(call.jira, call.param('issueTypeSchemeId'));
  const gone = call.param('issueTypeId');
  if (!scheme.issueTypeIds.includes(gone))
    throw notFound('The issue type was not found in the issue type scheme.');
  if (scheme.isDefault) throw badRequest("Can't remove issue types from the default issue type scheme.");
  const projects = state.projects.filter((p) => p.issueTypeSchemeId === scheme.id).map((p) => p.id);
  if (state.issues.some((i) => i.issueTypeId === gone && projects.includes(i.projectId)))
    throw badRequest("Can't remove an issue type that issues use.");
  const left = scheme.issueTypeIds.filter((id) => id !== gone);
  if (!left.some((id) => (byId(state.issueTypes, id)?.hierarchyLevel ?? -1) >= 0))
    throw badRequest("Can't remove the last standard issue type from the issue type scheme.");
  scheme.issueTypeIds = left;
  if (scheme.defaultIssueTypeId === gone) delete scheme.defaultIssueTypeId;
  return noContent();
}

/** Issue type schemes. */
export const issueTypeSchemeRoutes: readonly Route[] = [
  route('GET', '/issuetypescheme', schemes),
  route('POST', '/issuetypescheme', createScheme),
  route('GET', '/issuetypescheme/mapping', mapping),
  route('GET', '/issuetypescheme/project', byProject),
  route('PUT', '/issuetypescheme/project', assign),
  route('DELETE', '/issuetypescheme/{issueTypeSchemeId}', removeScheme),
  route('PUT', '/issuetypescheme/{issueTypeSchemeId}/issuetype', addTypes),
  route('DELETE', '/issuetypescheme/{issueTypeSchemeId}/issuetype/{issueTypeId}', removeType),
];
