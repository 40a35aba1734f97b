import { assumeTrustedRoute, getAppContext } from '@forge/api';
import kvs from '@forge/kvs';
import * as v from 'valibot';
import type { SiteAdmin } from '../app/provision/site-admin';
import { jiraCall, route } from './jira-request';

const provisionedKey = 'provisioned';
const Ids = v.record(v.string(), v.string());

/**
 * Jira's configuration as the admin who pressed the button. Paths come from `rest()`, which encodes every part, so they
 * may be trusted as routes.
 */
export function siteAdmin(): SiteAdmin {
  const { appAri, environmentAri } = getAppContext();
  return {
    app: { appUuid: lastPart(appAri.toString()), environmentId: lastPart(environmentAri.toString()) },
    get: (path, schema) => jiraCall({ as: 'user', method: 'GET', path: assumeTrustedRoute(path) }, schema),
    send: (method, path, body, schema) =>
      jiraCall(
        {
          as: 'user',
          method,
          path: assumeTrustedRoute(path),
          body: v.parse(v.record(v.string(), v.unknown()), body),
        },
        schema,
      ),
    async ids() {
      const stored = await kvs.get<unknown>(provisionedKey);
      return stored === undefined ? {} : v.parse(Ids, stored);
    },
    async keep(ids) {
      const stored = await kvs.get<unknown>(provisionedKey);
      await kvs.set(provisionedKey, { ...(stored === undefined ? {} : v.parse(Ids, stored)), ...ids });
    },
  };
}

/** True when the viewer holds Administer Jira now; asked of Jira, because a hidden page protects nothing. */
export async function viewerIsAdmin(): Promise<boolean> {
  const Reply = v.object({ permissions: v.record(v.string(), v.object({ havePermission: v.boolean() })) });
  const path = route`/rest/api/3/mypermissions?permissions=ADMINISTER`;
  const reply = await jiraCall({ as: 'user', method: 'GET', path }, Reply);
  return reply.ok && reply.value.permissions['ADMINISTER']?.havePermission === true;
}

/** The id after the last slash of an ARI (`…app/<uuid>`, `…environment/<app>/<uuid>`). */
function lastPart(ari: string): string {
  return ari.slice(ari.lastIndexOf('/') + 1);
}
