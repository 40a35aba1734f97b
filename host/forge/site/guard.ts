import { randomBytes, timingSafeEqual } from 'node:crypto';

/** A browser that has shown the secret of this start. */
export interface Session {
  readonly id: string;
  /** Who the browser acts as; the user switcher changes it. */
  accountId: string;
}

/** Decides which requests are from this machine's own pages. */
export interface Guard {
  /** A refusal for a foreign Host or Origin header; undefined when both are ours. */
  refuse(request: Request): Response | undefined;
  session(request: Request): Session | undefined;
  /** Opens a session when the address carries the secret; the answer sets the cookie and drops the secret. */
  enter(request: Request): Response | undefined;
  /** True when a cookie may be used for a write: same origin, or the token header that a foreign form cannot send. */
  xsrfSafe(request: Request): boolean;
  /** The query that opens a session. */
  readonly entryQuery: string;
  clear(): void;
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** Refuses requests whose Host or Origin is not one of ours: other local pages and rebinding names. */
export function refuseForeign(request: Request, port: number): Response | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const host = request.headers.get('host');
  if (host === null || !hosts.includes(host)) return new Response('Unknown host', { status: 421 });
  const origin = request.headers.get('origin');
  if (origin !== null && !hosts.some((ours) => origin === `http://${ours}`)) {
    return new Response('Cross-origin requests are not allowed', { status: 403 });
  }
  return undefined;
}

/** Makes the guard of the site's origin. The secret lives as long as the process. */
export function createGuard(port: number, firstUser: string): Guard {
  const secret = randomBytes(24).toString('base64url');
  const sessions = new Map<string, Session>();
  // Cookies do not know ports, so the name has to.
  const cookieName = `host_session_${port}`;

  return {
    entryQuery: `secret=${secret}`,
    refuse: (request) => refuseForeign(request, port),
    session(request) {
      const cookies = (request.headers.get('cookie') ?? '').split(/;\s*/);
      const cookie = cookies.find((candidate) => candidate.startsWith(`${cookieName}=`));
      return cookie === undefined ? undefined : sessions.get(cookie.slice(cookieName.length + 1));
    },
    enter(request) {
      const url = new URL(request.url);
      const shown = url.searchParams.get('secret');
      if (request.method !== 'GET' || shown === null) return undefined;
      if (!same(shown, secret)) return new Response('This address is from an earlier start', { status: 403 });
      const session = { id: randomBytes(24).toString('base64url'), accountId: firstUser };
      sessions.set(session.id, session);
      url.searchParams.delete('secret');
      return new Response(null, {
        status: 303,
        headers: {
          location: url.pathname + url.search,
          'set-cookie': `${cookieName}=${session.id}; Path=/; HttpOnly; SameSite=Strict`,
          'referrer-policy': 'no-referrer',
        },
      });
    },
    xsrfSafe(request) {
      if (request.method === 'GET' || request.method === 'HEAD') return true;
      return request.headers.has('origin') || request.headers.get('x-atlassian-token') === 'no-check';
    },
    clear: () => sessions.clear(),
  };
}
