import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { requireAdmin } from '../access';
import type { ProjectRecord } from '../entities';
import type { WorkflowSchemeRecord } from '../entities-workflow';
import { badRequest, JiraError, notFound } from '../errors';
import { formatScheme, formatSchemeRead } from '../formatters/workflow';
import {
  created,
  idText,
  noContent,
  ok,
  page,
  queryList,
  route,
  seeTask,
  type Call,
  type Route,
} from '../http';
import { commitChanges, setStatus } from '../issue-changes';
import { byId, issueByIdOrKey, mustById, nextId, type Jira } from '../store';
import { finishedTask, formatTask } from '../tasks';

/** The scheme that Jira gives to projects without another. */
const DEFAULT_SCHEME = '10000';

const schemeBody = v.looseObject({
  name: v.string(),
  description: v.optional(v.string(), ''),
  defaultWorkflow: v.optional(v.string()),
  issueTypeMappings: v.optional(v.record(v.string(), v.string()), {}),
});

function workflowByName(jira: Jira, name: string): string {
  const workflow = jira.state.workflows.find((w) => w.name === name);
  if (!workflow) throw badRequest(`The workflow '${name}' does not exist.`);
  return workflow.id;
}

async function create(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const { jira } = call;
  const body = await call.body(schemeBody);
  if (jira.state.workflowSchemes.some((s) => s.name === body.name))
    throw badRequest('The workflow scheme name is used by another workflow scheme.');
  const fallback = jira.state.workflows.find((w) => w.isDefault);
  const scheme: WorkflowSchemeRecord = {
    id: nextId(jira, 'workflowscheme'),
    name: body.name,
    description: body.description,
    defaultWorkflowId:
      body.defaultWorkflow === undefined || body.defaultWorkflow === 'jira'
        ? (fallback?.id ?? '')
        : workflowByName(jira, body.defaultWorkflow),
    issueTypeMappings: Object.fromEntries(
      Object.entries(body.issueTypeMappings).map(([type, name]) => {
        if (!byId(jira.state.issueTypes, type)) throw badRequest(`The issue type '${type}' does not exist.`);
        return [type, workflowByName(jira, name)];
      }),
    ),
    versionId: randomUUID(),
    versionNumber: 1,
  };
  jira.state.workflowSchemes.push(scheme);
  return created(formatScheme(jira, scheme));
}

function find(jira: Jira, id: string): WorkflowSchemeRecord {
  const scheme = byId(jira.state.workflowSchemes, id);
  if (!scheme) throw notFound('The workflow scheme was not found.');
  return scheme;
}

async function read(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const { jira } = call;
  const body = await call.body(
    v.looseObject({
      projectIds: v.nullish(v.array(v.string()), []),
      workflowSchemeIds: v.nullish(v.array(v.string()), []),
    }),
  );
  const wanted = new Set([
    ...body.workflowSchemeIds,
    ...body.projectIds.map((id) => byId(jira.state.projects, id)?.workflowSchemeId),
  ]);
  return ok(jira.state.workflowSchemes.filter((s) => wanted.has(s.id)).map((s) => formatSchemeRead(jira, s)));
}

function byProject(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const ids = queryList(call, 'projectId');
  const values = call.jira.state.workflowSchemes
    .map((s) => ({
      projectIds: call.jira.state.projects
        .filter((p) => p.workflowSchemeId === s.id && ids.includes(p.id))
        .map((p) => p.id),
      workflowScheme: formatScheme(call.jira, s),
    }))
    .filter((row) => row.projectIds.length > 0);
  return ok({ values });
}

async function assign(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const { jira } = call;
  const body = await call.body(
    v.looseObject({ workflowSchemeId: v.optional(idText, DEFAULT_SCHEME), projectId: idText }),
  );
  const scheme = find(jira, body.workflowSchemeId);
  const project = byId(jira.state.projects, body.projectId);
  if (!project) throw notFound('The project was not found.');
  if (jira.state.issues.some((issue) => issue.projectId === project.id)) {
    throw badRequest('The workflow scheme can only be assigned to a project without issues.');
  }
  project.workflowSchemeId = scheme.id;
  return noContent();
}

const statusMappings = v.array(v.looseObject({ oldStatusId: v.string(), newStatusId: v.string() }));
const typeMappings = v.nullish(v.array(v.looseObject({ issueTypeId: v.string(), statusMappings })), []);
type TypeMappings = v.InferOutput<typeof typeMappings>;

