/** Messages between the host and the process in which the app's functions run. All of them are plain JSON. */

/** What `__forge_runtime__` shows to one invocation, without the parts that only exist as functions. */
interface RuntimeMeta {
  readonly contextAri: string;
  readonly appContext: {
    readonly appId: string;
    readonly appVersion: string;
    readonly environmentId: string;
    readonly environmentType: string;
    readonly invocationId: string;
    readonly installationId: string;
    readonly functionKey: string;
    readonly moduleType: string;
    readonly moduleKey: string;
    readonly license: { readonly active: boolean };
    readonly permissions: { readonly scopes: readonly string[]; readonly external: unknown };
  };
  readonly container: { readonly region: string; readonly runtime: string; readonly handler: string };
  readonly aaid?: string;
  readonly tracing: { readonly traceId: string; readonly spanId: string };
  readonly realtime: { readonly contextToken?: string };
  readonly proxyUrl: string;
}

/** Runs one exported function of a bundle. */
export interface InvokeMessage {
  readonly t: 'invoke';
  readonly id: string;
  readonly bundle: string;
  readonly exportName: string;
  readonly args: readonly unknown[];
  readonly timeoutMs: number;
  readonly runtime: RuntimeMeta;
  /** How far the host's clock is ahead of the machine's; the app sees the host's time. */
  readonly clockAheadMs: number;
}

/** A body on the wire: text as it is, anything else in base64. */
export interface WireBody {
  readonly text?: string;
  readonly base64?: string;
}

/** One call of `__forge_fetch__` (or of the replaced `fetch`, whose `meta.type` is `egress`). */
export interface FetchMessage {
  readonly t: 'fetch';
  readonly rpc: number;
  readonly id: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly path: string;
  readonly init: {
    readonly method: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body?: WireBody;
    readonly redirect?: string;
  };
}

/** The answer to a FetchMessage. */
export interface FetchedMessage {
  readonly t: 'fetched';
  readonly rpc: number;
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: WireBody;
}

/** The call failed before there was a response. */
export interface FetchFailedMessage {
  readonly t: 'fetchFailed';
  readonly rpc: number;
  readonly name: string;
  readonly message: string;
  readonly status?: number;
}

/** How an error of the app travels. */
interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

/** Everything the child says. */
export type FromChild =
  | { readonly t: 'ready' }
  | { readonly t: 'pong' }
  | { readonly t: 'result'; readonly id: string; readonly ms: number; readonly value?: unknown }
  | { readonly t: 'error'; readonly id: string; readonly ms: number; readonly error: WireError }
  | {
      readonly t: 'log';
      readonly id?: string;
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly text: string;
    }
  | { readonly t: 'abort'; readonly rpc: number }
  | FetchMessage;

/** Everything the host says. */
export type ToChild = { readonly t: 'ping' } | InvokeMessage | FetchedMessage | FetchFailedMessage;
