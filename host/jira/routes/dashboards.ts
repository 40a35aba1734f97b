import * as v from 'valibot';
import { isAdmin } from '../access';
import type { DashboardRecord } from '../entities-sharing';
import { badRequest, JiraError } from '../errors';
import { noContent, ok, page, queryInt, queryList, route, signedIn, type Call, type Route } from '../http';
import { editableDashboard, formatDashboard, maySee, owns, visibleDashboard } from '../sharing/dashboards';
import { ordered } from '../sharing/order';
import { shareInput, sharer, sharesOf } from '../sharing/shares';
import { byId, nextId, userById } from '../store';

const details = v.looseObject({
  name: v.string(),
  description: v.nullish(v.string(), ''),
  sharePermissions: v.array(shareInput),
  editPermissions: v.array(shareInput),
});

/** The dashboard's own part of a request, checked. @throws JiraError 400 */
async function content(call: Call, owner: string | undefined, except?: DashboardRecord) {
  const viewer = signedIn(call);
  const { jira } = call;
  const body = await call.body(details);
  const name = body.name.trim();
  if (name === '' || name.length > 255)
    throw new JiraError(400, [], { name: 'You must specify a name of at most 255 characters.' });
  const taken = jira.state.dashboards.some(
    (other) => other !== except && other.ownerId === owner && other.name.toLowerCase() === name.toLowerCase(),
  );
  if (taken) throw badRequest('Dashboard with same name already exists.');
  const who = sharer(jira, viewer, extended(call));
  return {
    name,
    description: body.description,
    shared: sharesOf(jira, who, body.sharePermissions),
    editors: sharesOf(jira, who, body.editPermissions),
  };
}

const extended = (call: Call): boolean => call.query.get('extendAdminPermissions') === 'true';

async function create(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const dashboard: DashboardRecord = {
    id: nextId(call.jira, 'dashboard'),
    ...(await content(call, viewer)),
    ownerId: viewer,
    system: false,
    gadgets: [],
  };
  call.jira.state.dashboards.push(dashboard);
  return ok(formatDashboard(call.jira, dashboard, viewer));
}

/** The dashboard to change; an administrator who extends their permissions reaches every one. */
function changeable(call: Call): DashboardRecord {
  const dashboard = byId(call.jira.state.dashboards, call.param('id'));
  return dashboard && extended(call) && isAdmin(call.jira, call.viewer)
    ? dashboard
    : editableDashboard(call, 'id');
}

async function update(call: Call): Promise<Response> {
  const dashboard = changeable(call);
  Object.assign(dashboard, await content(call, dashboard.ownerId, dashboard));
  return ok(formatDashboard(call.jira, dashboard, call.viewer));
}

function remove(call: Call): Response {
  const dashboard = visibleDashboard(call, 'id');
  if (dashboard.system) throw badRequest('The system dashboard cannot be deleted.');
  if (!owns(call.jira, dashboard, call.viewer))
    throw badRequest('You cannot delete this dashboard because you are not its owner.');
  call.jira.state.dashboards = call.jira.state.dashboards.filter((other) => other !== dashboard);
  return noContent();
}

async function copy(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const original = extended(call) ? changeable(call) : visibleDashboard(call, 'id');
  const made = await content(call, viewer);
  const dashboard: DashboardRecord = {
    id: nextId(call.jira, 'dashboard'),
    ...made,
    description: made.description === '' ? original.description : made.description,
    ownerId: viewer,
    system: false,
    gadgets: structuredClone(original.gadgets).map((gadget) => ({
      ...gadget,
      id: nextId(call.jira, 'gadget'),
    })),
  };
  call.jira.state.dashboards.push(dashboard);
  return ok(formatDashboard(call.jira, dashboard, viewer));
}

