import type { JiraSite, Principal } from '../../contract';
import { proxyError, type GatewayCall, type GatewayRoute } from '../gateway';
import type { Installation } from '../installation';
import type { Manifest } from '../manifest';

/** Headers that the proxy sets itself; what the app sends under these names must not reach the site. */
const OWN_HEADERS = ['authorization', 'cookie', 'host', 'forge-proxy-authorization', 'forge-proxy-target'];

const isJira = (call: GatewayCall, provider: string): boolean =>
  call.meta['type'] === 'fpp' &&
  call.meta['remote'] === 'jira' &&
  call.meta['provider'] === provider &&
  call.meta['contextAri'] === undefined;

/** `requestJira` as app, as the invoking user, as another user, and as nobody. */
export function jiraRoutes(options: {
  readonly manifest: Manifest;
  readonly installation: Installation;
  readonly jira: JiraSite;
  readonly siteUrl: () => string;
}): GatewayRoute[] {
  const { manifest, installation, jira } = options;

  async function forward(call: GatewayCall, principal: Principal): Promise<Response> {
    const headers = new Headers(call.headers);
    for (const name of OWN_HEADERS) headers.delete(name);
    const hasBody = call.body !== undefined && call.method !== 'GET' && call.method !== 'HEAD';
    const request = new Request(new URL(call.path, options.siteUrl()), {
      method: call.method,
      headers,
      body: hasBody ? call.body : null,
    });
    return await jira.fetch(request, { principal, via: 'forge', invocationId: call.invocation.id });
  }

  return [
    {
      id: 'fpp app jira',
      matches: (call) => isJira(call, 'app'),
      serve: async (call) => await forward(call, { kind: 'app', accountId: installation.accountId }),
    },
    {
      id: 'fpp user jira',
      matches: (call) => isJira(call, 'user') && call.meta['accountId'] === undefined,
      async serve(call) {
        const { accountId } = call.invocation;
        if (accountId === undefined) return proxyError(401, 'NEEDS_AUTHENTICATION_ERR');
        return await forward(call, { kind: 'user', accountId });
      },
    },
    {
      id: 'fpp user jira with accountId',
      matches: (call) => isJira(call, 'user') && typeof call.meta['accountId'] === 'string',
      async serve(call) {
        if (!manifest.impersonation) return proxyError(401, 'NEEDS_AUTHENTICATION_ERR');
        return await forward(call, { kind: 'user', accountId: String(call.meta['accountId']) });
      },
    },
    {
      id: 'fpp none jira',
      matches: (call) => isJira(call, 'none'),
      serve: async (call) => await forward(call, { kind: 'anonymous' }),
    },
  ];
}
