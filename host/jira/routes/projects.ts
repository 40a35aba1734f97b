import * as v from 'valibot';
import { can, requireAdmin, visibleProject } from '../access';
import type { ProjectRecord } from '../entities';
import { forbidden, JiraError, notFound } from '../errors';
import { formatStatus } from '../formatters/issue';
import { formatIssueType, formatProject, formatRole, issueTypesOf } from '../formatters/project';
import { grantAppAccess } from '../install-app';
import {
  created,
  idText,
  noContent,
  ok,
  page,
  queryInt,
  queryList,
  route,
  signedIn,
  type Call,
  type Route,
} from '../http';
import { ROLE_ADMINISTRATORS } from '../seed-defaults';
import { byId, mustById, nextId, selfLink, userById, type Jira } from '../store';
import { workflowOf } from '../workflow/engine';

const createBody = v.looseObject({
  key: v.string(),
  name: v.string(),
  description: v.optional(v.string(), ''),
  leadAccountId: v.optional(v.string()),
  projectTypeKey: v.optional(v.picklist(['software', 'business', 'service_desk']), 'software'),
  assigneeType: v.optional(v.picklist(['PROJECT_LEAD', 'UNASSIGNED']), 'UNASSIGNED'),
  issueTypeScheme: v.optional(idText, '10000'),
  issueTypeScreenScheme: v.optional(idText, '1'),
  workflowScheme: v.optional(idText, '10000'),
  permissionScheme: v.optional(idText, '0'),
});

function checkProject(jira: Jira, body: v.InferOutput<typeof createBody>, lead: string): void {
  const errors: Record<string, string> = {};
  if (!/^[A-Z][A-Z0-9]{1,9}$/.test(body.key)) {
    errors['projectKey'] =
      'Project keys must start with an uppercase letter, followed by one or more uppercase alphanumeric characters.';
  }
  if (jira.state.projects.some((p) => p.key === body.key))
    errors['projectKey'] = `Project '${body.key}' uses this project key.`;
  if (jira.state.projects.some((p) => p.name === body.name))
    errors['projectName'] = 'A project with that name already exists.';
  if (!userById(jira, lead)) errors['projectLead'] = 'You must specify a valid project lead.';
  const schemes = [
    [jira.state.issueTypeSchemes, body.issueTypeScheme],
    [jira.state.issueTypeScreenSchemes, body.issueTypeScreenScheme],
    [jira.state.workflowSchemes, body.workflowScheme],
    [jira.state.permissionSchemes, body.permissionScheme],
  ] as const;
  if (schemes.some(([records, id]) => !byId<{ id: string }>(records, id)))
    errors['scheme'] = 'A scheme of the project does not exist.';
  if (Object.keys(errors).length > 0) throw new JiraError(400, [], errors);
}

async function create(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  requireAdmin(call.jira, viewer);
  const { jira } = call;
  const body = await call.body(createBody);
  const lead = body.leadAccountId ?? viewer;
  checkProject(jira, body, lead);
  const project: ProjectRecord = {
    id: nextId(jira, 'project'),
    key: body.key,
    name: body.name,
    description: body.description,
    leadAccountId: lead,
    projectTypeKey: body.projectTypeKey,
    assigneeType: body.assigneeType,
    issueTypeSchemeId: body.issueTypeScheme,
    issueTypeScreenSchemeId: body.issueTypeScreenScheme,
    workflowSchemeId: body.workflowScheme,
    permissionSchemeId: body.permissionScheme,
    roleActors: { [ROLE_ADMINISTRATORS]: [{ id: nextId(jira, 'actor'), type: 'user', value: lead }] },
    issueCounter: 0,
  };
  jira.state.projects.push(project);
  grantAppAccess(jira, project);
  return created({ id: Number(project.id), key: project.key, self: selfLink(jira, `project/${project.id}`) });
}

const get = (call: Call): Response =>
  ok(formatProject(call.jira, visibleProject(call.jira, call.viewer, call.param('projectIdOrKey'))));

function administered(call: Call, name: string): ProjectRecord {
  const project = visibleProject(call.jira, call.viewer, call.param(name));
  if (!can(call.jira, call.viewer, 'ADMINISTER_PROJECTS', project))
    throw forbidden('You cannot edit the configuration of this project.');
  return project;
}

async function update(call: Call): Promise<Response> {
  const project = administered(call, 'projectIdOrKey');
  const body = await call.body(
    v.looseObject({
      name: v.optional(v.string()),
      description: v.optional(v.string()),
      leadAccountId: v.optional(v.string()),
      permissionScheme: v.optional(idText),
    }),
  );
  if (body.leadAccountId !== undefined && !userById(call.jira, body.leadAccountId))
    throw new JiraError(400, [], { projectLead: 'You must specify a valid project lead.' });
  if (body.permissionScheme !== undefined) {
    requireAdmin(call.jira, call.viewer);
    if (!byId(call.jira.state.permissionSchemes, body.permissionScheme))
      throw notFound('The permission scheme was not found.');
    project.permissionSchemeId = body.permissionScheme;
  }
  project.name = body.name ?? project.name;
  project.description = body.description ?? project.description;
  project.leadAccountId = body.leadAccountId ?? project.leadAccountId;
  return ok(formatProject(call.jira, project));
}

