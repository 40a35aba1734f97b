import { requestJira } from '@forge/bridge';
import * as v from 'valibot';
import type { GroupRef } from '#core/settings/settings';

/** The most matches that a picker shows. */
const shown = 20;

const Groups = v.object({ groups: v.array(v.object({ name: v.string(), groupId: v.string() })) });
const Projects = v.object({
  values: v.array(
    v.object({
      key: v.string(),
      name: v.string(),
      style: v.optional(v.string(), 'classic'),
      simplified: v.optional(v.boolean(), false),
    }),
  ),
});

/** A project that may be chosen; `why` says why one may not. */
export interface ProjectChoice {
  readonly key: string;
  readonly name: string;
  readonly why: string | null;
}

/**
 * Groups whose name contains `query`, as the viewer sees them (`GET /rest/api/3/groups/picker`).
 * @throws Error with words when Jira does not answer
 */
export async function searchGroups(query: string): Promise<GroupRef[]> {
  const found = await read(
    `/rest/api/3/groups/picker?maxResults=${shown}&caseInsensitive=true&query=${encodeURIComponent(query)}`,
    Groups,
  );
  return found.groups.map((group) => ({ id: group.groupId, name: group.name }));
}

/**
 * Projects whose name or key contains `query` (`GET /rest/api/3/project/search`). A team-managed project is `next-gen`
 * or `simplified` there: it has no schemes, so nothing can be set up in it over REST.
 * @throws Error with words when Jira does not answer
 */
export async function searchProjects(query: string): Promise<ProjectChoice[]> {
  const words = query === '' ? '' : `&query=${encodeURIComponent(query)}`;
  const found = await read(
    `/rest/api/3/project/search?maxResults=${shown}&orderBy=name&action=edit${words}`,
    Projects,
  );
  return found.values.map(({ key, name, style, simplified }) => ({
    key,
    name,
    why:
      style === 'next-gen' || simplified
        ? 'Team-managed: Jira lets no app set up its workflow. Choose a company-managed project.'
        : null,
  }));
}

async function read<T>(path: `/${string}`, schema: v.GenericSchema<unknown, T>): Promise<T> {
  const response = await requestJira(path, { headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(`Jira answered ${response.status}. Try again.`);
  const parsed = v.safeParse(schema, await response.json());
  if (!parsed.success) throw new Error('Jira gave an answer that this page cannot read.');
  return parsed.output;
}
