import * as v from 'valibot';
import { can, requireAdmin, visibleIssue, visibleProject } from '../access';
import type { GroupRecord, UserRecord } from '../entities';
import { badRequest, forbidden, JiraError, notFound } from '../errors';
import { formatFullUser, formatGroup, formatUser } from '../formatters/user';
import { created, ok, page, queryInt, queryList, route, signedIn, type Call, type Route } from '../http';
import { groupIdOf } from '../seed';
import { userById, type Jira } from '../store';

function requireUser(call: Call): UserRecord {
  const accountId = call.query.get('accountId');
  if (!accountId) throw badRequest("The query parameter 'accountId' must be provided.");
  const user = userById(call.jira, accountId);
  if (!user) throw notFound('Specified user does not exist or you do not have required permissions');
  return user;
}

const getUser = (call: Call): Response =>
  ok(formatFullUser(call.jira, requireUser(call), queryList(call, 'expand')));

function myself(call: Call): Response {
  const user = userById(call.jira, signedIn(call));
  if (!user) throw forbidden('The user of this request does not exist.');
  return ok(formatFullUser(call.jira, user, queryList(call, 'expand')));
}

function userGroups(call: Call): Response {
  const user = requireUser(call);
  return ok(
    call.jira.state.groups
      .filter((g) => user.groupIds.includes(g.groupId))
      .map((g) => formatGroup(call.jira, g)),
  );
}

function bulk(call: Call): Response {
  const ids = call.query.getAll('accountId');
  if (ids.length === 0) throw badRequest("The query parameter 'accountId' must be provided.");
  const users = ids
    .map((id) => userById(call.jira, id))
    .filter((user): user is UserRecord => user !== undefined);
  return page(call, users, (user) => formatUser(call.jira, user), 10, 200);
}

/** Users whose name or e-mail starts with the query, word by word; apps are found by `GET /user` only. */
function matching(jira: Jira, query: string): UserRecord[] {
  const wanted = query.toLowerCase();
  return jira.state.users.filter(
    (user) =>
      user.active &&
      user.accountType === 'atlassian' &&
      (wanted === '' ||
        user.email.toLowerCase().startsWith(wanted) ||
        user.displayName.toLowerCase().startsWith(wanted) ||
        user.displayName
          .toLowerCase()
          .split(/\s+/)
          .some((word) => word.startsWith(wanted))),
  );
}

function slice(call: Call, users: readonly UserRecord[]): Response {
  const startAt = queryInt(call, 'startAt', 0);
  const maxResults = queryInt(call, 'maxResults', 50, 1000);
  return ok(users.slice(startAt, startAt + maxResults).map((user) => formatUser(call.jira, user)));
}

function candidates(call: Call): UserRecord[] {
  const accountId = call.query.get('accountId');
  if (accountId === null) return matching(call.jira, call.query.get('query') ?? '');
  const user = userById(call.jira, accountId);
  return user ? [user] : [];
}

function search(call: Call): Response {
  if (call.query.get('query') === null && call.query.get('accountId') === null) {
    throw badRequest('The query parameter or accountId parameter must be specified.');
  }
  return slice(call, candidates(call));
}

function everyone(call: Call): Response {
  const startAt = queryInt(call, 'startAt', 0);
  const users = call.jira.state.users.slice(startAt, startAt + queryInt(call, 'maxResults', 50, 1000));
  return ok(users.map((user) => formatFullUser(call.jira, user, [])));
}

/** The project or issue that `projectKey`/`project` or `issueKey` names. */
function scope(call: Call) {
  const issueKey = call.query.get('issueKey') ?? call.query.get('issueId');
  const projectKey = call.query.get('projectKey') ?? call.query.get('project');
  if (issueKey !== null) {
    const issue = visibleIssue(call.jira, call.viewer, issueKey);
    return { project: visibleProject(call.jira, call.viewer, issue.projectId), issue };
  }
  if (projectKey === null) throw badRequest('Either an issue or a project must be specified.');
  return { project: visibleProject(call.jira, call.viewer, projectKey), issue: undefined };
}

function assignable(call: Call): Response {
  const { project, issue } = scope(call);
  return slice(
    call,
    candidates(call).filter((u) => can(call.jira, u.accountId, 'ASSIGNABLE_USER', project, issue)),
  );
}

