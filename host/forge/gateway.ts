import type { Invocation } from './invoke';
import type { HostLog } from './log';
import type { FetchHandler } from './runtime';
import type { FetchedMessage, FetchMessage } from './runtime-protocol';

/** One call of the app to the platform. */
export interface GatewayCall {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly path: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
  readonly redirect: RequestRedirect;
  readonly invocation: Invocation;
  readonly signal: AbortSignal;
}

/** How sure we are of a modelled behaviour. */
export type Evidence = 'documented' | 'read in the SDK' | 'second-hand' | '⚠ unverified';

/** One thing the platform does for the app. */
export interface GatewayRoute {
  /** Named in coverage.ts. */
  readonly id: string;
  matches(call: GatewayCall): boolean;
  serve(call: GatewayCall): Promise<Response> | Response;
}

/** A refusal that reaches the app as an exception of `fetch` itself (egress). */
export class GatewayRefusal extends Error {
  readonly errorName: string;
  readonly status: number | undefined;

  constructor(errorName: string, message: string, status?: number) {
    super(message);
    this.errorName = errorName;
    this.status = status;
  }
}

/** The gateway of one host. */
export interface Gateway {
  readonly fetch: FetchHandler;
  /** Ids of all registered routes. */
  readonly routes: readonly string[];
  /** Calls that nothing modelled, newest last. */
  unmodelled(): readonly string[];
}

/** Parses a call's JSON body; undefined when it isn't JSON. */
export function jsonBody(call: GatewayCall): unknown {
  const text = typeof call.body === 'string' ? call.body : Buffer.from(call.body ?? []).toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A refusal in the form that `handleProxyResponseErrors` of the SDK understands. */
export function proxyError(status: number, code: string): Response {
  return new Response(null, { status, headers: { 'forge-proxy-error': code } });
}

const TEXT_TYPES =
  /^(text\/|application\/(json|problem\+json|x-ndjson|xml|javascript|x-www-form-urlencoded))/;

async function toWire(response: Response): Promise<Omit<FetchedMessage, 't' | 'rpc'>> {
  const headers = [...response.headers.entries()].filter(
    ([name]) => name !== 'content-encoding' && name !== 'content-length' && name !== 'transfer-encoding',
  );
  const { status, statusText } = response;
  const type = response.headers.get('content-type') ?? 'text/plain';
  if (TEXT_TYPES.test(type)) return { status, statusText, headers, body: { text: await response.text() } };
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status, statusText, headers, body: { base64: bytes.toString('base64') } };
}

function describe(call: FetchMessage): string {
  const meta = Object.entries(call.meta).map(([name, value]) => `${name}=${String(value)}`);
  return `${call.init.method} ${call.path} (${meta.join(' ')})`;
}

/** Joins routes into the handler of `__forge_fetch__`. What no route takes answers 501 and is written down. */
export function createGateway(
  routes: readonly GatewayRoute[],
  active: ReadonlyMap<string, Invocation>,
  log: HostLog,
): Gateway {
  const missing: string[] = [];

  function notModelled(message: FetchMessage): Response {
    const name = describe(message);
    missing.push(name);
    log.write({
      level: 'error',
      source: 'platform',
      invocationId: message.id,
      text: `EMULATOR_NOT_MODELLED ${name}`,
    });
    const body = { code: 'EMULATOR_NOT_MODELLED', message: `The local host does not model ${name}` };
    return Response.json(body, { status: 501, headers: { 'forge-proxy-error': 'EMULATOR_NOT_MODELLED' } });
  }

  return {
    routes: routes.map((route) => route.id),
    unmodelled: () => missing.slice(-200),
    async fetch(message, signal) {
      const invocation = active.get(message.id);
      if (invocation === undefined) return { name: 'Error', message: 'The invocation has ended' };
      const { init } = message;
      const call: GatewayCall = {
        meta: message.meta,
        path: message.path,
        method: init.method,
        headers: new Headers(init.headers.map(([name, value]): [string, string] => [name, value])),
        body:
          init.body?.base64 === undefined
            ? init.body?.text
            : new Uint8Array(Buffer.from(init.body.base64, 'base64')),
        redirect: init.redirect === 'manual' || init.redirect === 'error' ? init.redirect : 'follow',
        invocation,
        signal,
      };
      try {
        const route = routes.find((candidate) => candidate.matches(call));
        return await toWire(route === undefined ? notModelled(message) : await route.serve(call));
      } catch (error) {
        if (error instanceof GatewayRefusal) {
          const status = error.status === undefined ? {} : { status: error.status };
          return { name: error.errorName, message: error.message, ...status };
        }
        const text = error instanceof Error ? error.message : String(error);
        if (!signal.aborted) {
          log.write({
            level: 'error',
            source: 'platform',
            invocationId: message.id,
            text: `${describe(message)}: ${text}`,
          });
        }
        return { name: 'TypeError', message: `fetch failed: ${text}` };
      }
    },
  };
}
