import * as v from 'valibot';
import {
  can,
  canGlobally,
  canOnIssue,
  GLOBAL_PERMISSIONS,
  isAdmin,
  requireAdmin,
  visibleIssue,
  visibleProject,
} from '../access';
import type { PermissionGrantRecord, PermissionSchemeRecord } from '../entities';
import { badRequest, forbidden, notFound } from '../errors';
import { created, idText, noContent, ok, queryList, route, signedIn, type Call, type Route } from '../http';
import { PROJECT_PERMISSIONS } from '../seed-defaults';
import { byId, issueByIdOrKey, nextId, selfLink, type Jira } from '../store';

const GLOBAL_NAMES: Readonly<Record<string, string>> = {
  ADMINISTER: 'Administer Jira',
  SYSTEM_ADMIN: 'Jira System Administrators',
  USER_PICKER: 'Browse users and groups',
  BULK_CHANGE: 'Make bulk changes',
  CREATE_SHARED_OBJECTS: 'Share dashboards and filters',
};

const describe = (key: string) => {
  const project = PROJECT_PERMISSIONS.find(([known]) => known === key);
  if (!project && !GLOBAL_PERMISSIONS.includes(key)) return undefined;
  return {
    id: key,
    key,
    name: project?.[1] ?? GLOBAL_NAMES[key] ?? key,
    type: project ? 'PROJECT' : 'GLOBAL',
    description: project?.[1] ?? GLOBAL_NAMES[key] ?? key,
  };
};

function mine(call: Call): Response {
  const keys = queryList(call, 'permissions');
  if (keys.length === 0) throw badRequest("The 'permissions' query parameter is required.");
  const { jira, viewer } = call;
  const issueKey = call.query.get('issueKey') ?? call.query.get('issueId');
  const projectKey = call.query.get('projectKey') ?? call.query.get('projectId');
  const issue = issueKey === null ? undefined : visibleIssue(jira, viewer, issueKey);
  const project = projectKey === null ? undefined : visibleProject(jira, viewer, projectKey);
  const has = (key: string): boolean => {
    if (GLOBAL_PERMISSIONS.includes(key)) return canGlobally(jira, viewer, key);
    if (issue) return canOnIssue(jira, viewer, key, issue);
    return project
      ? can(jira, viewer, key, project)
      : jira.state.projects.some((p) => can(jira, viewer, key, p));
  };
  const entries = keys.map((key) => {
    const permission = describe(key);
    if (!permission) throw badRequest(`Unrecognized permission: ${key}`);
    return [key, { ...permission, havePermission: has(key) }] as const;
  });
  return ok({ permissions: Object.fromEntries(entries) });
}

const checkBody = v.looseObject({
  accountId: v.optional(v.string()),
  globalPermissions: v.optional(v.array(v.string()), []),
  projectPermissions: v.optional(
    v.array(
      v.looseObject({
        permissions: v.array(v.string()),
        issues: v.optional(v.array(v.number()), []),
        projects: v.optional(v.array(v.number()), []),
      }),
    ),
    [],
  ),
});

async function check(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const { jira } = call;
  const body = await call.body(checkBody);
  const subject = body.accountId ?? viewer;
  if (subject !== viewer && !isAdmin(jira, viewer))
    throw forbidden('Only Jira administrators can check permissions of other users.');
  const unknown = [...body.globalPermissions, ...body.projectPermissions.flatMap((p) => p.permissions)].find(
    (key) => !describe(key),
  );
  if (unknown !== undefined) throw badRequest(`Unrecognized permission: ${unknown}`);
  const grants = new Map<string, { permission: string; issues: number[]; projects: number[] }>();
  for (const { permissions, issues, projects } of body.projectPermissions) {
    for (const permission of permissions) {
      const grant = grants.get(permission) ?? { permission, issues: [], projects: [] };
      grants.set(permission, grant);
      grant.issues.push(...issues.filter((id) => grantedOnIssue(jira, subject, permission, String(id))));
      grant.projects.push(
        ...projects.filter((id) => {
          const project = byId(jira.state.projects, String(id));
          return project !== undefined && can(jira, subject, permission, project);
        }),
      );
    }
  }
  return ok({
    globalPermissions: body.globalPermissions.filter((key) => canGlobally(jira, subject, key)),
    projectPermissions: [...grants.values()],
  });
}

function grantedOnIssue(jira: Jira, subject: string, permission: string, id: string): boolean {
  const issue = issueByIdOrKey(jira, id);
  if (!issue || !canOnIssue(jira, subject, 'BROWSE_PROJECTS', issue)) return false;
  return canOnIssue(jira, subject, permission, issue);
}

