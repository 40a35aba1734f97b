import type {
  AskedRemote,
  ChannelBody,
  FrameContext,
  FramePlace,
  InvokeReply,
  RemoteSetCall,
} from './host-protocol';

/** Calls of the page to the host, with the viewer's session; nothing a frame says decides who acts. */
async function send(method: string, path: string, body?: unknown): Promise<Response> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: {
      'X-Atlassian-Token': 'no-check',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  throw new Error(messageOf(await response.text()) ?? `The host answered ${response.status}`);
}

/** The host's own words: `message` of a JSON answer, else the text. */
function messageOf(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message);
  } catch {
    // Not JSON, so it is the message itself.
  }
  return text === '' ? undefined : text;
}

/** What is set of the customer-managed remotes, as `permissions.remote.get` answers it. */
export async function readRemotes(payload: unknown): Promise<unknown> {
  return await (await send('POST', '/__host/permissions/remotes/get', payload ?? {})).json();
}

/** Whether the viewer may set these remotes so; answers what the administrator's modal says of them. */
export async function checkRemotes(call: RemoteSetCall): Promise<readonly AskedRemote[]> {
  const response = await send('POST', '/__host/permissions/remotes', call);
  return ((await response.json()) as { remotes: AskedRemote[] }).remotes;
}

/** Sets remotes. */
export async function setRemotes(call: RemoteSetCall): Promise<void> {
  await send('PUT', '/__host/permissions/remotes', call);
}

/** Reads the context of a frame. */
export async function readContext(moduleKey: string, place: FramePlace): Promise<FrameContext> {
  const query = new URLSearchParams();
  for (const name of ['issue', 'dashboard', 'gadget', 'entry'] as const) {
    const value = place[name];
    if (value !== undefined) query.set(name, value);
  }
  const path = `/__host/frames/${moduleKey}/context?${query.toString()}`;
  return (await (await send('GET', path)).json()) as FrameContext;
}

/** Runs a resolver function; rejects with the message that the function threw. */
export async function invokeResolver(
  call: FramePlace & { moduleKey: string; functionKey: string; payload: unknown },
): Promise<unknown> {
  const reply = (await (await send('POST', '/__host/invoke', call)).json()) as InvokeReply;
  if (!reply.ok) throw new Error(reply.message);
  return reply.value;
}

/** What `fetchProduct` of the bridge sends. */
export interface ProductCall {
  readonly product: string;
  readonly restPath: string;
  readonly fetchRequestInit: { method?: string; body?: string | null; headers?: [string, string][] };
  readonly isMultipartFormData?: boolean;
}

const TEXT = /^(text\/|application\/(.*\+)?json)/;

/** Makes a product call of a frame as the viewer. */
export async function fetchProduct(call: ProductCall): Promise<unknown> {
  if (call.product !== 'jira') throw new Error(`fetchProduct for ${call.product} is not modelled`);
  if (call.isMultipartFormData === true) throw new Error('fetchProduct with form data is not modelled');
  const { method = 'GET', body } = call.fetchRequestInit;
  const headers = new Headers(call.fetchRequestInit.headers);
  // The SDK sends this one too; appended twice it would no longer be what the check looks for.
  headers.set('X-Atlassian-Token', 'no-check');
  headers.set('X-Host-Method', method);
  const response = await fetch(`/__host/product?path=${encodeURIComponent(call.restPath)}`, {
    method: 'POST',
    credentials: 'same-origin',
    headers,
    body: body ?? null,
  });
  const isAttachment = !TEXT.test(response.headers.get('content-type') ?? 'text/plain');
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = isAttachment ? btoa(String.fromCharCode(...bytes)) : new TextDecoder().decode(bytes);
  const { status, statusText } = response;
  return {
    body: text,
    headers: Object.fromEntries(response.headers.entries()),
    status,
    statusText,
    isAttachment,
  };
}

interface RealtimeLine {
  readonly stream?: string;
  readonly subscription?: string;
  readonly event?: { readonly payload: string };
}

const listeners = new Map<string, (payload: unknown) => void>();
let stream: Promise<string> | undefined;
let lastSubscription = 0;

/** One stream for all frames of the page, opened by the first subscription. */
async function openStream(): Promise<string> {
  stream ??= new Promise((resolve) => {
    const source = new EventSource('/__host/realtime');
    source.addEventListener('message', ({ data }: MessageEvent<string>) => {
      const line = JSON.parse(data) as RealtimeLine;
      if (line.stream !== undefined) resolve(line.stream);
      else if (line.event !== undefined)
        listeners.get(line.subscription ?? '')?.(JSON.parse(line.event.payload));
    });
    source.addEventListener('error', () => {
      // After a restart of the host the stream's id is unknown there; the next subscription opens another.
      if (source.readyState === EventSource.CLOSED) stream = undefined;
    });
  });
  return await stream;
}

/** Listens to a channel; resolves with the function that stops it. */
export async function subscribeChannel(
  channel: ChannelBody,
  onEvent: (payload: unknown) => void,
): Promise<() => Promise<void>> {
  const subscription = String(++lastSubscription);
  const path = `/__host/realtime/${await openStream()}/${subscription}`;
  listeners.set(subscription, onEvent);
  await send('PUT', path, channel);
  return async () => {
    listeners.delete(subscription);
    await send('DELETE', path);
  };
}

/** Publishes to a channel from a frame. */
export async function publishChannel(channel: ChannelBody & { payload: unknown }): Promise<unknown> {
  return await (await send('POST', '/__host/realtime/publish', channel)).json();
}
