import * as v from 'valibot';
import { complianceRules, everything, ruleJql, scopedJql } from '#core/compliance/rules';
import { issueTypeName } from '#core/workflow/definition';
import { searchAlias } from '#core/property/index-property';
import { found, made } from '../kept';
import { keepCompliance } from '../keep-compliance';
import { Id, Made, Nothing } from '../lists';
import { rest, type KeptIds, type SiteAdmin } from '../site-admin';
import {
  askAnAdmin,
  blocked,
  change,
  needed,
  ready,
  StepRefused,
  type Act,
  type Look,
  type Site,
  type Step,
} from '../step';

/** A filter as it should be. */
interface Wanted {
  /** Key of its id in the settings. */
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly jql: string;
}

/** The saved filters: one per compliance rule, and what waits for whoever looks. */
function wantedFilters(projectKey: string): Wanted[] {
  const scope = { ...everything, projectKey };
  const waiting = `${searchAlias('pendingApprovers')} = currentUser() AND ${searchAlias('status')} = "in-review"`;
  const requestedAt = searchAlias('requestedAt');
  return [
    ...complianceRules.map((rule) => ({
      key: rule.key,
      name: `${issueTypeName}: ${rule.title}`,
      description: rule.meaning,
      jql: ruleJql(rule, scope),
    })),
    {
      key: 'waiting-for-me',
      name: `${issueTypeName}: Waiting for me`,
      description: 'Changes in review that you may approve, the longest waiting first.',
      jql: `${scopedJql(waiting, 'requestedAt', scope)} ORDER BY ${requestedAt} ASC`,
    },
  ];
}

const Shares = v.optional(v.nullable(v.array(v.object({ type: v.string() }))), []);
const Filter = v.object({
  id: Id,
  name: v.string(),
  description: v.optional(v.nullable(v.string()), ''),
  jql: v.optional(v.string(), ''),
  owner: v.nullish(v.object({ accountId: v.optional(v.string()), displayName: v.optional(v.string()) })),
  sharePermissions: Shares,
});
type Filter = v.InferOutput<typeof Filter>;

/** Sent as `authenticated`, answered as `loggedin`. ⚠ A site may forbid sharing: the step then says what to allow. */
export const everybody = [{ type: 'authenticated' }];
const everybodyWords = 'shared with everybody who is logged in';
export const sharingHint =
  'If Jira forbids sharing, grant "Share dashboards and filters" under Settings, System, Global permissions.';

export function isShared(shares: v.InferOutput<typeof Shares>): boolean {
  return (shares ?? []).some(({ type }) => ['loggedin', 'authenticated', 'global'].includes(type));
}

/** Saved filters for the compliance rules, which everybody may use. Their ids are kept: a second admin makes none. */
export const filtersStep: Step = { look };

async function look(site: Site): Promise<Look> {
  const { admin, ports } = site;
  const ids = await admin.ids();
  const projectKey = ids['projectKey'] ?? site.projectKey;
  if (!projectKey) return blocked('No project is chosen yet.', 'Choose the project first.');
  const { filters: kept } = (await ports.settings.read()).compliance;
  const wanted = wantedFilters(projectKey);
  const there = await findFilters(admin, wanted, kept);
  const news: News = { ids: {}, filters: {} };
  const acts = wanted.flatMap((filter) => filterActs(admin, news, filter, there(filter), kept[filter.key]));
  const right = `${wanted.length} saved filters are there, ${everybodyWords}.`;
  return { ...ready(acts, right, right), apply: () => allOf(site, acts, news) };
}

/** What the acts made and found, written down together at their end. */
interface News {
  readonly ids: Record<string, string>;
  readonly filters: Record<string, string>;
}

/** Filters do not need one another: one that Jira refuses keeps none of the others away. */
async function allOf(site: Site, acts: readonly Act[], news: News): Promise<void> {
  const refusals: StepRefused[] = [];
  for (const act of acts) {
    try {
      await act.run();
    } catch (error) {
      if (!(error instanceof StepRefused)) throw error;
      refusals.push(error);
    }
  }
  if (Object.keys(news.filters).length > 0) {
    await site.admin.keep(news.ids);
    const { filters } = (await site.ports.settings.read()).compliance;
    await keepCompliance(site, 'Filters made', { filters: { ...filters, ...news.filters } });
  }
  const [first] = refusals;
  if (!first) return;
  throw new StepRefused(first.message, refusals.map(({ instruction }) => instruction).join(' '));
}

