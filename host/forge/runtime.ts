import { fork, type ChildProcess } from 'node:child_process';
import type { Clock } from './clock';
import type {
  FetchFailedMessage,
  FetchedMessage,
  FetchMessage,
  FromChild,
  InvokeMessage,
  ToChild,
} from './runtime-protocol';

/** A function ended without a value: it threw, ran out of time, or its process died. */
export class InvocationFailure extends Error {
  override readonly name = 'InvocationFailure';
  /** `FUNCTION_TIME_OUT`, `FUNCTION_PLATFORM_UNKNOWN_ERROR`, or the name of the app's own error. */
  readonly errorType: string;
  /** Milliseconds that the platform would bill. */
  readonly ms: number;
  readonly appStack: string | undefined;

  constructor(errorType: string, message: string, ms: number, appStack?: string) {
    super(message);
    this.errorType = errorType;
    this.ms = ms;
    this.appStack = appStack;
  }
}

/** Serves one `__forge_fetch__` call of the app. `signal` fires when the app aborts it or its process is gone. */
export type FetchHandler = (
  call: FetchMessage,
  signal: AbortSignal,
) => Promise<Omit<FetchedMessage, 't' | 'rpc'> | Omit<FetchFailedMessage, 't' | 'rpc'>>;

/** What the runtime needs from the host. */
export interface RuntimeOptions {
  /** The bundled `runtime-child.ts`. */
  readonly childFile: string;
  /** The app's variables: the whole environment of the process. */
  readonly variables: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly onFetch: FetchHandler;
  readonly onLog: (
    invocationId: string | undefined,
    level: 'debug' | 'info' | 'warn' | 'error',
    text: string,
  ) => void;
}

/** Runs functions in a process of their own. */
export interface Runtime {
  /** Resolves with the returned value and the billed milliseconds; rejects with InvocationFailure. */
  invoke(message: Omit<InvokeMessage, 't' | 'clockAheadMs'>): Promise<{ value: unknown; ms: number }>;
  /** Starts the process ahead of the first invocation. */
  warm(): void;
  /** Ends the process; new invocations start another (used after a rebuild). */
  restart(): void;
  /** Ends everything; running invocations fail. */
  close(): Promise<void>;
}

interface Pending {
  readonly startedAt: number;
  readonly timer: ReturnType<typeof setTimeout>;
  settle(outcome: { value: unknown; ms: number } | InvocationFailure): void;
}

interface Worker {
  readonly child: ChildProcess;
  readonly pending: Map<string, Pending>;
  readonly calls: Map<number, AbortController>;
  answered: boolean;
  retired: boolean;
}

/** How long a process with other running invocations may take to answer a ping before it counts as stuck. */
const PING_MS = 500;

/** Makes the runtime; the process starts with the first invocation or `warm`. */
export function createRuntime(options: RuntimeOptions): Runtime {
  const workers = new Set<Worker>();
  let current: Worker | undefined;

  function post(worker: Worker, message: ToChild): void {
    if (worker.child.connected) worker.child.send(message);
  }

  async function serveFetch(worker: Worker, call: FetchMessage): Promise<void> {
    if (!worker.pending.has(call.id)) return;
    const controller = new AbortController();
    worker.calls.set(call.rpc, controller);
    try {
      const reply = await options.onFetch(call, controller.signal);
      if (worker.pending.has(call.id)) {
        post(
          worker,
          'name' in reply
            ? { t: 'fetchFailed', rpc: call.rpc, ...reply }
            : { t: 'fetched', rpc: call.rpc, ...reply },
        );
      }
    } finally {
      worker.calls.delete(call.rpc);
    }
  }

  function onMessage(worker: Worker, message: FromChild): void {
    if (message.t === 'fetch') void serveFetch(worker, message);
    else if (message.t === 'log') options.onLog(message.id, message.level, message.text);
    else if (message.t === 'abort') worker.calls.get(message.rpc)?.abort();
    else if (message.t === 'pong') worker.answered = true;
    else if (message.t === 'result')
      worker.pending.get(message.id)?.settle({ value: message.value, ms: message.ms });
    else if (message.t === 'error') {
      const { name, message: text, stack } = message.error;
      worker.pending.get(message.id)?.settle(new InvocationFailure(name, text, message.ms, stack));
    }
  }

  function onExit(worker: Worker): void {
    workers.delete(worker);
    if (current === worker) current = undefined;
    for (const controller of worker.calls.values()) controller.abort();
    for (const pending of worker.pending.values()) {
      const text = 'The runtime process ended while the function was running';
      pending.settle(
        new InvocationFailure('FUNCTION_PLATFORM_UNKNOWN_ERROR', text, performance.now() - pending.startedAt),
      );
    }
  }

  function start(): Worker {
    const child = fork(options.childFile, [], {
      env: { ...options.variables },
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const worker: Worker = { child, pending: new Map(), calls: new Map(), answered: false, retired: false };
    workers.add(worker);
    child.on('message', (message) => onMessage(worker, message as FromChild));
    child.on('exit', () => onExit(worker));
    child.on('error', (error) => {
      options.onLog(undefined, 'error', `Runtime process: ${error.message}`);
      onExit(worker);
    });
    return worker;
  }

  /** No new invocation goes there; it ends when the running ones have, or at once when it no longer answers. */
  function retire(worker: Worker): void {
    worker.retired = true;
    if (current === worker) current = undefined;
    if (worker.pending.size === 0) {
      worker.child.kill('SIGKILL');
      return;
    }
    worker.answered = false;
    post(worker, { t: 'ping' });
    setTimeout(() => {
      if (!worker.answered) worker.child.kill('SIGKILL');
    }, PING_MS).unref();
  }

  async function invoke(
    message: Omit<InvokeMessage, 't' | 'clockAheadMs'>,
  ): Promise<{ value: unknown; ms: number }> {
    const worker = (current ??= start());
    const startedAt = performance.now();
    return await new Promise((resolve, reject) => {
      const settle: Pending['settle'] = (outcome) => {
        clearTimeout(timer);
        worker.pending.delete(message.id);
        if (outcome instanceof InvocationFailure) reject(outcome);
        else resolve(outcome);
        if (worker.retired && worker.pending.size === 0) worker.child.kill('SIGKILL');
      };
      const timer = setTimeout(() => {
        settle(
          new InvocationFailure(
            'FUNCTION_TIME_OUT',
            `The function ran longer than ${message.timeoutMs} ms`,
            message.timeoutMs,
          ),
        );
        retire(worker);
      }, message.timeoutMs);
      worker.pending.set(message.id, { startedAt, timer, settle });
      post(worker, { t: 'invoke', ...message, clockAheadMs: options.clock.now() - Date.now() });
    });
  }

  return {
    invoke,
    warm: () => void (current ??= start()),
    restart() {
      if (current !== undefined) retire(current);
    },
    async close() {
      const ends = [...workers].map(async (worker) => {
        const gone = new Promise<void>((resolve) => worker.child.once('exit', () => resolve()));
        if (worker.child.exitCode === null && worker.child.signalCode === null) {
          worker.child.kill('SIGKILL');
          await gone;
        }
      });
      await Promise.all(ends);
    },
  };
}