function list(call: Call): Response {
  const { jira, viewer } = call;
  const wanted = call.query.get('filter');
  if (wanted !== null && wanted !== 'my' && wanted !== 'favourite')
    throw badRequest("The filter must be 'my' or 'favourite'.");
  const found = jira.state.dashboards.filter(
    (d) => maySee(jira, d, viewer) && (wanted === null || (wanted === 'my' && d.ownerId === viewer)),
  );
  const startAt = queryInt(call, 'startAt', 0);
  const maxResults = queryInt(call, 'maxResults', 20, 1000);
  const self = `${jira.baseUrl}${call.url.pathname}?maxResults=${maxResults}&startAt=`;
  return ok({
    startAt,
    maxResults,
    total: found.length,
    ...(startAt > 0 ? { prev: `${self}${Math.max(0, startAt - maxResults)}` } : {}),
    ...(startAt + maxResults < found.length ? { next: `${self}${startAt + maxResults}` } : {}),
    dashboards: found.slice(startAt, startAt + maxResults).map((d) => formatDashboard(jira, d, viewer)),
  });
}

/** Members that `expand` adds to a search result. */
const EXPANDS: Readonly<Record<string, keyof ReturnType<typeof formatDashboard>>> = {
  description: 'description',
  owner: 'owner',
  viewUrl: 'view',
  favourite: 'isFavourite',
  favouritedCount: 'popularity',
  sharePermissions: 'sharePermissions',
  editPermissions: 'editPermissions',
  isWritable: 'isWritable',
};

function search(call: Call): Response {
  const { jira, viewer, query } = call;
  const expand = queryList(call, 'expand');
  const odd = expand.find((name) => !(name in EXPANDS));
  if (odd !== undefined) throw badRequest(`The expand value '${odd}' is invalid.`);
  if (query.get('groupname') !== null && query.get('groupId') !== null)
    throw badRequest("The parameters 'groupname' and 'groupId' cannot be used together.");
  if (query.get('accountId') !== null && query.get('owner') !== null)
    throw badRequest("The parameters 'accountId' and 'owner' cannot be used together.");
  const groupId =
    query.get('groupId') ?? jira.state.groups.find((g) => g.name === query.get('groupname'))?.groupId;
  const grouped = query.get('groupId') !== null || query.get('groupname') !== null;
  const name = (query.get('dashboardName') ?? '').toLowerCase();
  const owner = query.get('accountId');
  const projectId = query.get('projectId');
  const found = jira.state.dashboards.filter(
    (d) =>
      (query.get('status') ?? 'active') === 'active' &&
      maySee(jira, d, viewer) &&
      d.name.toLowerCase().includes(name) &&
      (owner === null || d.ownerId === owner) &&
      (projectId === null || d.shared.some((share) => share.projectId === projectId)) &&
      (!grouped || d.shared.some((share) => share.groupId !== undefined && share.groupId === groupId)),
  );
  const sorted = ordered(found, query.get('orderBy') ?? 'name', {
    id: (d) => Number(d.id),
    name: (d) => d.name,
    description: (d) => d.description,
    owner: (d) => userById(jira, d.ownerId)?.displayName ?? '',
    favorite_count: () => 0,
    is_favorite: () => 0,
  });
  return page(call, sorted, (dashboard) => {
    const full = formatDashboard(jira, dashboard, viewer);
    const members = ['id', 'self', 'name', ...expand.map((entry) => EXPANDS[entry] ?? '')];
    return Object.fromEntries(Object.entries(full).filter(([member]) => members.includes(member)));
  });
}

const get = (call: Call): Response =>
  ok(formatDashboard(call.jira, visibleDashboard(call, 'id'), call.viewer));

/** Dashboards; their gadgets are in `dashboard-gadgets.ts`. */
export const dashboardRoutes: readonly Route[] = [
  route('GET', '/dashboard', list, { anonymous: true }),
  route('POST', '/dashboard', create),
  route('GET', '/dashboard/search', search, { anonymous: true }),
  route('GET', '/dashboard/{id}', get, { anonymous: true }),
  route('PUT', '/dashboard/{id}', update),
  route('DELETE', '/dashboard/{id}', remove),
  route('POST', '/dashboard/{id}/copy', copy),
];
