import { requestJira } from '@forge/bridge';
import * as v from 'valibot';
import { indexPropertyKey } from '#core/property/index-words';

/** Jira as the viewer sees it: no function of the app is called, and nothing is shown that the viewer may not see. */

/** Jira did not answer as it should; the message is for the viewer. */
export class JiraFailure extends Error {}

async function ask<T>(schema: v.GenericSchema<unknown, T>, path: string, body?: object): Promise<T> {
  const init = { headers: { Accept: 'application/json', 'Content-Type': 'application/json' } };
  const response = await requestJira(
    path,
    body === undefined ? init : { ...init, method: 'POST', body: JSON.stringify(body) },
  ).catch(() => undefined);
  if (!response) throw new JiraFailure('Jira did not answer.');
  if (response.status === 429) throw new JiraFailure('Jira is busy. Try again in a minute.');
  if (!response.ok) throw new JiraFailure(`Jira answered with an error (${response.status}).`);
  const parsed = v.safeParse(schema, await response.json().catch(() => undefined));
  if (!parsed.success) throw new JiraFailure('Jira gave an answer that this gadget cannot read.');
  return parsed.output;
}

/** Counts what a search finds. Jira calls it approximate. */
export async function countIssues(jql: string): Promise<number> {
  return (await ask(v.object({ count: v.number() }), '/rest/api/3/search/approximate-count', { jql })).count;
}

/** A change as a search finds it. */
export interface FoundIssue {
  readonly key: string;
  readonly summary: string;
  /** The index property; empty when Jira shows none. */
  readonly index: Readonly<Record<string, unknown>>;
}

const Found = v.object({
  issues: v.array(
    v.object({
      key: v.string(),
      fields: v.object({ summary: v.optional(v.string(), '') }),
      properties: v.optional(v.record(v.string(), v.unknown()), {}),
    }),
  ),
});
const Index = v.fallback(v.record(v.string(), v.unknown()), {});

/** The first `limit` issues of a search. */
export async function findIssues(jql: string, limit: number): Promise<FoundIssue[]> {
  const body = { jql, maxResults: limit, fields: ['summary'], properties: [indexPropertyKey] };
  const { issues } = await ask(Found, '/rest/api/3/search/jql', body);
  return issues.map(({ key, fields, properties }) => ({
    key,
    summary: fields.summary,
    index: v.parse(Index, properties[indexPropertyKey]),
  }));
}

export interface FoundProject {
  readonly key: string;
  readonly name: string;
}

/** Projects that the edit view offers, at most this many. Jira: 100 a page. */
const maxProjects = 100;

/** The viewer's projects by name. */
export async function findProjects(): Promise<FoundProject[]> {
  const Projects = v.object({ values: v.array(v.object({ key: v.string(), name: v.string() })) });
  return (await ask(Projects, `/rest/api/3/project/search?orderBy=name&maxResults=${maxProjects}`)).values;
}
