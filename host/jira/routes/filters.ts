import * as v from 'valibot';
import type { FilterRecord } from '../entities';
import { badRequest, forbidden } from '../errors';
import { formatUserId } from '../formatters/user';
import { noContent, ok, page, queryList, route, signedIn, type Call, type Route } from '../http';
import { parseJql } from '../jql/parse';
import { matcherOf } from '../jql/search';
import { nextId, selfLink, type Jira } from '../store';

const filterBody = v.looseObject({
  name: v.string(),
  description: v.optional(v.string(), ''),
  jql: v.optional(v.string(), ''),
  favourite: v.optional(v.boolean(), false),
  sharePermissions: v.optional(v.array(v.looseObject({ type: v.string() })), []),
});

const shared = (filter: FilterRecord): boolean =>
  filter.shared.some((permission) =>
    ['global', 'loggedin', 'authenticated'].includes(String(permission['type'])),
  );

const visible = (filter: FilterRecord, viewer: string | undefined): boolean =>
  filter.ownerId === viewer || shared(filter);

const formatFilter = (jira: Jira, filter: FilterRecord, viewer: string | undefined) => ({
  self: selfLink(jira, `filter/${filter.id}`),
  id: filter.id,
  name: filter.name,
  description: filter.description,
  owner: formatUserId(jira, filter.ownerId) ?? undefined,
  jql: filter.jql,
  viewUrl: `${jira.baseUrl}/issues/?filter=${filter.id}`,
  searchUrl: selfLink(jira, `search/jql?jql=${encodeURIComponent(filter.jql)}`),
  favourite: viewer !== undefined && filter.favourite.includes(viewer),
  favouritedCount: filter.favourite.length,
  sharePermissions: filter.shared,
  editPermissions: [],
});

function find(call: Call): FilterRecord {
  const filter = call.jira.state.filters.find((f) => f.id === call.param('id') && visible(f, call.viewer));
  // Jira answers 400, not 404, for filters that are missing or private.
  if (!filter)
    throw badRequest(
      'The selected filter is not available to you, perhaps it has been deleted or had its permissions changed.',
    );
  return filter;
}

function check(call: Call, body: v.InferOutput<typeof filterBody>, except?: FilterRecord): void {
  matcherOf(call.jira, call.viewer, parseJql(body.jql));
  const taken = call.jira.state.filters.some(
    (f) => f !== except && f.ownerId === call.viewer && f.name === body.name,
  );
  if (taken) throw badRequest('Filter with same name already exists.');
}

const shares = (jira: Jira, input: v.InferOutput<typeof filterBody>['sharePermissions']) =>
  input.map((permission) => ({ id: Number(nextId(jira, 'share')), type: permission.type }));

async function create(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const body = await call.body(filterBody);
  check(call, body);
  const filter: FilterRecord = {
    id: nextId(call.jira, 'filter'),
    name: body.name,
    description: body.description,
    jql: body.jql,
    ownerId: viewer,
    favourite: body.favourite ? [viewer] : [],
    shared: shares(call.jira, body.sharePermissions),
  };
  call.jira.state.filters.push(filter);
  return ok(formatFilter(call.jira, filter, viewer));
}

async function update(call: Call): Promise<Response> {
  const filter = find(call);
  if (filter.ownerId !== call.viewer) throw forbidden('You do not have permission to edit this filter.');
  const body = await call.body(filterBody);
  check(call, body, filter);
  Object.assign(filter, {
    name: body.name,
    description: body.description,
    jql: body.jql,
    shared: shares(call.jira, body.sharePermissions),
  });
  return ok(formatFilter(call.jira, filter, call.viewer));
}

function remove(call: Call): Response {
  const filter = find(call);
  if (filter.ownerId !== call.viewer) throw forbidden('You do not have permission to delete this filter.');
  call.jira.state.filters = call.jira.state.filters.filter((f) => f !== filter);
  return noContent();
}

function search(call: Call): Response {
  const name = (call.query.get('filterName') ?? '').toLowerCase();
  const owner = call.query.get('accountId');
  const expand = queryList(call, 'expand');
  const found = call.jira.state.filters.filter(
    (f) =>
      visible(f, call.viewer) &&
      f.name.toLowerCase().includes(name) &&
      (owner === null || f.ownerId === owner),
  );
  return page(call, found, (filter) => {
    const full = formatFilter(call.jira, filter, call.viewer);
    const { self, id, name: title } = full;
    const chosen = Object.entries(full).filter(([key]) => expand.includes(key));
    return { self, id, name: title, ...Object.fromEntries(chosen) };
  });
}

/** Saved filters. */
export const filterRoutes: readonly Route[] = [
  route('POST', '/filter', create),
  route('GET', '/filter/my', (call) => {
    const viewer = signedIn(call);
    return ok(
      call.jira.state.filters
        .filter((f) => f.ownerId === viewer)
        .map((f) => formatFilter(call.jira, f, viewer)),
    );
  }),
  route('GET', '/filter/search', search, { anonymous: true }),
  route('GET', '/filter/{id}', (call) => ok(formatFilter(call.jira, find(call), call.viewer)), {
    anonymous: true,
  }),
  route('PUT', '/filter/{id}', update),
  route('DELETE', '/filter/{id}', remove),
];
