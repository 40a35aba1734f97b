import { isAdmin } from '../access';
import type { FilterRecord } from '../entities-sharing';
import { badRequest } from '../errors';
import { formatUser, formatUserId } from '../formatters/user';
import type { Call } from '../http';
import { byId, selfLink, type Jira } from '../store';
import { formatShare, isForEverybody, sharedWith } from './shares';

/** Jira's text for a filter that is missing or private. */
export const NOT_AVAILABLE =
  'The selected filter is not available to you, perhaps it has been deleted or had its permissions changed.';

/** Whether the account may change the filter. */
export const mayEdit = (jira: Jira, filter: FilterRecord, accountId: string | undefined): boolean =>
  accountId !== undefined && (filter.ownerId === accountId || sharedWith(jira, filter.editors, accountId));

/** Whether the account (undefined: an anonymous visitor) sees the filter; who edits it sees it too. */
export const maySee = (jira: Jira, filter: FilterRecord, accountId: string | undefined): boolean =>
  mayEdit(jira, filter, accountId) || sharedWith(jira, filter.shared, accountId);

/** Whether an administrator asked for filters that are not shared with them. @throws JiraError 400 for others */
export function overrides(call: Call): boolean {
  if (call.query.get('overrideSharePermissions') !== 'true') return false;
  if (!isAdmin(call.jira, call.viewer))
    throw badRequest('You must be a Jira administrator to override share permissions.');
  return true;
}

/** The filter of the path, if the caller sees it. @throws JiraError 400, as Jira does, not 404 */
export function visibleFilter(call: Call): FilterRecord {
  const filter = byId(call.jira.state.filters, call.param('id'));
  if (!filter || !(maySee(call.jira, filter, call.viewer) || overrides(call)))
    throw badRequest(NOT_AVAILABLE);
  return filter;
}

/** Members that `expand` fills on a filter. */
const EXPANDS = ['sharedUsers', 'subscriptions'];

/** `Filter` pages within a filter: empty unless expanded. */
const innerPage = (items: readonly unknown[], expanded: boolean) => ({
  size: items.length,
  items: expanded ? items : [],
  'max-results': 1000,
  'start-index': 0,
  'end-index': expanded ? items.length : 0,
});

/** A filter (`Filter`). */
export function formatFilter(
  jira: Jira,
  filter: FilterRecord,
  viewer: string | undefined,
  expand: readonly string[] = [],
) {
  const odd = expand.find((name) => !EXPANDS.some((known) => name.startsWith(known)));
  if (odd !== undefined) throw badRequest(`The expand value '${odd}' is invalid.`);
  const reached = filter.shared.filter((share) => !isForEverybody(share));
  const users = jira.state.users.filter((user) => sharedWith(jira, reached, user.accountId));
  const expanded = (name: string): boolean => expand.some((entry) => entry.startsWith(name));
  return {
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
    sharePermissions: filter.shared.map((share) => formatShare(jira, share, viewer)),
    editPermissions: filter.editors.map((share) => formatShare(jira, share, viewer)),
    sharedUsers: innerPage(
      users.map((user) => formatUser(jira, user)),
      expanded('sharedUsers'),
    ),
    subscriptions: innerPage([], false),
  };
}

/**
 * Whether a filter's name fits `filterName`: in quotation marks the words are a phrase, else each of them is part of
 * the name; with `substring` the text as a whole is. ⚠ Jira's full text rules are richer.
 */
export function nameFits(name: string, wanted: string, substring: boolean): boolean {
  const text = name.toLowerCase();
  const query = wanted.trim().toLowerCase();
  if (substring) return text.includes(query);
  const phrase = /^"(.*)"$/s.exec(query)?.[1];
  if (phrase === undefined) return query.split(/\s+/).every((word) => text.includes(word));
  const words = (value: string): string => ` ${(value.match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')} `;
  return words(text).includes(words(phrase));
}