function search(call: Call): Response {
  const query = (call.query.get('query') ?? '').toLowerCase();
  const ids = queryList(call, 'id');
  const keys = queryList(call, 'keys');
  const found = call.jira.state.projects.filter(
    (p) =>
      (can(call.jira, call.viewer, 'BROWSE_PROJECTS', p) ||
        can(call.jira, call.viewer, 'ADMINISTER_PROJECTS', p)) &&
      (ids.length === 0 || ids.includes(p.id)) &&
      (keys.length === 0 || keys.includes(p.key)) &&
      (p.key.toLowerCase().includes(query) || p.name.toLowerCase().includes(query)),
  );
  return page(call, found, (p) => formatProject(call.jira, p));
}

function statuses(call: Call): Response {
  const { jira } = call;
  const project = visibleProject(jira, call.viewer, call.param('projectIdOrKey'));
  return ok(
    issueTypesOf(jira, project).map((type) => {
      const { id, name, self, subtask } = formatIssueType(jira, type);
      const workflow = workflowOf(jira, { projectId: project.id, issueTypeId: type.id });
      return {
        id,
        name,
        self,
        subtask,
        statuses: workflow.statuses.map((s) => formatStatus(jira, mustById(jira.state.statuses, s.statusId))),
      };
    }),
  );
}

function roles(call: Call): Response {
  const project = visibleProject(call.jira, call.viewer, call.param('projectIdOrKey'));
  return ok(
    Object.fromEntries(
      call.jira.state.roles.map((r) => [r.name, selfLink(call.jira, `project/${project.id}/role/${r.id}`)]),
    ),
  );
}

function findRole(call: Call) {
  const role = byId(call.jira.state.roles, call.param('id'));
  if (!role) throw notFound(`Can not retrieve a role actor for a null project role.`);
  return role;
}

const role = (call: Call): Response =>
  ok(
    formatRole(
      call.jira,
      findRole(call),
      visibleProject(call.jira, call.viewer, call.param('projectIdOrKey')),
      call.viewer,
    ),
  );

async function addActors(call: Call): Promise<Response> {
  const { jira } = call;
  const project = administered(call, 'projectIdOrKey');
  const target = findRole(call);
  const body = await call.body(
    v.looseObject({
      user: v.optional(v.array(v.string()), []),
      group: v.optional(v.array(v.string()), []),
      groupId: v.optional(v.array(v.string()), []),
    }),
  );
  const groups = [...body.groupId, ...body.group].map(
    (wanted) => jira.state.groups.find((g) => g.groupId === wanted || g.name === wanted)?.groupId,
  );
  if (groups.includes(undefined) || body.user.some((id) => !userById(jira, id)))
    throw notFound('We can’t find the users or groups given.');
  const actors = (project.roleActors[target.id] ??= []);
  const add = (type: 'user' | 'group', value: string): void => {
    if (!actors.some((a) => a.value === value)) actors.push({ id: nextId(jira, 'actor'), type, value });
  };
  for (const id of body.user) add('user', id);
  for (const id of groups) if (id !== undefined) add('group', id);
  return ok(formatRole(jira, target, project, call.viewer));
}

function removeActor(call: Call): Response {
  const project = administered(call, 'projectIdOrKey');
  const target = findRole(call);
  const group = call.jira.state.groups.find((g) => g.name === call.query.get('group'))?.groupId;
  const gone = call.query.get('user') ?? call.query.get('groupId') ?? group;
  project.roleActors[target.id] = (project.roleActors[target.id] ?? []).filter((a) => a.value !== gone);
  return noContent();
}

async function createRole(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const body = await call.body(v.looseObject({ name: v.string(), description: v.optional(v.string(), '') }));
  if (call.jira.state.roles.some((r) => r.name === body.name))
    throw new JiraError(409, ['A project role with this name already exists.']);
  const record = { id: nextId(call.jira, 'role'), name: body.name, description: body.description };
  call.jira.state.roles.push(record);
  return ok(formatRole(call.jira, record));
}

function all(call: Call): Response {
  const seen = call.jira.state.projects.filter((p) => can(call.jira, call.viewer, 'BROWSE_PROJECTS', p));
  return ok(seen.slice(0, queryInt(call, 'recent', seen.length)).map((p) => formatProject(call.jira, p)));
}

/** Projects, their roles and statuses. */
export const projectRoutes: readonly Route[] = [
  route('GET', '/project', all, { anonymous: true }),
  route('POST', '/project', create),
  route('GET', '/project/search', search, { anonymous: true }),
  route('GET', '/project/{projectIdOrKey}', get, { anonymous: true }),
  route('PUT', '/project/{projectIdOrKey}', update),
  route('GET', '/project/{projectIdOrKey}/statuses', statuses, { anonymous: true }),
  route('GET', '/project/{projectIdOrKey}/role', roles),
  route('GET', '/project/{projectIdOrKey}/role/{id}', role),
  route('POST', '/project/{projectIdOrKey}/role/{id}', addActors),
  route('DELETE', '/project/{projectIdOrKey}/role/{id}', removeActor),
  route('GET', '/role', (call) => ok(call.jira.state.roles.map((r) => formatRole(call.jira, r)))),
  route('POST', '/role', createRole),
];
