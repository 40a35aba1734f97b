import * as v from 'valibot';
import type { UserJira } from '../app/ports';
import { jiraCall, route } from './jira-request';

const Nothing = v.pipe(
  v.unknown(),
  v.transform(() => undefined),
);

/** Jira as the person who presses the button: what they may not do is refused. */
export const jiraUser: UserJira = {
  async summary(issueId) {
    const path = route`/rest/api/3/issue/${issueId}?fields=summary`;
    const Reply = v.pipe(
      v.object({ fields: v.object({ summary: v.string() }) }),
      v.transform(({ fields }) => fields.summary),
    );
    return jiraCall({ as: 'user', method: 'GET', path }, Reply);
  },
  async createIssue({ projectId, issueTypeId, summary }) {
    const body = { fields: { project: { id: projectId }, issuetype: { id: issueTypeId }, summary } };
    const path = route`/rest/api/3/issue`;
    const Reply = v.object({ id: v.string(), key: v.string() });
    return jiraCall({ as: 'user', method: 'POST', path, body }, Reply);
  },
  async linkIssues(from, to) {
    const body = { type: { name: 'Relates' }, outwardIssue: { key: from }, inwardIssue: { key: to } };
    const path = route`/rest/api/3/issueLink`;
    return jiraCall({ as: 'user', method: 'POST', path, body }, Nothing);
  },
};
