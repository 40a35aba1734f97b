import * as v from 'valibot';
import { changeStatuses, type ChangeStatus } from '#core/change/status';
import type { PersonFacts } from '#core/policy/eligibility';
import { indexPropertyKey } from '#core/property/index-words';
import { resultPropertyKey } from '#core/property/result-property';
import type { SiteIds } from '#core/settings/settings';
import { transitionSteps, type TransitionKey } from '#core/workflow/steps';
import type { CommentPart, FieldValues, Jira, RulePorts, SettingsReader } from '../app/ports';
import { adfToText, commentAdf } from './adf';
import { jiraLookups } from './jira-lookups';
import { jiraCall, jiraMust, route } from './jira-request';

const Nothing = v.unknown();
const StatusReply = v.object({ fields: v.object({ status: v.object({ id: v.string() }) }) });
const UserReply = v.object({
  accountId: v.string(),
  active: v.boolean(),
  accountType: v.string(),
  groups: v.object({
    items: v.array(v.object({ name: v.string(), groupId: v.optional(v.nullable(v.string())) })),
  }),
});
const PermissionsReply = v.object({
  projectPermissions: v.array(v.object({ permission: v.string(), issues: v.array(v.number()) })),
});
const MembersReply = v.object({
  isLast: v.optional(v.boolean()),
  values: v.array(
    v.object({ accountId: v.string(), active: v.boolean(), accountType: v.optional(v.string()) }),
  ),
});

/** Jira by REST v3 through Forge. Reads as the app; only transitions are ever made as the user. */
export function jiraIssues(settings: SettingsReader): RulePorts['jira'] {
  const site = async (): Promise<SiteIds> => {
    const { site: ids } = await settings.read();
    if (!ids) throw new Error('the site is not set up');
    return ids;
  };
  return {
    transitionAsUser: (issueId, key) => transition('user', issueId, key),
    transitionAsApp: (issueId, key) => transition('app', issueId, key),
    status: async (issueId) => readStatus(issueId, (await site()).statusIds),
    async writeIndex(issueId, property) {
      const path = route`/rest/api/3/issue/${issueId}/properties/${indexPropertyKey}`;
      await jiraMust({ as: 'app', method: 'PUT', path, body: { ...property } }, Nothing);
    },
    async writeResult(issueId, property) {
      const path = route`/rest/api/3/issue/${issueId}/properties/${resultPropertyKey}`;
      await jiraMust({ as: 'app', method: 'PUT', path, body: { ...property } }, Nothing);
    },
    writeFields: async (issueId, values) => writeFields(issueId, values, (await site()).fields),
    comment: (issueId, parts) => addComment(issueId, parts),
    async commentText(issueId, commentId) {
      const path = route`/rest/api/3/issue/${issueId}/comment/${commentId}`;
      const reply = await jiraCall({ as: 'app', method: 'GET', path }, v.object({ body: v.unknown() }));
      return reply.ok ? adfToText(reply.value.body) : '';
    },
    person: readPerson,
    mayEdit: (accountId, issueId) => hasPermission(accountId, issueId, 'EDIT_ISSUES'),
    members: readMembers,
    ...jiraLookups,
  };
}

async function transition(
  as: 'app' | 'user',
  issueId: string,
  key: TransitionKey,
): ReturnType<Jira['transitionAsApp']> {
  const path = route`/rest/api/3/issue/${issueId}/transitions`;
  const body = { transition: { id: transitionSteps[key].id } };
  return jiraCall(
    { as, method: 'POST', path, body },
    v.pipe(
      Nothing,
      v.transform(() => undefined),
    ),
  );
}

async function readStatus(
  issueId: string,
  statusIds: Readonly<Record<string, string>>,
): Promise<ChangeStatus | undefined | null> {
  const path = route`/rest/api/3/issue/${issueId}?fields=status`;
  const reply = await jiraCall({ as: 'app', method: 'GET', path }, StatusReply);
  if (!reply.ok) {
    if (reply.error.status === 404) return null;
    throw new Error(`Jira answered ${reply.error.status}: ${reply.error.message}`);
  }
  const id = reply.value.fields.status.id;
  return changeStatuses.find((status) => statusIds[status] === id);
}

/** Read-only fields are written by their owning app only, all in one call. */
async function writeFields(issueId: string, values: FieldValues, fields: SiteIds['fields']): Promise<void> {
  const updates = Object.entries(values).flatMap(([name, value]) => {
    const customField = Object.entries(fields).find(([key]) => key === name)?.[1];
    return customField ? [{ customField, issueIds: [Number(issueId)], value }] : [];
  });
  const path = route`/rest/api/3/app/field/value`;
  await jiraMust({ as: 'app', method: 'POST', path, body: { updates } }, Nothing);
}

async function addComment(issueId: string, parts: readonly CommentPart[]): Promise<void> {
  const path = route`/rest/api/3/issue/${issueId}/comment`;
  await jiraMust({ as: 'app', method: 'POST', path, body: { body: commentAdf(parts) } }, Nothing);
}

async function readPerson(accountId: string, issueId: string): Promise<PersonFacts | undefined> {
  const path = route`/rest/api/3/user?accountId=${accountId}&expand=groups`;
  const [reply, mayBrowse] = await Promise.all([
    jiraCall({ as: 'app', method: 'GET', path }, UserReply),
    hasPermission(accountId, issueId, 'BROWSE_PROJECTS'),
  ]);
  if (!reply.ok) {
    if (reply.error.status === 404) return undefined;
    throw new Error(`Jira answered ${reply.error.status}: ${reply.error.message}`);
  }
  const { active, accountType, groups } = reply.value;
  return {
    accountId,
    active,
    accountType,
    groupNames: groups.items.map(({ name }) => name),
    groupIds: groups.items.flatMap(({ groupId }) => (groupId ? [groupId] : [])),
    mayBrowse,
  };
}

async function hasPermission(accountId: string, issueId: string, permission: string): Promise<boolean> {
  const issue = Number(issueId);
  const body = {
    accountId,
    projectPermissions: [{ permissions: [permission], issues: [issue], projects: [] }],
  };
  const path = route`/rest/api/3/permissions/check`;
  const { projectPermissions } = await jiraMust({ as: 'app', method: 'POST', path, body }, PermissionsReply);
  return projectPermissions.some(
    (granted) => granted.permission === permission && granted.issues.includes(issue),
  );
}

async function readMembers(groupId: string, limit: number): Promise<string[] | null> {
  const path = route`/rest/api/3/group/member?groupId=${groupId}&maxResults=${limit}`;
  const reply = await jiraMust({ as: 'app', method: 'GET', path }, MembersReply);
  if (reply.isLast === false) return null;
  return reply.values
    .filter(({ active, accountType }) => active && (accountType ?? 'atlassian') === 'atlassian')
    .map(({ accountId }) => accountId);
}
