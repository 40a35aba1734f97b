/**
 * Calls in both directions over a MessagePort. Functions may occur anywhere in arguments and results: they travel
 * as ids and arrive as functions that return promises. Runs in the page and in the frame.
 */

type Callable = (...args: unknown[]) => unknown;

type Message =
  | { t: 'call'; id: number; name?: string; fn?: number; args: unknown }
  | { t: 'ok'; id: number; value: unknown }
  | { t: 'err'; id: number; name: string; message: string };

const FUNCTION = '__bridgeFunction__';

/** One end of the line. */
export interface PortRpc {
  call(name: string, ...args: unknown[]): Promise<unknown>;
  close(): void;
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === null ||
    prototype === Object.prototype ||
    Object.prototype.toString.call(value) === '[object Object]'
  );
}

/** React marks its elements with a symbol, and hangs its own graph on them, which no port can carry. */
function elementParts(value: Record<string, unknown>): Record<string, unknown> {
  if (typeof value['$$typeof'] !== 'symbol') return value;
  const { type, key, props } = value;
  return { type: typeof type === 'symbol' ? (type.description ?? '') : type, key, props };
}

/** Opens one end: `methods` is what the other end may call by name. */
export function openPortRpc(port: MessagePort, methods: Readonly<Record<string, Callable>>): PortRpc {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const shared = new Map<number, Callable>();
  const ids = new WeakMap<Callable, number>();
  let last = 0;

  function share(callable: Callable): object {
    let id = ids.get(callable);
    if (id === undefined) {
      id = ++last;
      ids.set(callable, id);
      shared.set(id, callable);
    }
    return { [FUNCTION]: id };
  }

  function pack(value: unknown): unknown {
    if (typeof value === 'function') return share(value as Callable);
    if (Array.isArray(value)) return value.map(pack);
    if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
    return Object.fromEntries(
      Object.entries(elementParts(value)).map(([name, inner]) => [name, pack(inner)]),
    );
  }

  function unpack(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(unpack);
    if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
    const fn = value[FUNCTION];
    if (typeof fn === 'number') return async (...args: unknown[]) => await request({ fn, args: pack(args) });
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unpack(inner)]));
  }

  function post(message: Message): void {
    port.postMessage(message);
  }

  async function request(call: { name?: string; fn?: number; args: unknown }): Promise<unknown> {
    const id = ++last;
    return await new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      post({ t: 'call', id, ...call });
    });
  }

  async function answer(message: Extract<Message, { t: 'call' }>): Promise<void> {
    try {
      const method = message.fn === undefined ? methods[message.name ?? ''] : shared.get(message.fn);
      if (method === undefined) throw new Error(`${message.name ?? 'The function'} is not modelled`);
      const value = await method(...(unpack(message.args) as unknown[]));
      post({ t: 'ok', id: message.id, value: pack(value) });
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      post({ t: 'err', id: message.id, name: error.name, message: error.message });
    }
  }

  port.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.t === 'call') {
      void answer(data);
      return;
    }
    const waiter = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.t === 'ok') waiter?.resolve(unpack(data.value));
    else waiter?.reject(Object.assign(new Error(data.message), { name: data.name }));
  });
  port.start();

  return {
    call: async (name, ...args) => await request({ name, args: pack(args) }),
    close: () => port.close(),
  };
}
