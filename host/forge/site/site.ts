import { existsSync } from 'node:fs';
import path from 'node:path';
import type { JiraSite } from '../../contract';
import type { Platform } from '../platform';
import type { Guard } from './guard';
import type { HostApi } from './host-api';
import { fileBelow, sendFile } from './static-files';

/** What the site's origin is made of. */
export interface SiteOptions {
  readonly jira: JiraSite;
  readonly platform: Platform;
  readonly guard: Guard;
  readonly api: HostApi;
  /** Folder of the built pages; may be absent. */
  readonly pagesDir: string;
}

const PAGE_HEADERS = {
  'content-security-policy': "frame-ancestors 'none'; base-uri 'none'",
  // Browsers leave the Origin header out under no-referrer, and it is one of our checks.
  'referrer-policy': 'same-origin',
};

const NO_PAGES =
  '<!doctype html><title>Local host</title><p>The pages are not built. REST is at /rest/api/3/.';

function unauthorized(): Response {
  const body = {
    errorMessages: ['You are not authenticated. Authentication required to perform this operation.'],
    errors: {},
  };
  return Response.json(body, {
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="protected-area"' },
  });
}

function basicCredentials(request: Request): { email: string; token: string } | undefined {
  const [scheme, encoded] = (request.headers.get('authorization') ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic' || encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { email: text.slice(0, colon), token: text.slice(colon + 1) };
}

/** The request without credentials, which are the transport's business and must not decide anything further in. */
function withoutCredentials(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.delete('authorization');
  headers.delete('cookie');
  const init = { method: request.method, headers, body: request.body, duplex: 'half' };
  return new Request(request.url, init);
}

/** Makes the handler of the site's origin: REST, web triggers, the API of the pages, and the pages. */
export function createSite(options: SiteOptions): (request: Request) => Promise<Response> {
  const { jira, platform, guard, api } = options;

  async function rest(request: Request): Promise<Response> {
    const credentials = basicCredentials(request);
    if (request.headers.has('authorization')) {
      const principal =
        credentials === undefined ? undefined : jira.authenticate(credentials.email, credentials.token);
      if (principal === undefined) return unauthorized();
      return await jira.fetch(withoutCredentials(request), { principal, via: 'rest' });
    }
    const session = guard.session(request);
    if (session !== undefined && !guard.xsrfSafe(request))
      return new Response('XSRF check failed', { status: 403 });
    const principal =
      session === undefined
        ? ({ kind: 'anonymous' } as const)
        : ({ kind: 'user', accountId: session.accountId } as const);
    return await jira.fetch(withoutCredentials(request), { principal, via: 'rest' });
  }

  async function page(pathname: string): Promise<Response> {
    const index = path.join(options.pagesDir, 'index.html');
    const file = pathname === '/' ? undefined : fileBelow(options.pagesDir, pathname);
    if (file !== undefined) return await sendFile(file, file.endsWith('.html') ? PAGE_HEADERS : {});
    if (path.extname(pathname) !== '' && pathname.startsWith('/assets/'))
      return new Response('Not found', { status: 404 });
    if (existsSync(index)) return await sendFile(index, PAGE_HEADERS);
    return new Response(NO_PAGES, {
      headers: { 'content-type': 'text/html; charset=utf-8', ...PAGE_HEADERS },
    });
  }

  return async (request) => {
    const foreign = guard.refuse(request);
    if (foreign !== undefined) return foreign;
    const { pathname } = new URL(request.url);
    if (pathname.startsWith('/rest/')) return await rest(request);
    if (pathname.startsWith('/x1/') || pathname.startsWith('/public/'))
      return await platform.webTriggers.serve(request);
    if (pathname === '/__host/.well-known/jwks.json') return Response.json(await platform.remotes.jwks());
    const entry = guard.enter(request);
    if (entry !== undefined) return entry;
    const session = guard.session(request);
    if (session === undefined)
      return new Response('Open the address that the host printed at its start.', { status: 401 });
    if (!guard.xsrfSafe(request)) return new Response('XSRF check failed', { status: 403 });
    if (pathname.startsWith('/__host/')) return await api.fetch(request, session);
    if (request.method !== 'GET' && request.method !== 'HEAD') return new Response('', { status: 405 });
    return await page(pathname);
  };
}
