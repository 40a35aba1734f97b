/**
 * The process in which the app's functions run. It provides the globals that Atlassian's runtime wrapper provides
 * (`__forge_runtime__`, `__forge_fetch__`, a replaced `fetch`) and nothing else; every call goes to the host by IPC.
 * Bundled to one plain file before it is forked. A fault in here must never reach for the network by itself.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { format } from 'node:util';
import type { FetchMessage, FromChild, InvokeMessage, ToChild, WireBody } from './runtime-protocol';

interface Running {
  readonly id: string;
  readonly runtime: object;
  logLines: number;
  logBytes: number;
}

/** Forge keeps 100 lines per runtime-minute and 200 KB per invocation; we count both per invocation. */
const MAX_LOG_LINES = 100;
const MAX_LOG_BYTES = 200 * 1024;

const current = new AsyncLocalStorage<Running>();
const waiting = new Map<
  number,
  { resolve: (response: Response) => void; reject: (error: unknown) => void }
>();
const load = createRequire(`${process.cwd()}/`);
let lastRpc = 0;

function send(message: FromChild): void {
  process.send?.(message);
}

const noMetrics = {
  counter: () => ({ incr() {}, incrBy() {}, decr() {}, decrBy() {} }),
  timing: () => ({ measure: () => ({ stop() {} }) }),
  gauge: () => ({ set() {} }),
};

function makeRuntime(message: InvokeMessage): object {
  const deadline = Date.now() + message.timeoutMs;
  const { proxyUrl, ...meta } = message.runtime;
  return {
    ...meta,
    proxy: { token: 'local', url: proxyUrl },
    lambdaContext: {
      awsRequestId: message.id,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    },
    metrics: noMetrics,
    featureFlags: () => false,
  };
}

async function toWireBody(body: unknown): Promise<WireBody | undefined> {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') return { text: body };
  const bytes = await new Response(body as ConstructorParameters<typeof Response>[0]).arrayBuffer();
  return { base64: Buffer.from(bytes).toString('base64') };
}

function fromWireBody(body: WireBody): string | Uint8Array<ArrayBuffer> | null {
  if (body.base64 !== undefined) return new Uint8Array(Buffer.from(body.base64, 'base64'));
  return body.text ?? null;
}

const NO_BODY = new Set([101, 204, 205, 304]);

async function hostFetch(
  meta: Record<string, unknown>,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const running = current.getStore();
  if (running === undefined) throw new Error('Forge runtime not found.');
  init.signal?.throwIfAborted();
  const headers = new Headers(init.headers);
  const body = await toWireBody(init.body);
  if (body !== undefined && !headers.has('content-type')) {
    const implied = new Request('http://local/', { method: 'POST', body: init.body ?? null }).headers.get(
      'content-type',
    );
    if (implied !== null) headers.set('content-type', implied);
  }
  const rpc = ++lastRpc;
  const message: FetchMessage = {
    t: 'fetch',
    rpc,
    id: running.id,
    meta,
    path,
    init: {
      method: (init.method ?? 'GET').toUpperCase(),
      headers: [...headers.entries()],
      ...(body === undefined ? {} : { body }),
      ...(init.redirect === undefined ? {} : { redirect: init.redirect }),
    },
  };
  return await new Promise<Response>((resolve, reject) => {
    waiting.set(rpc, { resolve, reject });
    init.signal?.addEventListener('abort', () => {
      if (!waiting.delete(rpc)) return;
      send({ t: 'abort', rpc });
      reject(init.signal?.reason);
    });
    send(message);
  });
}

async function egressFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  if (typeof input === 'string' || input instanceof URL)
    return await hostFetch({ type: 'egress' }, String(input), init);
  const body = ['GET', 'HEAD'].includes(input.method) ? null : Buffer.from(await input.arrayBuffer());
  const headers = init?.headers ?? input.headers;
  return await hostFetch({ type: 'egress' }, input.url, { method: input.method, body, ...init, headers });
}

function settle(message: Extract<ToChild, { t: 'fetched' | 'fetchFailed' }>): void {
  const waiter = waiting.get(message.rpc);
  if (waiter === undefined) return;
  waiting.delete(message.rpc);
  if (message.t === 'fetchFailed') {
    const error = Object.assign(
      message.name === 'TypeError' ? new TypeError(message.message) : new Error(message.message),
      {
        ...(message.name === 'TypeError' ? {} : { name: message.name }),
        ...(message.status === undefined ? {} : { status: message.status }),
      },
    );
    waiter.reject(error);
    return;
  }
  const { status, statusText } = message;
  const headers = message.headers.map(([name, value]): [string, string] => [name, value]);
  waiter.resolve(
    new Response(NO_BODY.has(status) ? null : fromWireBody(message.body), { status, statusText, headers }),
  );
}

/** Below this the host's clock is the machine's, read a moment apart. */
const SAME_CLOCK_MS = 500;
const MachineDate = Date;
let clockAheadMs = 0;

/** `Date` by the host's clock, which tests own. */
class HostDate extends MachineDate {
  constructor(...args: [] | ConstructorParameters<typeof MachineDate>) {
    if (args.length === 0) super(HostDate.now());
    else super(...args);
  }

  static override now(): number {
    return MachineDate.now() + clockAheadMs;
  }
}

function followClock(aheadMs: number): void {
  clockAheadMs = Math.abs(aheadMs) < SAME_CLOCK_MS ? 0 : aheadMs;
  if (clockAheadMs !== 0) globalThis.Date = HostDate as DateConstructor;
}

async function invoke(message: InvokeMessage): Promise<void> {
  followClock(message.clockAheadMs);
  const running: Running = { id: message.id, runtime: makeRuntime(message), logLines: 0, logBytes: 0 };
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  try {
    const value: unknown = await current.run(running, async () => {
      const handler: unknown = (load(message.bundle) as Record<string, unknown>)[message.exportName];
      if (typeof handler !== 'function') throw new TypeError(`${message.exportName} is not a function`);
      return (await handler(...message.args)) as unknown;
    });
    send({ t: 'result', id: message.id, ms: elapsed(), value });
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const { name, message: text, stack } = error;
    const wire = { name, message: text, ...(stack === undefined ? {} : { stack }) };
    send({ t: 'error', id: message.id, ms: elapsed(), error: wire });
  }
}

const capture =
  (level: 'debug' | 'info' | 'warn' | 'error') =>
  (...values: unknown[]): void => {
    const running = current.getStore();
    const text = format(...values);
    if (running !== undefined) {
      running.logLines += 1;
      running.logBytes += Buffer.byteLength(text);
      if (running.logLines > MAX_LOG_LINES || running.logBytes > MAX_LOG_BYTES) return;
    }
    send({ t: 'log', level, text, ...(running === undefined ? {} : { id: running.id }) });
  };

function captureConsole(): void {
  const methods = {
    log: capture('info'),
    info: capture('info'),
    warn: capture('warn'),
    error: capture('error'),
  };
  Object.assign(console, methods, { debug: capture('debug'), trace: capture('debug') });
}

captureConsole();
Object.defineProperty(globalThis, '__forge_runtime__', { get: () => current.getStore()?.runtime });
Object.assign(globalThis, { __forge_fetch__: hostFetch, __forge_tunnel__: true, fetch: egressFetch });
process.on('unhandledRejection', (reason) => {
  console.error('Unhandled rejection, the runtime ends:', reason);
  process.nextTick(() => process.exit(1));
});
process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToChild) => {
  if (message.t === 'invoke') void invoke(message);
  else if (message.t === 'ping') send({ t: 'pong' });
  else settle(message);
});
send({ t: 'ready' });
