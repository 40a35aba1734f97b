import * as v from 'valibot';
import { isAdmin } from '../access';
import type { FilterRecord } from '../entities-sharing';
import { badRequest, JiraError } from '../errors';
import { noContent, ok, page, queryList, route, signedIn, type Call, type Route } from '../http';
import { parseJql } from '../jql/parse';
import { matcherOf } from '../jql/search';
import {
  formatFilter,
  maySee,
  mayEdit,
  nameFits,
  NOT_AVAILABLE,
  overrides,
  visibleFilter,
} from '../sharing/filters';
import { ordered } from '../sharing/order';
import { shareInput, sharer, sharesOf } from '../sharing/shares';
import { byId, nextId, type Jira } from '../store';

const shares = v.nullish(v.array(shareInput));
const createBody = v.looseObject({
  name: v.string(),
  description: v.nullish(v.string(), ''),
  jql: v.nullish(v.string(), ''),
  favourite: v.nullish(v.boolean(), false),
  sharePermissions: shares,
  editPermissions: shares,
});
const updateBody = v.looseObject({
  name: v.string(),
  description: v.nullish(v.string()),
  jql: v.nullish(v.string()),
  sharePermissions: shares,
  editPermissions: shares,
});

/** Whether another filter of this owner has the name. */
export const nameTaken = (jira: Jira, ownerId: string, name: string, except?: FilterRecord): boolean =>
  jira.state.filters.some(
    (f) => f !== except && f.ownerId === ownerId && f.name.toLowerCase() === name.trim().toLowerCase(),
  );

function checkName(jira: Jira, ownerId: string, name: string, except?: FilterRecord): void {
  if (name.trim() === '' || name.length > 255)
    throw new JiraError(400, [], { filterName: 'You must specify a name of at most 255 characters.' });
  if (nameTaken(jira, ownerId, name, except))
    throw new JiraError(400, [], { filterName: 'Filter with same name already exists.' });
}

async function create(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const { jira } = call;
  const body = await call.body(createBody);
  checkName(jira, viewer, body.name);
  matcherOf(jira, viewer, parseJql(body.jql));
  const who = sharer(jira, viewer, overrides(call));
  const filter: FilterRecord = {
    id: nextId(jira, 'filter'),
    name: body.name.trim(),
    description: body.description,
    jql: body.jql,
    ownerId: viewer,
    favourite: body.favourite ? [viewer] : [],
    shared: sharesOf(jira, who, body.sharePermissions ?? []),
    editors: sharesOf(jira, who, body.editPermissions ?? []),
  };
  jira.state.filters.push(filter);
  return ok(formatFilter(jira, filter, viewer, queryList(call, 'expand')));
}

async function update(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const { jira } = call;
  const filter = visibleFilter(call);
  if (!mayEdit(jira, filter, viewer)) throw badRequest('You do not have permission to edit this filter.');
  const body = await call.body(updateBody);
  checkName(jira, filter.ownerId, body.name, filter);
  const jql = body.jql ?? filter.jql;
  matcherOf(jira, viewer, parseJql(jql), [filter.id]);
  const who = sharer(jira, viewer, overrides(call));
  Object.assign(filter, {
    name: body.name.trim(),
    description: body.description ?? filter.description,
    jql,
    shared: body.sharePermissions ? sharesOf(jira, who, body.sharePermissions) : filter.shared,
    editors: body.editPermissions ? sharesOf(jira, who, body.editPermissions) : filter.editors,
  });
  return ok(formatFilter(jira, filter, viewer, queryList(call, 'expand')));
}

function remove(call: Call): Response {
  const viewer = signedIn(call);
  const filter = byId(call.jira.state.filters, call.param('id'));
  const admin = isAdmin(call.jira, viewer);
  if (!filter || !(admin || maySee(call.jira, filter, viewer))) throw badRequest(NOT_AVAILABLE);
  // Jira documents 401, not 403, for who may not delete it.
  if (filter.ownerId !== viewer && !admin)
    throw new JiraError(401, ['You do not have permission to delete this filter.']);
  call.jira.state.filters = call.jira.state.filters.filter((f) => f !== filter);
  return noContent();
}

