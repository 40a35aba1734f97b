import * as v from 'valibot';
import { requireAdmin } from '../access';
import type { FieldContextRecord } from '../entities';
import { badRequest, JiraError, notFound } from '../errors';
import { created, idText, noContent, ok, page, queryList, route, type Call, type Route } from '../http';
import { nextId, projectByIdOrKey, type Jira } from '../store';
import { customField } from './fields';

function contexts(call: Call): FieldContextRecord[] {
  const field = customField(call);
  const ids = queryList(call, 'contextId');
  return call.jira.state.fieldContexts.filter(
    (c) => c.fieldId === field.id && (ids.length === 0 || ids.includes(c.id)),
  );
}

const formatContext = (record: FieldContextRecord) => ({
  id: record.id,
  name: record.name,
  description: record.description,
  isGlobalContext: record.projectIds.length === 0,
  isAnyIssueType: record.issueTypeIds.length === 0,
});

function findContext(call: Call): FieldContextRecord {
  const found = contexts(call).find((c) => c.id === call.param('contextId'));
  if (!found) throw notFound('The custom field context was not found.');
  return found;
}

function checkTargets(jira: Jira, issueTypeIds: readonly string[], projectIds: readonly string[]): void {
  if (issueTypeIds.some((id) => !jira.state.issueTypes.some((t) => t.id === id)))
    throw notFound('The issue types were not found.');
  if (projectIds.some((id) => !projectByIdOrKey(jira, id))) throw notFound('The projects were not found.');
}

async function createContext(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const field = customField(call);
  const body = await call.body(
    v.looseObject({
      name: v.string(),
      description: v.optional(v.string(), ''),
      issueTypeIds: v.optional(v.array(v.string()), []),
      projectIds: v.optional(v.array(v.string()), []),
    }),
  );
  checkTargets(call.jira, body.issueTypeIds, body.projectIds);
  const clash = contexts(call).some(
    (c) =>
      (c.projectIds.length === 0 && body.projectIds.length === 0) ||
      c.projectIds.some((id) => body.projectIds.includes(id)),
  );
  if (clash)
    throw new JiraError(409, ['There is already a context for the selected projects or a global context.']);
  const record: FieldContextRecord = {
    id: nextId(call.jira, 'context'),
    fieldId: field.id,
    name: body.name,
    description: body.description,
    issueTypeIds: body.issueTypeIds,
    projectIds: body.projectIds,
    options: [],
  };
  call.jira.state.fieldContexts.push(record);
  return created({
    id: record.id,
    name: record.name,
    description: record.description,
    issueTypeIds: record.issueTypeIds,
    projectIds: record.projectIds,
  });
}

async function updateContext(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const record = findContext(call);
  const body = await call.body(
    v.looseObject({ name: v.optional(v.string()), description: v.optional(v.string()) }),
  );
  record.name = body.name ?? record.name;
  record.description = body.description ?? record.description;
  return noContent();
}

function deleteContext(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const record = findContext(call);
  call.jira.state.fieldContexts = call.jira.state.fieldContexts.filter((c) => c !== record);
  return noContent();
}

const issueTypeIds = v.looseObject({ issueTypeIds: v.array(v.string()) });
const projectIds = v.looseObject({ projectIds: v.array(v.string()) });

async function addIssueTypes(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const record = findContext(call);
  const body = await call.body(issueTypeIds);
  checkTargets(call.jira, body.issueTypeIds, []);
  record.issueTypeIds = [...new Set([...record.issueTypeIds, ...body.issueTypeIds])];
  return noContent();
}

async function removeIssueTypes(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const record = findContext(call);
  const body = await call.body(issueTypeIds);
  record.issueTypeIds = record.issueTypeIds.filter((id) => !body.issueTypeIds.includes(id));
  return noContent();
}

async function addProjects(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const record = findContext(call);
  const body = await call.body(projectIds);
  checkTargets(call.jira, [], body.projectIds);
  if (record.projectIds.length === 0) throw badRequest('The global context cannot be assigned to projects.');
  record.projectIds = [...new Set([...record.projectIds, ...body.projectIds])];
  return noContent();
}

function issueTypeMappings(call: Call): Response {
  const rows = contexts(call).flatMap((c): Record<string, unknown>[] =>
    c.issueTypeIds.length === 0
      ? [{ contextId: c.id, isAnyIssueType: true }]
      : c.issueTypeIds.map((issueTypeId) => ({ contextId: c.id, issueTypeId })),
  );
  return page(call, rows, (row) => row);
}

function projectMappings(call: Call): Response {
  const rows = contexts(call).flatMap((c): Record<string, unknown>[] =>
    c.projectIds.length === 0
      ? [{ contextId: c.id, isGlobalContext: true }]
      : c.projectIds.map((projectId) => ({ contextId: c.id, projectId })),
  );
  return page(call, rows, (row) => row);
}

async function addOptions(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const record = findContext(call);
  const body = await call.body(
    v.looseObject({
      options: v.array(v.looseObject({ value: v.string(), disabled: v.optional(v.boolean(), false) })),
    }),
  );
  if (body.options.some((o) => record.options.some((other) => other.value === o.value))) {
    throw badRequest('The option values must be unique within the context.');
  }
  const options = body.options.map(({ value, disabled }) => ({
    id: nextId(call.jira, 'option'),
    value,
    disabled,
  }));
  record.options.push(...options);
  return ok({ options });
}

async function updateOptions(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const record = findContext(call);
  const body = await call.body(
    v.looseObject({
      options: v.array(
        v.looseObject({ id: idText, value: v.optional(v.string()), disabled: v.optional(v.boolean()) }),
      ),
    }),
  );
  const options = body.options.map((change) => {
    const option = record.options.find((o) => o.id === change.id);
    if (!option) throw notFound('The custom field option was not found.');
    return Object.assign(option, {
      value: change.value ?? option.value,
      disabled: change.disabled ?? option.disabled,
    });
  });
  return ok({ options });
}

/** Contexts of custom fields: where they apply, and their options. */
export const fieldContextRoutes: readonly Route[] = [
  route('GET', '/field/{fieldId}/context', (call) => page(call, contexts(call), formatContext)),
  route('POST', '/field/{fieldId}/context', createContext),
  route('GET', '/field/{fieldId}/context/issuetypemapping', issueTypeMappings),
  route('GET', '/field/{fieldId}/context/projectmapping', projectMappings),
  route('PUT', '/field/{fieldId}/context/{contextId}', updateContext),
  route('DELETE', '/field/{fieldId}/context/{contextId}', deleteContext),
  route('PUT', '/field/{fieldId}/context/{contextId}/issuetype', addIssueTypes),
  route('POST', '/field/{fieldId}/context/{contextId}/issuetype/remove', removeIssueTypes),
  route('PUT', '/field/{fieldId}/context/{contextId}/project', addProjects),
  route('GET', '/field/{fieldId}/context/{contextId}/option', (call) =>
    page(call, findContext(call).options, (o) => o, 100),
  ),
  route('POST', '/field/{fieldId}/context/{contextId}/option', addOptions),
  route('PUT', '/field/{fieldId}/context/{contextId}/option', updateOptions),
];
