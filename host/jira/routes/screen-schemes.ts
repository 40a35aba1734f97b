import * as v from 'valibot';
import { requireAdmin } from '../access';
import type { IssueTypeScreenSchemeRecord, ScreenSchemeRecord } from '../entities';
import { badRequest, JiraError, notFound } from '../errors';
import { created, idText, noContent, page, queryList, route, type Call, type Route } from '../http';
import { byId, nextId, type Jira } from '../store';

/** The scheme that Jira gives to projects without another. */
const DEFAULT_TYPED = '1';

const screensBody = v.looseObject({
  default: idText,
  create: v.optional(idText),
  edit: v.optional(idText),
  view: v.optional(idText),
});

const formatScreens = (screens: ScreenSchemeRecord['screens']) =>
  Object.fromEntries(Object.entries(screens).map(([operation, id]) => [operation, Number(id)]));

function checkScreens(jira: Jira, body: v.InferOutput<typeof screensBody>): ScreenSchemeRecord['screens'] {
  const screens = {
    default: body.default,
    ...(body.create === undefined ? {} : { create: body.create }),
    ...(body.edit === undefined ? {} : { edit: body.edit }),
    ...(body.view === undefined ? {} : { view: body.view }),
  };
  const missing = Object.values(screens).find((id) => !byId(jira.state.screens, id));
  if (missing !== undefined) throw notFound(`The screen with id ${missing} was not found.`);
  return screens;
}

async function createScheme(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const body = await call.body(
    v.looseObject({ name: v.string(), description: v.optional(v.string(), ''), screens: screensBody }),
  );
  if (call.jira.state.screenSchemes.some((s) => s.name === body.name))
    throw badRequest('The screen scheme name is used by another screen scheme.');
  const screens = checkScreens(call.jira, body.screens);
  const id = nextId(call.jira, 'screenscheme');
  call.jira.state.screenSchemes.push({ id, name: body.name, description: body.description, screens });
  return created({ id: Number(id) });
}

async function updateScheme(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const scheme = byId(call.jira.state.screenSchemes, call.param('screenSchemeId'));
  if (!scheme) throw notFound('The screen scheme was not found.');
  const body = await call.body(
    v.looseObject({
      name: v.optional(v.string()),
      description: v.optional(v.string()),
      screens: v.optional(screensBody),
    }),
  );
  scheme.name = body.name ?? scheme.name;
  scheme.description = body.description ?? scheme.description;
  if (body.screens) scheme.screens = checkScreens(call.jira, body.screens);
  return noContent();
}

function schemes(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const ids = queryList(call, 'id');
  const query = (call.query.get('queryString') ?? '').toLowerCase();
  const found = call.jira.state.screenSchemes.filter(
    (s) => (ids.length === 0 || ids.includes(s.id)) && s.name.toLowerCase().includes(query),
  );
  return page(
    call,
    found,
    (s) => ({
      id: Number(s.id),
      name: s.name,
      description: s.description,
      screens: formatScreens(s.screens),
    }),
    25,
  );
}

const mappingsBody = v.array(v.looseObject({ issueTypeId: v.string(), screenSchemeId: idText }));

function checkMappings(jira: Jira, mappings: v.InferOutput<typeof mappingsBody>): void {
  for (const { issueTypeId, screenSchemeId } of mappings) {
    if (issueTypeId !== 'default' && !byId(jira.state.issueTypes, issueTypeId))
      throw notFound(`The issue type ${issueTypeId} was not found.`);
    if (!byId(jira.state.screenSchemes, screenSchemeId))
      throw notFound(`The screen scheme ${screenSchemeId} was not found.`);
  }
}

async function createTyped(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const { jira } = call;
  const body = await call.body(
    v.looseObject({
      name: v.string(),
      description: v.optional(v.string(), ''),
      issueTypeMappings: mappingsBody,
    }),
  );
  if (jira.state.issueTypeScreenSchemes.some((s) => s.name === body.name))
    throw new JiraError(409, ['The name is used by another issue type screen scheme.']);
  checkMappings(jira, body.issueTypeMappings);
  const mappings = Object.fromEntries(body.issueTypeMappings.map((m) => [m.issueTypeId, m.screenSchemeId]));
  if (!('default' in mappings)) throw badRequest("A mapping for the issue type id 'default' is required.");
  const id = nextId(jira, 'issuetypescreenscheme');
  jira.state.issueTypeScreenSchemes.push({ id, name: body.name, description: body.description, mappings });
  return created({ id });
}

function findTyped(call: Call, id: string): IssueTypeScreenSchemeRecord {
  requireAdmin(call.jira, call.viewer);
  const scheme = byId(call.jira.state.issueTypeScreenSchemes, id);
  if (!scheme) throw notFound('The issue type screen scheme was not found.');
  return scheme;
}

async function addMappings(call: Call): Promise<Response> {
  const scheme = findTyped(call, call.param('issueTypeScreenSchemeId'));
  const { issueTypeMappings } = await call.body(v.looseObject({ issueTypeMappings: mappingsBody }));
  checkMappings(call.jira, issueTypeMappings);
  for (const { issueTypeId, screenSchemeId } of issueTypeMappings)
    scheme.mappings[issueTypeId] = screenSchemeId;
  return noContent();
}

