import * as v from 'valibot';
import { changeStatuses, jiraStatusNames, type ChangeStatus } from '#core/change/status';
import { ConnectionInfo } from '#core/protocol/connection';
import { issueTypeName, resolutionNames } from '#core/workflow/definition';
import type { Host } from '../../../host/create-host';
import type { HostedJiraSite } from '../../../host/jira/create-jira-site';
import { approverGroup, people, projectKey } from '../seed';
import { restAs } from '../set-up-site';
import { chronicle, type Surroundings } from './chronicle';
import type { MadeChange } from './expected';
import { describeIssue, type SiteNames } from './issue';
import { tellStories } from './lives';
import { createRandom } from './random';
import { storeChronicle } from './records';
import type { Cast } from './telling';

export interface HistoryOptions {
  readonly count: number;
  /** Keys of projects among which the changes are spread; the local site's own project unless given. */
  readonly projects?: readonly [string, ...string[]];
  /** The same seed and time make the same history. */
  readonly seed?: number;
  /** Milliseconds since 1970 at which the history ends. */
  readonly now: number;
  readonly onProgress?: (made: number) => void;
}

const cast: Cast = {
  authors: [people.developer.accountId, people.secondDeveloper.accountId, people.admin.accountId],
  approvers: [people.firstApprover.accountId, people.secondApprover.accountId],
  operator: people.operator.accountId,
};

/** How often progress is told. */
const progressStep = 1_000;

/**
 * Fills a provisioned site with a believable year: issues, changelogs, properties and fields in Jira, ledgers in the
 * app's storage, all from the same stories. Answers what it made, for whoever wants to count.
 */
export async function generateHistory(
  host: Host,
  jira: Pick<HostedJiraSite, 'importIssues'>,
  options: HistoryOptions,
): Promise<MadeChange[]> {
  const { count, now, seed = 1, projects = [projectKey], onProgress } = options;
  const [names, site] = await Promise.all([readNames(host), readSurroundings(host)]);
  const stories = tellStories(count, now, cast, (story) => createRandom(seed * 1_000_003 + story));
  const targets = stories.map((_, index) => ({
    projectKey: projects[index % projects.length] ?? projects[0],
    issueTypeId: names.issueTypeId,
  }));
  const made: MadeChange[] = [];
  // All at once when all are told: whoever keeps the state on disk is not woken in between.
  const writes: (() => void)[] = [];
  await jira.importIssues(targets, async (issue, index) => {
    const story = stories[index];
    if (!story) throw new Error('there are more issues than stories');
    const told = await chronicle(story, issue.id, site);
    writes.push(() => storeChronicle(host.platform.kvs, issue, story, told));
    made.push({ ...issue, projectKey: targets[index]?.projectKey ?? projectKey, story });
    if (made.length % progressStep === 0) onProgress?.(made.length);
    return describeIssue(story, told, names);
  });
  for (const write of writes) write();
  return made;
}

const Named = v.object({ id: v.string(), name: v.string() });

async function asAdmin<T>(host: Host, path: string, schema: v.GenericSchema<unknown, T>): Promise<T> {
  const response = await restAs(host, people.admin.email, 'GET', `/rest/api/3/${path}`);
  return v.parse(schema, await response.json());
}

async function readNames(host: Host): Promise<SiteNames> {
  const [types, statuses, resolutions, fields] = await Promise.all([
    asAdmin(host, 'issuetype', v.array(Named)),
    asAdmin(host, 'statuses/search?maxResults=200', v.object({ values: v.array(Named) })),
    asAdmin(host, 'resolution/search?maxResults=100', v.object({ values: v.array(Named) })),
    asAdmin(host, 'field', v.array(Named)),
  ]);
  const idIn = (list: readonly v.InferOutput<typeof Named>[], name: string): string => {
    const found = list.find((one) => one.name === name);
    if (!found) throw new Error(`The site has no "${name}": set it up before it gets a history.`);
    return found.id;
  };
  const statusIds = changeStatuses.map((status) => [status, idIn(statuses.values, jiraStatusNames[status])]);
  const resolutionIds = Object.entries(resolutionNames).map(([status, name]) => [
    status,
    idIn(resolutions.values, name),
  ]);
  return {
    issueTypeId: idIn(types, issueTypeName),
    appAccountId: host.platform.app.accountId,
    statusIds: Object.fromEntries(statusIds) as Record<ChangeStatus, string>,
    resolutionIds: Object.fromEntries(resolutionIds) as SiteNames['resolutionIds'],
    fields: {
      author: idIn(fields, 'Query Change author'),
      approverGroup: idIn(fields, 'Query Change approver group'),
      connection: idIn(fields, 'Query Change connection'),
      approvals: idIn(fields, 'Query Change approvals'),
      outcome: idIn(fields, 'Query Change outcome'),
      risk: idIn(fields, 'Query Change risk'),
    },
  };
}

const StoredSettings = v.object({
  settings: v.object({
    installation: v.string(),
    executor: v.nullable(v.object({ connections: v.array(ConnectionInfo) })),
  }),
});

async function readSurroundings(host: Host): Promise<Surroundings> {
  const Groups = v.object({ values: v.array(v.object({ name: v.string(), groupId: v.string() })) });
  const { values } = await asAdmin(host, 'group/bulk?maxResults=50', Groups);
  const stored = host.platform.kvs.get('entity/settings', 'settings')?.value;
  if (stored === undefined) throw new Error('Set the site up before it gets a history.');
  const { settings } = v.parse(StoredSettings, JSON.parse(stored));
  return {
    installation: settings.installation,
    cast,
    approverGroup: {
      id: values.find(({ name }) => name === approverGroup)?.groupId ?? '',
      name: approverGroup,
    },
    connections: Object.fromEntries((settings.executor?.connections ?? []).map((info) => [info.key, info])),
  };
}