const formatGrant = (jira: Jira, scheme: PermissionSchemeRecord, grant: PermissionGrantRecord) => ({
  id: Number(grant.id),
  self: selfLink(jira, `permissionscheme/${scheme.id}/permission/${grant.id}`),
  holder: {
    type: grant.holder.type,
    ...(grant.holder.value === undefined ? {} : { parameter: grant.holder.value, value: grant.holder.value }),
  },
  permission: grant.permission,
});

const formatScheme = (jira: Jira, scheme: PermissionSchemeRecord, expand: readonly string[]) => ({
  id: Number(scheme.id),
  self: selfLink(jira, `permissionscheme/${scheme.id}`),
  name: scheme.name,
  description: scheme.description,
  expand: 'permissions,user,group,projectRole,field,all',
  ...(expand.length > 0 ? { permissions: scheme.grants.map((g) => formatGrant(jira, scheme, g)) } : {}),
});

function find(call: Call): PermissionSchemeRecord {
  const scheme = byId(call.jira.state.permissionSchemes, call.param('schemeId'));
  if (!scheme) throw notFound('The permission scheme was not found.');
  return scheme;
}

const grantBody = v.looseObject({
  holder: v.looseObject({
    type: v.string(),
    parameter: v.optional(v.string()),
    value: v.optional(v.string()),
  }),
  permission: v.string(),
});

function newGrant(jira: Jira, input: v.InferOutput<typeof grantBody>): PermissionGrantRecord {
  if (!describe(input.permission)) throw badRequest(`Unrecognized permission: ${input.permission}`);
  const value = input.holder.value ?? input.holder.parameter;
  return {
    id: nextId(jira, 'grant'),
    permission: input.permission,
    holder: { type: input.holder.type, ...(value === undefined ? {} : { value }) },
  };
}

async function createScheme(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const body = await call.body(
    v.looseObject({
      name: v.string(),
      description: v.optional(v.string(), ''),
      permissions: v.optional(v.array(grantBody), []),
    }),
  );
  const scheme = {
    id: nextId(call.jira, 'permissionscheme'),
    name: body.name,
    description: body.description,
    grants: body.permissions.map((g) => newGrant(call.jira, g)),
  };
  call.jira.state.permissionSchemes.push(scheme);
  return created(formatScheme(call.jira, scheme, ['permissions']));
}

async function addGrant(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const scheme = find(call);
  const grant = newGrant(call.jira, await call.body(grantBody));
  scheme.grants.push(grant);
  return created(formatGrant(call.jira, scheme, grant));
}

function removeGrant(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const scheme = find(call);
  scheme.grants = scheme.grants.filter((g) => g.id !== call.param('permissionId'));
  return noContent();
}

function projectScheme(call: Call): Response {
  const project = visibleProject(call.jira, call.viewer, call.param('projectKeyOrId'));
  const scheme = byId(call.jira.state.permissionSchemes, project.permissionSchemeId);
  return ok(scheme ? formatScheme(call.jira, scheme, queryList(call, 'expand')) : {});
}

async function assignScheme(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const project = visibleProject(call.jira, call.viewer, call.param('projectKeyOrId'));
  const { id } = await call.body(v.looseObject({ id: idText }));
  const scheme = byId(call.jira.state.permissionSchemes, id);
  if (!scheme) throw notFound('The permission scheme was not found.');
  project.permissionSchemeId = scheme.id;
  return ok(formatScheme(call.jira, scheme, []));
}

/** Permissions and permission schemes. */
export const permissionRoutes: readonly Route[] = [
  route('GET', '/mypermissions', mine, { anonymous: true }),
  route('POST', '/permissions/check', check),
  route('GET', '/permissionscheme', (call) =>
    ok({
      permissionSchemes: call.jira.state.permissionSchemes.map((s) =>
        formatScheme(call.jira, s, queryList(call, 'expand')),
      ),
    }),
  ),
  route('POST', '/permissionscheme', createScheme),
  route('GET', '/permissionscheme/{schemeId}', (call) =>
    ok(formatScheme(call.jira, find(call), queryList(call, 'expand'))),
  ),
  route('POST', '/permissionscheme/{schemeId}/permission', addGrant),
  route('DELETE', '/permissionscheme/{schemeId}/permission/{permissionId}', removeGrant),
  route('GET', '/project/{projectKeyOrId}/permissionscheme', projectScheme),
  route('PUT', '/project/{projectKeyOrId}/permissionscheme', assignScheme),
];