async function assign(call: Call): Promise<Response> {
  const body = await call.body(v.looseObject({ issueTypeScreenSchemeId: idText, projectId: idText }));
  const scheme = findTyped(call, body.issueTypeScreenSchemeId);
  const project = byId(call.jira.state.projects, body.projectId);
  if (!project) throw notFound('The project was not found.');
  project.issueTypeScreenSchemeId = scheme.id;
  return noContent();
}

const formatTyped = ({ id, name, description }: IssueTypeScreenSchemeRecord) => ({ id, name, description });

function typed(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const ids = queryList(call, 'id');
  const query = (call.query.get('queryString') ?? '').toLowerCase();
  return page(
    call,
    call.jira.state.issueTypeScreenSchemes.filter(
      (s) => (ids.length === 0 || ids.includes(s.id)) && s.name.toLowerCase().includes(query),
    ),
    formatTyped,
  );
}

function typedMappings(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const ids = queryList(call, 'issueTypeScreenSchemeId');
  const rows = call.jira.state.issueTypeScreenSchemes
    .filter((s) => ids.length === 0 || ids.includes(s.id))
    .flatMap((s) =>
      Object.entries(s.mappings).map(([issueTypeId, screenSchemeId]) => ({
        issueTypeScreenSchemeId: s.id,
        issueTypeId,
        screenSchemeId,
      })),
    );
  return page(call, rows, (row) => row);
}

function byProject(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const ids = queryList(call, 'projectId');
  const rows = call.jira.state.issueTypeScreenSchemes
    .map((s) => ({
      issueTypeScreenScheme: formatTyped(s),
      projectIds: call.jira.state.projects
        .filter((p) => p.issueTypeScreenSchemeId === s.id && ids.includes(p.id))
        .map((p) => p.id),
    }))
    .filter((row) => row.projectIds.length > 0);
  return page(call, rows, (row) => row);
}

function removeScheme(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const { state } = call.jira;
  const scheme = byId(state.screenSchemes, call.param('screenSchemeId'));
  if (!scheme) throw notFound('The screen scheme was not found.');
  if (state.issueTypeScreenSchemes.some((other) => Object.values(other.mappings).includes(scheme.id)))
    throw badRequest('The screen scheme cannot be deleted as it is in use in an issue type screen scheme.');
  state.screenSchemes = state.screenSchemes.filter((other) => other !== scheme);
  return noContent();
}

function removeTyped(call: Call): Response {
  const scheme = findTyped(call, call.param('issueTypeScreenSchemeId'));
  const { state } = call.jira;
  if (scheme.id === DEFAULT_TYPED)
    throw badRequest('The default issue type screen scheme cannot be deleted.');
  if (state.projects.some((project) => project.issueTypeScreenSchemeId === scheme.id))
    throw badRequest(
      'The issue type screen scheme cannot be deleted because it is assigned to one or more projects.',
    );
  state.issueTypeScreenSchemes = state.issueTypeScreenSchemes.filter((other) => other !== scheme);
  return noContent();
}

async function removeMappings(call: Call): Promise<Response> {
  const scheme = findTyped(call, call.param('issueTypeScreenSchemeId'));
  const { issueTypeIds } = await call.body(v.looseObject({ issueTypeIds: v.array(v.string()) }));
  if (new Set(issueTypeIds).size < issueTypeIds.length)
    throw badRequest('The issueTypeIds must not contain duplicates.');
  if (issueTypeIds.includes('default')) throw badRequest('The default mapping cannot be removed.');
  if (issueTypeIds.some((id) => !Object.hasOwn(scheme.mappings, id)))
    throw notFound('The issue type mappings were not found in the issue type screen scheme.');
  for (const id of issueTypeIds) delete scheme.mappings[id];
  return noContent();
}

/** Screen schemes and issue type screen schemes. */
export const screenSchemeRoutes: readonly Route[] = [
  route('GET', '/screenscheme', schemes),
  route('POST', '/screenscheme', createScheme),
  route('PUT', '/screenscheme/{screenSchemeId}', updateScheme),
  route('DELETE', '/screenscheme/{screenSchemeId}', removeScheme),
  route('GET', '/issuetypescreenscheme', typed),
  route('POST', '/issuetypescreenscheme', createTyped),
  route('GET', '/issuetypescreenscheme/mapping', typedMappings),
  route('GET', '/issuetypescreenscheme/project', byProject),
  route('PUT', '/issuetypescreenscheme/project', assign),
  route('DELETE', '/issuetypescreenscheme/{issueTypeScreenSchemeId}', removeTyped),
  route('PUT', '/issuetypescreenscheme/{issueTypeScreenSchemeId}/mapping', addMappings),
  route('POST', '/issuetypescreenscheme/{issueTypeScreenSchemeId}/mapping/remove', removeMappings),
];
