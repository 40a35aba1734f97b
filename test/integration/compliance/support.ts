import * as v from 'valibot';
import { everything, type Scope } from '#core/compliance/rules';
import type { Seed, SeedUser } from '../../../host/contract';
import type { HostedJiraSite } from '../../../host/jira/create-jira-site';
import { seed } from '../../../scripts/local/seed';

/** One request to the site as a person, without the network. */
async function ask<T>(
  jira: HostedJiraSite,
  accountId: string,
  path: string,
  body: object,
  schema: v.GenericSchema<unknown, T>,
): Promise<T> {
  const request = new Request(new URL(`/rest/api/3/${path}`, 'https://jira.example'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const response = await jira.fetch(request, { principal: { kind: 'user', accountId }, via: 'rest' });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return v.parse(schema, await response.json());
}

export async function countOf(jira: HostedJiraSite, accountId: string, jql: string): Promise<number> {
  return (await ask(jira, accountId, 'search/approximate-count', { jql }, v.object({ count: v.number() })))
    .count;
}

/** Keys in the order of the search. */
export async function keysOf(jira: HostedJiraSite, accountId: string, jql: string): Promise<string[]> {
  const Found = v.object({ issues: v.array(v.object({ key: v.string() })) });
  const { issues } = await ask(
    jira,
    accountId,
    'search/jql',
    { jql, maxResults: 5_000, fields: ['key'] },
    Found,
  );
  return issues.map(({ key }) => key);
}

/** Every kind of restriction, alone and together. */
export const scopes: readonly (readonly [name: string, scope: Scope])[] = [
  ['everything', everything],
  ['one project', { ...everything, projectKey: 'DB' }],
  ['the other project', { ...everything, projectKey: 'ARC' }],
  ...(['dev', 'qa', 'staging', 'prod'] as const).map(
    (environment) => [environment, { ...everything, environment }] as const,
  ),
  ...([7, 30, 90, 365] as const).map((days) => [`${days} days`, { ...everything, days }] as const),
  ['all three', { projectKey: 'DB', environment: 'prod', days: 90 }],
];

/** A customer of a service desk: no project shows its issues to them. */
export const stranger: SeedUser = {
  accountId: 'qc-stranger',
  displayName: 'Sam Stranger',
  email: 'sam@example.com',
  accountType: 'customer',
  groups: [],
};

/** The local site's people and the stranger. */
export const seedWithStranger: Seed = { ...seed, users: [...seed.users, stranger] };
