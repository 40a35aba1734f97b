import * as v from 'valibot';
import { jiraMust, route } from './jira-request';

/** accountId of the app's own Jira user. */
export async function appAccountId(): Promise<string> {
  const path = route`/rest/api/3/myself`;
  return (await jiraMust({ as: 'app', method: 'GET', path }, v.object({ accountId: v.string() }))).accountId;
}
