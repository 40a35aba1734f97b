import { GatewayRefusal, proxyError, type GatewayCall, type GatewayRoute } from '../gateway';
import type { Manifest } from '../manifest';
import { isLoopback, type Remotes } from '../remotes';

/** Ports that Forge's outbound proxy allows (nodejs-runtime, 2026-08-21). */
const ALLOWED_PORTS = new Set([
  '',
  '80',
  '443',
  '8060',
  '8080',
  '8085',
  '8089',
  '8090',
  '8443',
  '8444',
  '7990',
]);
const NOT_FORWARDED = [
  'host',
  'connection',
  'content-length',
  'forge-proxy-authorization',
  'forge-proxy-target',
];

/** True when an address of the manifest (`https://*.example.com`, `*`) covers the URL. Paths don't count. */
export function egressAllows(addresses: readonly string[], url: URL): boolean {
  return addresses.some((address) => {
    if (address === '*') return true;
    const withScheme = address.includes('://') ? address : `https://${address}`;
    const [scheme, rest = ''] = withScheme.split('://');
    const host = rest.split('/')[0] ?? '';
    if (`${scheme ?? ''}:` !== url.protocol) return false;
    return host.startsWith('*.') ? url.host.endsWith(host.slice(1)) : url.host === host;
  });
}

/** `fetch` of the app, and `invokeRemote`. */
export function outboundRoutes(options: {
  readonly manifest: Manifest;
  readonly remotes: Remotes;
  /** Development map from the origin that the app names to the one that is called. */
  readonly egressMap: Readonly<Record<string, string>>;
}): GatewayRoute[] {
  const { manifest, remotes, egressMap } = options;

  function mapped(url: URL): URL {
    const target = egressMap[url.origin];
    return target === undefined ? url : new URL(url.pathname + url.search, target);
  }

  async function send(
    call: GatewayCall,
    url: URL,
    extra: Readonly<Record<string, string>>,
  ): Promise<Response> {
    const headers = new Headers(call.headers);
    for (const name of NOT_FORWARDED) headers.delete(name);
    for (const [name, value] of Object.entries(extra)) headers.set(name, value);
    const hasBody = call.body !== undefined && call.method !== 'GET' && call.method !== 'HEAD';
    return await fetch(mapped(url), {
      method: call.method,
      headers,
      body: hasBody ? call.body : null,
      redirect: call.redirect,
      signal: call.signal,
    });
  }

  async function invokeRemote(call: GatewayCall): Promise<Response> {
    const key = String(call.meta['remote']);
    const remote = manifest.remotes.get(key);
    const base = remotes.url(key);
    if (remote === undefined || base === undefined) return proxyError(400, 'INVALID_REMOTE');
    const target = new URL(base);
    const url = new URL(
      target.pathname.replace(/\/+$/, '') + (call.path.startsWith('/') ? call.path : `/${call.path}`),
      target,
    );
    // The path must not lead to another host than the admin named.
    if (url.origin !== target.origin) return proxyError(400, 'INVALID_REMOTE');
    const authorization = `Bearer ${await remotes.invocationToken(call.invocation)}`;
    return await send({ ...call, redirect: 'manual' }, url, { authorization });
  }

  return [
    {
      id: 'frc customer-managed remote',
      matches: (call) =>
        call.meta['type'] === 'frc' &&
        manifest.remotes.get(String(call.meta['remote']))?.configurable !== undefined,
      serve: invokeRemote,
    },
    { id: 'frc declared remote', matches: (call) => call.meta['type'] === 'frc', serve: invokeRemote },
    {
      id: 'egress',
      matches: (call) => call.meta['type'] === 'egress',
      async serve(call) {
        if (!URL.canParse(call.path))
          throw new GatewayRefusal('TypeError', `Failed to parse URL from ${call.path}`);
        const url = new URL(call.path);
        const portAllowed = ALLOWED_PORTS.has(url.port) || isLoopback(mapped(url));
        if (!egressAllows(manifest.egress, url) || !portAllowed) {
          const text = `URL not included in the external fetch backend permissions: ${url.href}. Visit go.atlassian.com/forge-egress for more information.`;
          throw new GatewayRefusal('REQUEST_EGRESS_ALLOWLIST_ERR', text, 403);
        }
        return await send(call, url, {});
      },
    },
  ];
}
