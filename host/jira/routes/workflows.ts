import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { requireAdmin } from '../access';
import type { WorkflowRecord } from '../entities-workflow';
import { badRequest, JiraError, notFound } from '../errors';
import { formatWorkflow, formatWorkflows } from '../formatters/workflow';
import { extensionAri } from '../../contract';
import { noContent, ok, queryInt, route, type Call, type Route } from '../http';
import { commitChanges, setStatus } from '../issue-changes';
import { byId, projectByIdOrKey, type Jira } from '../store';
import {
  createRequest,
  newWorkflow,
  saveStatuses,
  updateRequest,
  workflowContent,
  type WorkflowInput,
} from '../workflow/definition';
import { workflowOf } from '../workflow/engine';
import { statusProblems, workflowProblems, type WorkflowProblem } from '../workflow/validation';

function refuse(problems: readonly WorkflowProblem[]): void {
  const errors = problems.filter((p) => p.level === 'ERROR');
  if (errors.length > 0)
    throw new JiraError(
      400,
      errors.map((p) => p.message),
    );
}

function createProblems(jira: Jira, body: v.InferOutput<typeof createRequest>): WorkflowProblem[] {
  if (body.scope.type === 'PROJECT') {
    return [
      {
        code: 'SCOPE_UNSUPPORTED',
        level: 'ERROR',
        type: 'SCOPE',
        message: 'host/jira models company-managed projects only: the scope must be GLOBAL.',
      },
    ];
  }
  return [
    ...statusProblems(jira, body.statuses),
    ...body.workflows.flatMap((w) => workflowProblems(jira, w, body.statuses)),
  ];
}

async function create(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const body = await call.body(createRequest);
  const problems = createProblems(call.jira, body);
  const taken = problems.find((p) => p.code === 'NON_UNIQUE_WORKFLOW_NAME');
  if (taken) throw new JiraError(409, [taken.message]);
  refuse(problems);
  const ids = saveStatuses(call.jira, body.statuses);
  const workflows = body.workflows.map((input) => newWorkflow(call.jira, input.name, input, ids));
  call.jira.state.workflows.push(...workflows);
  return ok(formatWorkflows(call.jira, workflows));
}

async function validateCreate(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const body = await call.body(v.looseObject({ payload: createRequest }));
  return ok({ errors: createProblems(call.jira, body.payload) });
}

type UpdateRequest = v.InferOutput<typeof updateRequest>;

function updateProblems(jira: Jira, body: UpdateRequest): WorkflowProblem[] {
  return [
    ...statusProblems(jira, body.statuses),
    ...body.workflows.flatMap((input) => {
      const workflow = byId(jira.state.workflows, input.id);
      if (!workflow)
        return [
          {
            code: 'WORKFLOW_MISSING',
            level: 'ERROR' as const,
            type: 'WORKFLOW' as const,
            message: `The workflow '${input.id}' does not exist.`,
          },
        ];
      return [...workflowProblems(jira, input, body.statuses), ...strandedIssues(jira, workflow, input)];
    }),
  ];
}

/** Issues in a status that the update drops must be mapped to another one. */
function strandedIssues(
  jira: Jira,
  workflow: WorkflowRecord,
  input: UpdateRequest['workflows'][number],
): WorkflowProblem[] {
  const kept = new Set(input.statuses.map((s) => s.statusReference));
  const mapped = new Set(input.defaultStatusMappings.map((m) => m.oldStatusReference));
  const dropped = workflow.statuses.map((s) => s.statusId).filter((id) => !kept.has(id) && !mapped.has(id));
  const used = dropped.filter((id) =>
    jira.state.issues.some((i) => i.statusId === id && workflowOf(jira, i) === workflow),
  );
  return used.map((id) => ({
    code: 'MISSING_STATUS_MAPPING',
    level: 'ERROR',
    type: 'WORKFLOW',
    message: `Issues are in the status '${byId(jira.state.statuses, id)?.name ?? id}' that the workflow no longer has. Map it to another status.`,
    elementReference: { statusReference: id },
  }));
}

async function update(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const { jira } = call;
  const body = await call.body(updateRequest);
  for (const input of body.workflows) {
    const workflow = byId(jira.state.workflows, input.id);
    const current =
      workflow?.versionId === input.version.id && workflow.versionNumber === input.version.versionNumber;
    if (workflow && !current)
      throw new JiraError(409, ['The workflow has been modified by another user. Reload it and try again.']);
  }
  refuse(updateProblems(jira, body));
  const ids = saveStatuses(jira, body.statuses);
  const workflows = body.workflows.flatMap((input) => {
    const workflow = byId(jira.state.workflows, input.id);
    if (!workflow) return [];
    const affected = jira.state.issues.filter((issue) => workflowOf(jira, issue) === workflow);
    Object.assign(workflow, workflowContent(jira, input as WorkflowInput, ids), {
      versionId: randomUUID(),
      versionNumber: workflow.versionNumber + 1,
    });
    for (const mapping of input.defaultStatusMappings) {
      const target = ids.get(mapping.newStatusReference) ?? mapping.newStatusReference;
      for (const issue of affected.filter((i) => i.statusId === mapping.oldStatusReference)) {
        const moved = setStatus(jira, issue, target);
        if (moved) commitChanges(jira, issue, call.viewer ?? '', [moved]);
      }
    }
    return [workflow];
  });
  return ok(formatWorkflows(jira, workflows));
}