/** Plans where issues of the projects go when their workflows change; refuses what is not mapped. */
function plan(
  jira: Jira,
  projects: readonly ProjectRecord[],
  next: Pick<WorkflowSchemeRecord, 'defaultWorkflowId' | 'issueTypeMappings'>,
  mappings: TypeMappings,
) {
  const moves: { issueId: string; statusId: string }[] = [];
  for (const issue of jira.state.issues.filter((i) => projects.some((p) => p.id === i.projectId))) {
    const workflow = mustById(
      jira.state.workflows,
      next.issueTypeMappings[issue.issueTypeId] ?? next.defaultWorkflowId,
    );
    if (workflow.statuses.some((s) => s.statusId === issue.statusId)) continue;
    const target = mappings
      .find((m) => m.issueTypeId === issue.issueTypeId)
      ?.statusMappings.find((m) => m.oldStatusId === issue.statusId);
    if (!target) {
      const name = mustById(jira.state.statuses, issue.statusId).name;
      throw badRequest(
        `Issues of type ${issue.issueTypeId} are in the status '${name}', which the new workflow does not have. Give a status mapping.`,
      );
    }
    moves.push({ issueId: issue.id, statusId: target.newStatusId });
  }
  return moves;
}

function migrate(call: Call, moves: ReturnType<typeof plan>): void {
  for (const { issueId, statusId } of moves) {
    const issue = issueByIdOrKey(call.jira, issueId);
    const moved = issue && setStatus(call.jira, issue, statusId);
    if (moved) commitChanges(call.jira, issue, call.viewer ?? '', [moved]);
  }
}

const updateBody = v.looseObject({
  id: v.string(),
  name: v.string(),
  description: v.string(),
  version: v.object({ id: v.string(), versionNumber: v.number() }),
  defaultWorkflowId: v.nullish(v.string()),
  workflowsForIssueTypes: v.nullish(
    v.array(v.looseObject({ workflowId: v.string(), issueTypeIds: v.array(v.string()) })),
    [],
  ),
  statusMappingsByIssueTypeOverride: typeMappings,
});

async function update(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const { jira } = call;
  const body = await call.body(updateBody);
  const scheme = find(jira, body.id);
  if (scheme.versionId !== body.version.id || scheme.versionNumber !== body.version.versionNumber) {
    throw new JiraError(409, [
      'The workflow scheme has been modified by another user. Reload it and try again.',
    ]);
  }
  const missing = [
    body.defaultWorkflowId ?? scheme.defaultWorkflowId,
    ...body.workflowsForIssueTypes.map((w) => w.workflowId),
  ].find((id) => !byId(jira.state.workflows, id));
  if (missing !== undefined) throw badRequest(`The workflow '${missing}' does not exist.`);
  const next = {
    defaultWorkflowId: body.defaultWorkflowId ?? scheme.defaultWorkflowId,
    issueTypeMappings: Object.fromEntries(
      body.workflowsForIssueTypes.flatMap((w) => w.issueTypeIds.map((type) => [type, w.workflowId])),
    ),
  };
  const moves = plan(
    jira,
    jira.state.projects.filter((p) => p.workflowSchemeId === scheme.id),
    next,
    body.statusMappingsByIssueTypeOverride,
  );
  Object.assign(scheme, next, {
    name: body.name,
    description: body.description,
    versionId: randomUUID(),
    versionNumber: scheme.versionNumber + 1,
  });
  migrate(call, moves);
  return ok({});
}

async function switchScheme(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const { jira } = call;
  const body = await call.body(
    v.looseObject({ projectId: idText, targetSchemeId: idText, mappingsByIssueTypeOverride: typeMappings }),
  );
  const scheme = find(jira, body.targetSchemeId);
  const project = byId(jira.state.projects, body.projectId);
  if (!project) throw badRequest('The project was not found.');
  const moves = plan(jira, [project], scheme, body.mappingsByIssueTypeOverride);
  project.workflowSchemeId = scheme.id;
  migrate(call, moves);
  const task = finishedTask(jira, call.viewer ?? '', 'Switch workflow scheme', null);
  return seeTask(jira, task.id, formatTask(jira, task));
}

function get(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  return ok(formatScheme(call.jira, find(call.jira, call.param('id'))));
}

function remove(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const scheme = find(call.jira, call.param('id'));
  if (call.jira.state.projects.some((p) => p.workflowSchemeId === scheme.id))
    throw badRequest('The workflow scheme is used by a project and cannot be deleted.');
  if (scheme.id === DEFAULT_SCHEME) throw badRequest('The default workflow scheme cannot be deleted.');
  call.jira.state.workflowSchemes = call.jira.state.workflowSchemes.filter((s) => s !== scheme);
  return noContent();
}

function list(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  return page(call, call.jira.state.workflowSchemes, (s) => formatScheme(call.jira, s));
}

/** Workflow schemes and which projects use them. */
export const workflowSchemeRoutes: readonly Route[] = [
  route('GET', '/workflowscheme', list),
  route('POST', '/workflowscheme', create),
  route('GET', '/workflowscheme/project', byProject),
  route('PUT', '/workflowscheme/project', assign),
  route('POST', '/workflowscheme/project/switch', switchScheme),
  route('POST', '/workflowscheme/read', read),
  route('POST', '/workflowscheme/update', update),
  route('GET', '/workflowscheme/{id}', get),
  route('DELETE', '/workflowscheme/{id}', remove),
];
