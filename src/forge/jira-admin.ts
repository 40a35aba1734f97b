import * as v from 'valibot';
import type { AdminJira } from '../app/ports';
import { jiraCall, jiraMust, route } from './jira-request';

const MembersReply = v.object({
  isLast: v.optional(v.boolean()),
  values: v.array(
    v.object({ accountId: v.string(), active: v.boolean(), accountType: v.optional(v.string()) }),
  ),
});
const GroupsReply = v.object({ values: v.array(v.object({ groupId: v.string(), name: v.string() })) });

/** What only the admin page asks of Jira. Reads as the app; the first change is created as the admin. */
export const jiraAdmin: AdminJira = {
  async group(groupId) {
    const path = route`/rest/api/3/group/bulk?groupId=${groupId}`;
    const { values } = await jiraMust({ as: 'app', method: 'GET', path }, GroupsReply);
    const found = values.find((group) => group.groupId === groupId);
    return found && { id: found.groupId, name: found.name };
  },
  async membersOf(groupId, limit) {
    const path = route`/rest/api/3/group/member?groupId=${groupId}&maxResults=${limit}`;
    const reply = await jiraCall({ as: 'app', method: 'GET', path }, MembersReply);
    if (!reply.ok) {
      if (reply.error.status === 404) return undefined;
      throw new Error(`Jira answered ${reply.error.status}: ${reply.error.message}`);
    }
    if (reply.value.isLast === false) return null;
    return reply.value.values
      .filter(({ active, accountType }) => active && (accountType ?? 'atlassian') === 'atlassian')
      .map(({ accountId }) => accountId);
  },
  async createIssue({ projectId, issueTypeId, summary }) {
    const body = { fields: { project: { id: projectId }, issuetype: { id: issueTypeId }, summary } };
    const path = route`/rest/api/3/issue`;
    const Reply = v.object({ id: v.string(), key: v.string() });
    return jiraCall({ as: 'user', method: 'POST', path, body }, Reply);
  },
};