/** Filters by their kept ids, else by their exact names, whoever owns them. */
async function findFilters(
  admin: SiteAdmin,
  wanted: readonly Wanted[],
  kept: KeptIds,
): Promise<(filter: Wanted) => Filter | undefined> {
  const id = Object.values(kept);
  const byId = await readFilters(admin, id);
  const known = (filter: Wanted) => byId.find((one) => one.id === kept[filter.key]);
  const byName = wanted.every((filter) => known(filter))
    ? []
    : await search(admin, { filterName: `"${issueTypeName}"` });
  return (filter) => known(filter) ?? byName.find(({ name }) => name === filter.name);
}

/** Filters by their ids; those that are not shared with us too, as far as Jira lets an administrator see them. */
export async function readFilters(admin: SiteAdmin, id: readonly string[]): Promise<Filter[]> {
  if (id.length === 0) return [];
  const shared = await search(admin, { id });
  const unseen = id.filter((one) => !shared.some((filter) => filter.id === one));
  if (unseen.length === 0) return shared;
  const query = { id: unseen, overrideSharePermissions: 'true', expand, maxResults: '100' };
  const hidden = await admin.get(rest(['filter', 'search'], query), Page);
  return hidden.ok ? [...shared, ...hidden.value.values] : shared;
}

const Page = v.object({ values: v.array(Filter) });
const expand = 'description,jql,owner,sharePermissions';

async function search(
  admin: SiteAdmin,
  query: Readonly<Record<string, string | readonly string[]>>,
): Promise<Filter[]> {
  const path = rest(['filter', 'search'], { ...query, expand, maxResults: '100' });
  return needed(await admin.get(path, Page), askAnAdmin).values;
}

function filterActs(
  admin: SiteAdmin,
  news: News,
  wanted: Wanted,
  there: Filter | undefined,
  keptId: string | undefined,
): Act[] {
  const what = `Filter "${wanted.name}"`;
  const body = { name: wanted.name, description: wanted.description, jql: wanted.jql };
  if (!there) {
    const gone = keptId !== undefined;
    const detail = `${gone ? 'gone; will be made again, ' : ''}${everybodyWords}: ${wanted.jql}`;
    const create = {
      change: change(gone ? 'repair' : 'create', what, detail),
      run: async () => {
        const whole = { ...body, sharePermissions: everybody };
        const { id } = needed(
          await admin.send('POST', rest(['filter']), whole, Made),
          `Save a filter named "${wanted.name}" with the JQL ${wanted.jql} and share it. ${sharingHint}`,
        );
        Object.assign(news.ids, made(`filter.${wanted.key}`, id));
        news.filters[wanted.key] = id;
      },
    };
    return [create];
  }
  const owner = there.owner?.displayName ?? 'its owner';
  const wrong = [
    ...(there.name === wanted.name ? [] : [`named "${there.name}"`]),
    ...(there.jql === wanted.jql ? [] : [`its JQL is ${there.jql}; should be ${wanted.jql}`]),
    ...(isShared(there.sharePermissions) ? [] : [`not ${everybodyWords}`]),
  ];
  const adopt = {
    change: change('change', what, `exists already, owned by ${owner}; will be used`),
    run: async () => {
      Object.assign(news.ids, found(`filter.${wanted.key}`, there.id));
      news.filters[wanted.key] = there.id;
    },
  };
  const correct = {
    change: change('repair', what, wrong.join('; ')),
    run: async () => {
      const shares = isShared(there.sharePermissions) ? {} : { sharePermissions: everybody };
      needed(
        await admin.send('PUT', rest(['filter', there.id]), { ...body, ...shares }, Nothing),
        `Ask ${owner} to name the filter "${wanted.name}", give it the JQL ${wanted.jql} and share it; or take it over under Settings, System, Shared items, and repeat this step. ${sharingHint}`,
      );
    },
  };
  return [...(there.id === keptId ? [] : [adopt]), ...(wrong.length === 0 ? [] : [correct])];
}