/** Members that `expand` adds to a search result. */
const EXPANDS = [
  'description',
  'favourite',
  'favouritedCount',
  'jql',
  'owner',
  'searchUrl',
  'sharePermissions',
  'editPermissions',
  'viewUrl',
];
/** Documented too, and never filled here. */
const EMPTY_EXPANDS = ['isWritable', 'approximateLastUsed', 'subscriptions'];

function matching(call: Call): FilterRecord[] {
  const { jira, query, viewer } = call;
  if (query.get('groupname') !== null && query.get('groupId') !== null)
    throw badRequest("The parameters 'groupname' and 'groupId' cannot be used together.");
  const ids = queryList(call, 'id');
  if (ids.length > 200) throw badRequest('At most 200 filter ids may be given.');
  const every = overrides(call);
  const name = query.get('filterName');
  const substring = query.get('isSubstringMatch') === 'true';
  const owner = query.get('accountId');
  const projectId = query.get('projectId');
  const grouped = query.get('groupId') !== null || query.get('groupname') !== null;
  const groupId =
    query.get('groupId') ?? jira.state.groups.find((g) => g.name === query.get('groupname'))?.groupId;
  return jira.state.filters.filter(
    (f) =>
      (every || maySee(jira, f, viewer)) &&
      (ids.length === 0 || ids.includes(f.id)) &&
      (name === null || nameFits(f.name, name, substring)) &&
      (owner === null || f.ownerId === owner) &&
      (projectId === null || f.shared.some((share) => share.projectId === projectId)) &&
      (!grouped || f.shared.some((share) => share.groupId !== undefined && share.groupId === groupId)),
  );
}

function search(call: Call): Response {
  const { jira, query, viewer } = call;
  const expand = queryList(call, 'expand');
  const odd = expand.find((name) => ![...EXPANDS, ...EMPTY_EXPANDS].includes(name));
  if (odd !== undefined) throw badRequest(`The expand value '${odd}' is invalid.`);
  const sorted = ordered(matching(call), query.get('orderBy') ?? 'name', {
    id: (f) => Number(f.id),
    name: (f) => f.name,
    description: (f) => f.description,
    owner: (f) => f.ownerId,
    favourite_count: (f) => f.favourite.length,
    is_favourite: (f) => (viewer !== undefined && f.favourite.includes(viewer) ? 0 : 1),
    is_shared: (f) => (f.shared.length > 0 ? 0 : 1),
  });
  const members = ['self', 'id', 'name', ...expand.filter((name) => EXPANDS.includes(name))];
  return page(call, sorted, (filter) =>
    Object.fromEntries(
      Object.entries(formatFilter(jira, filter, viewer)).filter(([member]) => members.includes(member)),
    ),
  );
}

function mine(call: Call): Response {
  const viewer = signedIn(call);
  const favourites = call.query.get('includeFavourites') === 'true';
  const found = call.jira.state.filters.filter(
    (f) =>
      f.ownerId === viewer || (favourites && f.favourite.includes(viewer) && maySee(call.jira, f, viewer)),
  );
  return ok(found.map((f) => formatFilter(call.jira, f, viewer, queryList(call, 'expand'))));
}

/** Saved filters; who sees, owns and likes them is in `filter-sharing.ts`. */
export const filterRoutes: readonly Route[] = [
  route('POST', '/filter', create),
  route('GET', '/filter/my', mine),
  route('GET', '/filter/search', search, { anonymous: true }),
  route(
    'GET',
    '/filter/{id}',
    (call) => ok(formatFilter(call.jira, visibleFilter(call), call.viewer, queryList(call, 'expand'))),
    { anonymous: true },
  ),
  route('PUT', '/filter/{id}', update),
  route('DELETE', '/filter/{id}', remove),
];