async function validateUpdate(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const body = await call.body(v.looseObject({ payload: updateRequest }));
  return ok({ errors: updateProblems(call.jira, body.payload) });
}

const readBody = v.looseObject({
  workflowIds: v.nullish(v.array(v.string()), []),
  workflowNames: v.nullish(v.array(v.string()), []),
  projectAndIssueTypes: v.nullish(v.array(v.object({ projectId: v.string(), issueTypeId: v.string() })), []),
});

async function read(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const { jira } = call;
  const body = await call.body(readBody);
  const byPair = body.projectAndIssueTypes.map((pair) => {
    const project = projectByIdOrKey(jira, pair.projectId);
    if (!project) throw badRequest(`The project '${pair.projectId}' does not exist.`);
    return workflowOf(jira, { projectId: project.id, issueTypeId: pair.issueTypeId });
  });
  const workflows = jira.state.workflows.filter(
    (w) => body.workflowIds.includes(w.id) || body.workflowNames.includes(w.name) || byPair.includes(w),
  );
  return ok(formatWorkflows(jira, workflows));
}

function search(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const query = (call.query.get('queryString') ?? '').toLowerCase();
  const active = call.query.get('isActive');
  const used = new Set(
    call.jira.state.projects.flatMap((p) => {
      const scheme = byId(call.jira.state.workflowSchemes, p.workflowSchemeId);
      return scheme ? [scheme.defaultWorkflowId, ...Object.values(scheme.issueTypeMappings)] : [];
    }),
  );
  const found = call.jira.state.workflows.filter(
    (w) =>
      (query === '' || w.name.toLowerCase().includes(query) || w.description.toLowerCase().includes(query)) &&
      (active === null || used.has(w.id) === (active === 'true')),
  );
  const startAt = queryInt(call, 'startAt', 0);
  const maxResults = queryInt(call, 'maxResults', 50, 200);
  const values = found.slice(startAt, startAt + maxResults);
  const isLast = startAt + values.length >= found.length;
  return ok({
    startAt,
    maxResults,
    total: found.length,
    isLast,
    values: values.map(formatWorkflow),
    statuses: formatWorkflows(call.jira, values).statuses,
  });
}

const SYSTEM_RULES: readonly [key: string, type: string, name: string][] = [
  ['system:restrict-issue-transition', 'Condition', 'Restrict who can move a work item'],
  ['system:separation-of-duties', 'Condition', 'Restrict by separation of duties'],
  ['system:restrict-from-all-users', 'Condition', 'Hide from all users'],
  ['system:check-permission-validator', 'Validator', 'Validate that people have a specific permission'],
  ['system:validate-field-value', 'Validator', 'Validate a field'],
  ['system:update-field', 'Function', 'Update a field'],
  ['system:change-assignee', 'Function', 'Assign a work item'],
  ['system:transition-screen', 'Screen', 'Show a screen'],
];

function capabilities(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const app = call.jira.app;
  const kinds: readonly [module: string, ruleKey: string, ruleType: string][] = [
    ['jira:workflowCondition', 'forge:expression-condition', 'Condition'],
    ['jira:workflowValidator', 'forge:expression-validator', 'Validator'],
    ['jira:workflowPostFunction', 'forge:workflow-post-function', 'Function'],
  ];
  const forgeRules = app
    ? kinds.flatMap(([module, ruleKey, ruleType]) =>
        (app.modules[module] ?? []).map((m) => ({
          id: extensionAri(app, m.key),
          name: typeof m['name'] === 'string' ? m['name'] : m.key,
          description: typeof m['description'] === 'string' ? m['description'] : '',
          ruleKey,
          ruleType,
        })),
      )
    : [];
  return ok({
    editorScope: 'GLOBAL',
    projectTypes: ['software', 'business'],
    connectRules: [],
    forgeRules,
    triggerRules: [],
    systemRules: SYSTEM_RULES.map(([ruleKey, ruleType, name]) => ({
      ruleKey,
      ruleType,
      name,
      description: name,
      incompatibleRuleKeys: [],
      isAvailableForInitialTransition: ruleType !== 'Condition',
      isVisible: true,
    })),
  });
}

function remove(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const { state } = call.jira;
  const workflow = byId(state.workflows, call.param('entityId'));
  if (!workflow) throw notFound('The workflow was not found.');
  const used = state.workflowSchemes.some(
    (s) => s.defaultWorkflowId === workflow.id || Object.values(s.issueTypeMappings).includes(workflow.id),
  );
  if (workflow.isDefault) throw badRequest('Cannot delete a system workflow.');
  if (used) throw badRequest('Cannot delete a workflow that is associated with a workflow scheme.');
  state.workflows = state.workflows.filter((w) => w !== workflow);
  return noContent();
}

/** Workflows: create, read, search, update, validate, capabilities. */
export const workflowRoutes: readonly Route[] = [
  route('POST', '/workflows', read),
  route('GET', '/workflows/capabilities', capabilities),
  route('POST', '/workflows/create', create),
  route('POST', '/workflows/create/validation', validateCreate),
  route('GET', '/workflows/search', search),
  route('POST', '/workflows/update', update),
  route('POST', '/workflows/update/validation', validateUpdate),
  route('DELETE', '/workflow/{entityId}', remove),
];
