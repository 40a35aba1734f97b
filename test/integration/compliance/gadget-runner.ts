import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import * as v from 'valibot';
import { bundle } from '../../../host/forge/bundle';
import type { HostedJiraSite } from '../../../host/jira/create-jira-site';
import { pointsOf } from '../../../host/jira/points';
import { temporaryFolder } from '../../../scripts/local/temporary-folder';

const root = process.cwd();

/** A node of what UI Kit draws: the whole tree comes over the bridge at every commit. */
export interface Drawn {
  readonly type: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly children: readonly Drawn[];
}

const DrawnNode: v.GenericSchema<unknown, Drawn> = v.object({
  type: v.string(),
  props: v.optional(v.record(v.string(), v.unknown()), {}),
  children: v.optional(v.array(v.lazy(() => DrawnNode)), []),
});
const Fetch = v.object({
  restPath: v.string(),
  fetchRequestInit: v.object({
    method: v.optional(v.string()),
    body: v.optional(v.nullable(v.string())),
    headers: v.optional(v.array(v.tuple([v.string(), v.string()])), []),
  }),
});

/** One request of the gadget to Jira. */
interface GadgetCall {
  readonly path: string;
  readonly body: string;
  /** Milliseconds after the gadget was opened at which the answer was there. */
  readonly answeredAt: number;
  /** What Jira charges for it. */
  readonly points: number;
}

export interface GadgetRun {
  readonly calls: readonly GadgetCall[];
  /** What `view.submit` was given, last. */
  readonly submitted: () => unknown;
  readonly closed: () => boolean;
  /** The tree as drawn now. */
  readonly tree: () => Drawn;
  /** All words on the screen, in order. */
  readonly words: () => string;
  readonly all: (type: string) => Drawn[];
  /** Resolves with the milliseconds since the start when `seen` holds of what is drawn; it is asked after every draw. */
  readonly until: (seen: (tree: Drawn) => boolean) => Promise<number>;
  stop(): void;
}

export interface GadgetOptions {
  readonly jira: HostedJiraSite;
  readonly accountId: string;
  readonly configuration?: unknown;
  readonly editing?: boolean;
  /** Answers instead of Jira. */
  readonly instead?: (path: string, body: string) => Response | undefined;
}

let bundled: Promise<string> | undefined;

/** The gadget as the host serves it: classic JSX, for production. */
async function gadgetCode(): Promise<string> {
  const folder = await temporaryFolder('gadget-code');
  try {
    const { file } = await bundle({
      entry: path.join(root, 'static/compliance-gadget/main.tsx'),
      baseDir: root,
      outDir: folder.path,
      name: 'gadget.js',
      format: 'iife',
      platform: 'browser',
      react: true,
    });
    return await readFile(file, 'utf8');
  } finally {
    await folder.remove();
  }
}

/** Runs the gadget without a browser: its own code and `@forge/react`, with a bridge that forwards to Jira as a person. */
export async function runGadget(options: GadgetOptions): Promise<GadgetRun> {
  const code = await (bundled ??= gadgetCode());
  const { jira, accountId, configuration, editing = false, instead } = options;
  const calls: GadgetCall[] = [];
  const watchers = new Set<() => void>();
  let tree: Drawn = { type: 'Root', props: {}, children: [] };
  let submitted: unknown;
  let closed = false;
  const started = performance.now();

  async function fetchProduct(data: unknown): Promise<object> {
    const { restPath, fetchRequestInit } = v.parse(Fetch, data);
    const { method = 'GET', headers, body } = fetchRequestInit;
    const request = new Request(new URL(restPath, 'https://jira.example'), {
      method,
      headers: headers.filter(([name]) => name !== 'content-length'),
      ...(body ? { body } : {}),
    });
    const response =
      instead?.(restPath, body ?? '') ??
      (await jira.fetch(request, { principal: { kind: 'user', accountId }, via: 'rest' }));
    const points = await pointsOf(method, restPath, response.clone());
    const text = await response.text();
    calls.push({ path: restPath, body: body ?? '', answeredAt: performance.now() - started, points });
    return {
      status: response.status,
      statusText: response.statusText,
      headers: {},
      body: text,
      isAttachment: false,
    };
  }

  function callBridge(command: string, data: unknown): unknown {
    switch (command) {
      case 'getContext':
        return Promise.resolve({
          extension: {
            type: 'jira:dashboardGadget',
            entryPoint: editing ? 'edit' : 'view',
            ...(configuration === undefined ? {} : { gadgetConfiguration: configuration }),
          },
        });
      case 'reconcile':
        tree = v.parse(v.object({ forgeDoc: DrawnNode }), data).forgeDoc;
        for (const look of watchers) look();
        return undefined;
      case 'fetchProduct':
        return fetchProduct(data);
      case 'submit':
        submitted = data;
        return Promise.resolve(true);
      case 'close':
        closed = true;
        return Promise.resolve(true);
      case 'onError':
        throw v.parse(v.object({ error: v.unknown() }), data).error;
      default:
        return Promise.resolve(undefined);
    }
  }

  const stopTimers = runInSandbox(code, callBridge);
  return {
    calls,
    submitted: () => submitted,
    closed: () => closed,
    tree: () => tree,
    words: () => wordsOf(tree),
    all: (type) => allOf(tree, type),
    async until(seen) {
      if (seen(tree)) return performance.now() - started;
      return new Promise((resolve) => {
        const look = (): void => {
          if (!seen(tree)) return;
          watchers.delete(look);
          resolve(performance.now() - started);
        };
        watchers.add(look);
      });
    },
    stop: stopTimers,
  };
}

/** Browser globals that the bundle asks for; a `Request` of a page takes addresses without an origin. */
function runInSandbox(code: string, callBridge: (command: string, data: unknown) => unknown): () => void {
  const timers = new Set<NodeJS.Timeout>();
  const keep = (timer: NodeJS.Timeout): NodeJS.Timeout => {
    timers.add(timer);
    return timer;
  };
  class PageRequest extends Request {
    constructor(address: string, init?: RequestInit) {
      super(new URL(address, 'https://frame.example'), init);
    }
  }
  const page: Record<string, unknown> = {
    Response,
    Headers,
    Blob,
    FormData,
    URL,
    URLSearchParams,
    TextEncoder,
    TextDecoder,
    AbortController,
    console,
    crypto,
    performance,
    queueMicrotask,
    structuredClone,
    Event,
    EventTarget,
    Request: PageRequest,
    setTimeout: (task: () => void, ms?: number) => keep(setTimeout(task, ms)),
    setInterval: (task: () => void, ms?: number) => keep(setInterval(task, ms)),
    clearTimeout,
    clearInterval,
    __bridge: { callBridge },
  };
  page['self'] = page['window'] = page['globalThis'] = page;
  runInContext(code, createContext(page));
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
}

/** Every node of a type, in the order of the screen. */
export function allOf(tree: Drawn, type: string): Drawn[] {
  return [...(tree.type === type ? [tree] : []), ...tree.children.flatMap((child) => allOf(child, type))];
}

/** The words of a node and what is in it. */
export function wordsOf(node: Drawn): string {
  if (node.type === 'String') return String(node.props['text']);
  return node.children.map(wordsOf).filter(Boolean).join(' ');
}