function byPermission(call: Call): Response {
  const permissions = queryList(call, 'permissions');
  if (permissions.length === 0) throw badRequest("The query parameter 'permissions' must be provided.");
  const { project, issue } = scope(call);
  return slice(
    call,
    candidates(call).filter((u) => permissions.every((p) => can(call.jira, u.accountId, p, project, issue))),
  );
}

function viewIssue(call: Call): Response {
  const { project, issue } = scope(call);
  return slice(
    call,
    candidates(call).filter((u) => can(call.jira, u.accountId, 'BROWSE_PROJECTS', project, issue)),
  );
}

function findGroup(call: Call): GroupRecord {
  const id = call.query.get('groupId');
  const name = call.query.get('groupname');
  if (id === null && name === null)
    throw badRequest("The query parameter 'groupname' or 'groupId' must be provided.");
  const group = call.jira.state.groups.find((g) => (id === null ? g.name === name : g.groupId === id));
  if (!group) throw notFound(`The group named '${name ?? id}' does not exist.`);
  return group;
}

function members(call: Call): Response {
  const group = findGroup(call);
  const inactive = call.query.get('includeInactiveUsers') === 'true';
  const users = call.jira.state.users.filter(
    (u) => u.groupIds.includes(group.groupId) && (inactive || u.active),
  );
  // The document allows at most 50 members a page.
  return page(call, users, (user) => formatUser(call.jira, user), 50, 50);
}

function groupsBulk(call: Call): Response {
  const ids = call.query.getAll('groupId');
  const names = call.query.getAll('groupName');
  const all = ids.length + names.length === 0;
  const groups = call.jira.state.groups.filter(
    (g) => all || ids.includes(g.groupId) || names.includes(g.name),
  );
  return page(call, groups, (g) => ({ groupId: g.groupId, name: g.name }));
}

async function createGroup(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  if (userById(call.jira, call.viewer)?.accountType === 'app') throw forbidden('Apps cannot manage groups.');
  const { name } = await call.body(v.looseObject({ name: v.string() }));
  if (call.jira.state.groups.some((g) => g.name === name)) {
    throw badRequest(`A group or user with this name already exists.`);
  }
  const group = { groupId: groupIdOf(name), name };
  call.jira.state.groups.push(group);
  return created({ ...formatGroup(call.jira, group), expand: 'users' });
}

function member(call: Call, accountId: string | null | undefined): { group: GroupRecord; user: UserRecord } {
  requireAdmin(call.jira, call.viewer);
  if (userById(call.jira, call.viewer)?.accountType === 'app') throw forbidden('Apps cannot manage groups.');
  const user = userById(call.jira, accountId ?? undefined);
  if (!user) throw new JiraError(404, ['The user does not exist.']);
  return { group: findGroup(call), user };
}

async function addMember(call: Call): Promise<Response> {
  const { group, user } = member(call, (await call.body(v.looseObject({ accountId: v.string() }))).accountId);
  if (user.groupIds.includes(group.groupId)) {
    throw badRequest(`Cannot add user '${user.accountId}', user is already a member of '${group.name}'`);
  }
  user.groupIds.push(group.groupId);
  return created({ ...formatGroup(call.jira, group), expand: 'users' });
}

function removeMember(call: Call): Response {
  const { group, user } = member(call, call.query.get('accountId'));
  user.groupIds = user.groupIds.filter((id) => id !== group.groupId);
  return new Response(null, { status: 200 });
}

function groupPicker(call: Call): Response {
  const query = (call.query.get('query') ?? '').toLowerCase();
  const found = call.jira.state.groups.filter((g) => g.name.toLowerCase().includes(query));
  return ok({
    header: `Showing ${found.length} of ${found.length} matching groups`,
    total: found.length,
    groups: found.map((g) => ({ name: g.name, html: g.name, groupId: g.groupId, labels: [] })),
  });
}

/** Users and groups. */
export const userRoutes: readonly Route[] = [
  route('GET', '/myself', myself),
  route('GET', '/user', getUser),
  route('GET', '/user/bulk', bulk),
  route('GET', '/user/groups', userGroups),
  route('GET', '/user/search', search),
  route('GET', '/users/search', everyone),
  route('GET', '/user/assignable/search', assignable),
  route('GET', '/user/permission/search', byPermission),
  route('GET', '/user/viewissue/search', viewIssue),
  route('POST', '/group', createGroup),
  route('GET', '/group/bulk', groupsBulk),
  route('GET', '/group/member', members),
  route('POST', '/group/user', addMember),
  route('DELETE', '/group/user', removeMember),
  route('GET', '/groups/picker', groupPicker),
];
