import * as v from 'valibot';
import type { Jira } from '../app/ports';
import { jiraCall, route } from './jira-request';

/** What the ledger validator asks of Jira: ids and names, as the app. */
export const jiraLookups: Pick<Jira, 'issueId' | 'displayName'> = {
  async issueId(issueKey) {
    const path = route`/rest/api/3/issue/${issueKey}?fields=status`;
    const reply = await jiraCall({ as: 'app', method: 'GET', path }, v.object({ id: v.string() }));
    return reply.ok ? reply.value.id : undefined;
  },
  async displayName(accountId) {
    const path = route`/rest/api/3/user?accountId=${accountId}`;
    const Reply = v.object({ displayName: v.string() });
    const reply = await jiraCall({ as: 'app', method: 'GET', path }, Reply);
    return reply.ok ? reply.value.displayName : undefined;
  },
};
