import { assumeTrustedRoute, getAppContext } from '@forge/api';
import kvs from '@forge/kvs';
import * as v from 'valibot';
import type { SiteAdmin } from '../app/provision/site-admin';
import { jiraCall, jiraMust, route } from './jira-request';

const provisionedKey = 'provisioned';
const Ids = v.record(v.string(), v.string());
const Body = v.record(v.string(), v.unknown());

/** Jira's configuration as the admin who pressed the button. */
export function siteAdmin(): SiteAdmin {
  return site('user');
}

/** Jira's configuration as the app itself sees it, for checks without a person. It changes nothing. */
export function siteReader(): SiteAdmin {
  const refused = (): never => {
    throw new Error('the app on its own only reads the configuration of Jira');
  };
  return { ...site('app'), send: refused, keep: refused, actor: async () => 'app' };
}

/** Paths come from `rest()`, which encodes every part, so they may be trusted as routes. */
function site(as: 'user' | 'app'): SiteAdmin {
  const { appAri, environmentAri } = getAppContext();
  let known: Promise<Record<string, string>> | undefined;
  let account: Promise<string> | undefined;
  return {
    app: { appUuid: lastPart(appAri.toString()), environmentId: lastPart(environmentAri.toString()) },
    get: (path, schema) => jiraCall({ as, method: 'GET', path: assumeTrustedRoute(path) }, schema),
    ask: (path, body, schema) =>
      jiraCall(
        {
          as,
          method: 'POST',
          path: assumeTrustedRoute(path),
          body: Array.isArray(body) ? body : v.parse(Body, body),
        },
        schema,
      ),
    send: (method, path, body, schema) =>
      jiraCall(
        {
          as,
          method,
          path: assumeTrustedRoute(path),
          ...(body === undefined ? {} : { body: v.parse(Body, body) }),
        },
        schema,
      ),
    ids() {
      known ??= readIds();
      return known;
    },
    async keep(ids) {
      const next = Object.fromEntries(
        Object.entries({ ...(await readIds()), ...ids }).filter(
          (entry): entry is [string, string] => entry[1] !== null,
        ),
      );
      await kvs.set(provisionedKey, next);
      known = Promise.resolve(next);
    },
    actor() {
      const path = route`/rest/api/3/myself`;
      account ??= jiraMust({ as, method: 'GET', path }, v.object({ accountId: v.string() })).then(
        ({ accountId }) => accountId,
      );
      return account;
    },
  };
}

async function readIds(): Promise<Record<string, string>> {
  const stored = await kvs.get<unknown>(provisionedKey);
  return stored === undefined ? {} : v.parse(Ids, stored);
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
