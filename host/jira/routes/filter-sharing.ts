import * as v from 'valibot';
import { isAdmin } from '../access';
import type { FilterRecord } from '../entities-sharing';
import { badRequest, forbidden, notFound } from '../errors';
import { created, idText, noContent, ok, queryList, route, signedIn, type Call, type Route } from '../http';
import { formatFilter, maySee, NOT_AVAILABLE, visibleFilter } from '../sharing/filters';
import { formatShare, isForEverybody, sharer, sharesOf, type ShareInput } from '../sharing/shares';
import { byId, userById } from '../store';
import { nameTaken } from './filters';

/** The filter of the path for its sharing: here Jira answers 404 for what the caller does not see. */
function seen(call: Call): FilterRecord {
  const filter = byId(call.jira.state.filters, call.param('id'));
  if (!filter || !maySee(call.jira, filter, call.viewer)) throw notFound(NOT_AVAILABLE);
  return filter;
}

const permissions = (call: Call): Response =>
  ok(seen(call).shared.map((share) => formatShare(call.jira, share, call.viewer)));

function permission(call: Call): Response {
  const share = seen(call).shared.find(({ id }) => String(id) === call.param('permissionId'));
  if (!share) throw notFound('The share permission does not exist.');
  return ok(formatShare(call.jira, share, call.viewer));
}

const addBody = v.looseObject({
  type: v.picklist(['user', 'project', 'group', 'projectRole', 'global', 'authenticated']),
  groupId: v.nullish(v.string()),
  groupname: v.nullish(v.string()),
  projectId: v.nullish(idText),
  projectRoleId: v.nullish(idText),
  accountId: v.nullish(v.string()),
});

async function addPermission(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const filter = seen(call);
  if (filter.ownerId !== viewer) throw badRequest('You do not own this filter.');
  const body = await call.body(addBody);
  if (body.groupId != null && body.groupname != null)
    throw badRequest("Only one of 'groupId' and 'groupname' may be given.");
  const input: ShareInput = {
    type: body.type,
    group: { groupId: body.groupId, name: body.groupname },
    project: { id: body.projectId },
    role: { id: body.type === 'projectRole' ? body.projectRoleId : undefined },
    user: { accountId: body.accountId },
  };
  const added = sharesOf(call.jira, sharer(call.jira, viewer, false), [input]);
  if (added.some(isForEverybody)) filter.shared = added;
  else if (filter.shared.some(isForEverybody))
    throw badRequest('The filter is shared with everybody; remove this share before another is added.');
  else filter.shared = [...filter.shared, ...added];
  return created(filter.shared.map((share) => formatShare(call.jira, share, viewer)));
}

function removePermission(call: Call): Response {
  const viewer = signedIn(call);
  const filter = seen(call);
  const gone = filter.shared.find(({ id }) => String(id) === call.param('permissionId'));
  if (filter.ownerId !== viewer || !gone) throw notFound(NOT_AVAILABLE);
  filter.shared = filter.shared.filter((share) => share !== gone);
  return noContent();
}

function favourites(call: Call): Response {
  const { jira, viewer } = call;
  const found = jira.state.filters.filter(
    (f) => viewer !== undefined && f.favourite.includes(viewer) && maySee(jira, f, viewer),
  );
  return ok(found.map((f) => formatFilter(jira, f, viewer, queryList(call, 'expand'))));
}

const setFavourite =
  (wanted: boolean) =>
  (call: Call): Response => {
    const viewer = signedIn(call);
    const filter = visibleFilter(call);
    const others = filter.favourite.filter((accountId) => accountId !== viewer);
    filter.favourite = wanted ? [...others, viewer] : others;
    return ok(formatFilter(call.jira, filter, viewer, queryList(call, 'expand')));
  };

async function setOwner(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const { jira } = call;
  const admin = isAdmin(jira, viewer);
  const filter = byId(jira.state.filters, call.param('id'));
  if (!filter || !(admin || maySee(jira, filter, viewer))) throw notFound(NOT_AVAILABLE);
  if (filter.ownerId !== viewer && !admin)
    throw forbidden('Only the owner of the filter or a Jira administrator can change its owner.');
  const { accountId } = await call.body(v.looseObject({ accountId: v.string() }));
  const owner = userById(jira, accountId);
  if (!owner?.active) throw notFound('The new owner of the filter was not found.');
  if (nameTaken(jira, owner.accountId, filter.name, filter))
    throw badRequest('The new owner owns a filter with the same name.');
  filter.ownerId = owner.accountId;
  return noContent();
}

/** Who sees, owns and likes saved filters. */
export const filterSharingRoutes: readonly Route[] = [
  route('GET', '/filter/favourite', favourites, { anonymous: true }),
  route('PUT', '/filter/{id}/favourite', setFavourite(true)),
  route('DELETE', '/filter/{id}/favourite', setFavourite(false)),
  route('PUT', '/filter/{id}/owner', setOwner),
  route('GET', '/filter/{id}/permission', permissions, { anonymous: true }),
  route('POST', '/filter/{id}/permission', addPermission),
  route('GET', '/filter/{id}/permission/{permissionId}', permission, { anonymous: true }),
  route('DELETE', '/filter/{id}/permission/{permissionId}', removePermission),
];
