import {
  fetchProduct,
  invokeResolver,
  publishChannel,
  readContext,
  readRemotes,
  subscribeChannel,
  type ProductCall,
} from './host-client';
import type { ChannelBody, FramePlace, RemoteSetCall } from './host-protocol';
import { openPortRpc, type PortRpc } from './port-rpc';

/** Light or dark; what frames get as theme. */
type ColorMode = 'light' | 'dark';

/** What `showFlag` asks for; functions are called when the user clicks an action. */
interface FlagRequest {
  readonly id: string;
  readonly title?: string;
  readonly type?: string;
  readonly description?: string;
  readonly isAutoDismiss?: boolean;
  readonly actions?: readonly { readonly text: string; readonly onClick: () => void }[];
}

/** What the page around the frame does for it. Commands without a handler are refused as "not modelled". */
export interface BridgeHandlers {
  submit?: (payload: unknown) => unknown;
  refresh?: (payload: unknown) => unknown;
  close?: (payload: unknown) => unknown;
  onClose?: (callback: () => unknown) => unknown;
  open?: () => unknown;
  openModal?: (request: Readonly<Record<string, unknown>>) => unknown;
  showFlag?: (flag: FlagRequest) => unknown;
  closeFlag?: (flag: { id: string }) => unknown;
  navigate?: (target: { url?: string; target?: string; type: 'same-tab' | 'new-tab' }) => unknown;
  getUrl?: (location: unknown) => unknown;
  reload?: () => unknown;
  changeWindowTitle?: (title: string) => unknown;
  /** `permissions.remote.set`: the administrator's modal; rejects when the answer is no. */
  __permission__remoteSet?: (call: RemoteSetCall) => Promise<void>;
  /** UI Kit: the whole tree that the app describes, after each of its renders. */
  reconcile?: (data: { readonly forgeDoc: unknown }) => unknown;
  /** UI Kit: rendering failed for good. */
  onError?: (data: { readonly error: unknown }) => unknown;
}

/** What a frame is attached with. */
export interface BridgeOptions {
  readonly moduleKey: string;
  /** Where the frame is; left out on pages of their own. */
  readonly place?: FramePlace | undefined;
  /** Origin of the frame's address; messages from elsewhere are ignored. */
  readonly frameOrigin: string;
  readonly colorMode: () => ColorMode;
  readonly handlers: BridgeHandlers;
  /** Extra product context: `{ modal }` of a modal, say. */
  readonly extension?: Readonly<Record<string, unknown>>;
  /** The height of the frame's content in CSS pixels. */
  readonly onResize?: (height: number) => void;
  /** An error in the frame that nobody caught, in its own words. */
  readonly onProblem?: (text: string) => void;
  /** The frame said that it has rendered. */
  readonly onReady?: () => void;
}

/** An attached frame. */
export interface AttachedBridge {
  /** Tells the frame that the theme has changed, if it enabled theming. */
  setColorMode(mode: ColorMode): void;
  detach(): void;
}

type Command = (data: never) => unknown;
interface EventCall {
  readonly event: string;
  readonly callback: (payload: unknown) => unknown;
  readonly payload: unknown;
}
interface ChannelCall {
  readonly channelName: string;
  readonly isGlobal?: boolean;
  readonly eventPayload: unknown;
  readonly onEvent: (payload: unknown) => unknown;
  readonly options?: {
    readonly token?: string;
    readonly contextOverrides?: readonly string[];
    readonly replaySeconds?: number;
  };
}

const eventListeners = new Set<{ event: string; callback: (payload: unknown) => unknown }>();

function on({ event, callback }: EventCall): { unsubscribe: () => void } {
  const listener = { event, callback };
  eventListeners.add(listener);
  return { unsubscribe: () => void eventListeners.delete(listener) };
}

function emit({ event, payload }: EventCall): void {
  for (const listener of eventListeners) if (listener.event === event) void listener.callback(payload);
}

interface Location {
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
  readonly key: string;
}

function parseLocation(path: string): Location {
  const { pathname, search, hash } = new URL(path, 'http://frame/');
  return { pathname, search, hash, key: Math.random().toString(36).slice(2, 8) };
}

/** A history in memory, in the shape that `view.createHistory()` expects. */
function createHistory(): object {
  const entries = [parseLocation('/')];
  const listeners = new Set<(location: object, action: string) => unknown>();
  let index = 0;
  const at = (): Location => entries[index] ?? parseLocation('/');
  const tell = (action: string): void => {
    for (const listener of listeners) void listener(at(), action);
  };
  const go = (delta: number): void => {
    index = Math.min(entries.length - 1, Math.max(0, index + delta));
    tell('POP');
  };
  return {
    action: 'POP',
    location: at(),
    length: entries.length,
    listen: (listener: (location: object, action: string) => unknown) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    push: (path: string) => {
      entries.splice(++index, entries.length, parseLocation(path));
      tell('PUSH');
    },
    replace: (path: string) => {
      entries[index] = parseLocation(path);
      tell('REPLACE');
    },
    go,
    goBack: () => go(-1),
    goForward: () => go(1),
  };
}

function channelOf(options: BridgeOptions, call: ChannelCall): ChannelBody {
  if (call.options?.replaySeconds !== undefined) throw new Error('replaySeconds of realtime is not modelled');
  return {
    moduleKey: options.moduleKey,
    ...options.place,
    channelName: call.channelName,
    isGlobal: call.isGlobal ?? false,
    token: call.options?.token,
    contextOverrides: call.options?.contextOverrides,
  };
}

function commandsOf(
  options: BridgeOptions,
  theming: { enable: () => Promise<unknown> },
): Readonly<Record<string, Command>> {
  const { moduleKey, place = {}, handlers } = options;
  return {
    invoke: async ({ functionKey, payload }: { functionKey: string; payload: unknown }) =>
      await invokeResolver({ ...place, moduleKey, functionKey, payload }),
    fetchProduct: async (call: ProductCall) => await fetchProduct(call),
    getContext: async () => {
      const context = await readContext(moduleKey, place);
      const extension = { ...context.extension, ...options.extension };
      return { ...context, extension, theme: { colorMode: options.colorMode() }, surfaceColor: null };
    },
    on,
    emit,
    onPublic: on,
    emitPublic: emit,
    createHistory,
    subscribeRealtimeChannel: async (call: ChannelCall) => {
      const unsubscribe = await subscribeChannel(
        channelOf(options, call),
        (payload) => void call.onEvent(payload),
      );
      return { unsubscribe };
    },
    publishRealtimeChannel: async (call: ChannelCall) =>
      await publishChannel({ ...channelOf(options, call), payload: call.eventPayload }),
    __permission__remoteGet: async (payload: unknown) => await readRemotes(payload),
    enableTheming: async () => await theming.enable(),
    emitReadyEvent: () => options.onReady?.(),
    getFrameId: () => `${moduleKey}-${place.gadget ?? place.issue ?? 'site'}`,
    initFeatureFlags: () => ({ feature_flags: {} }),
    isRovoEnabled: () => false,
    emitFrontendCustomMetric: () => undefined,
    ...(handlers as Readonly<Record<string, Command>>),
  };
}

/**
 * Gives a Custom UI frame its bridge: call it before the frame's `src` is set. Commands that neither this library
 * nor `handlers` know are refused with "not modelled", never answered with nothing.
 */
export function attachBridge(frame: HTMLIFrameElement, options: BridgeOptions): AttachedBridge {
  let line: PortRpc | undefined;
  let themed = false;

  const setTheme = async (mode: ColorMode): Promise<unknown> => await line?.call('setTheme', mode);
  const commands = commandsOf(options, {
    async enable() {
      themed = true;
      return await setTheme(options.colorMode());
    },
  });

  function callBridge(name: unknown, data: unknown): unknown {
    const command = Object.hasOwn(commands, String(name)) ? commands[String(name)] : undefined;
    if (command === undefined) throw new Error(`The bridge command ${String(name)} is not modelled`);
    return command(data as never);
  }

  function onMessage(message: MessageEvent<unknown>): void {
    const { source, origin, data, ports } = message;
    if (source !== frame.contentWindow || origin !== options.frameOrigin) return;
    if (typeof data !== 'object' || data === null || !('forgeBridge' in data) || ports[0] === undefined)
      return;
    line?.close();
    themed = false;
    line = openPortRpc(ports[0], {
      callBridge,
      resize: (height) => options.onResize?.(Number(height)),
      problem: (text) => options.onProblem?.(String(text)),
    });
  }

  window.addEventListener('message', onMessage);
  return {
    setColorMode(mode) {
      // UI Kit has no theming to enable: its hook listens from the start, and reads `theme` of the event.
      if (!themed && options.handlers.reconcile === undefined) return;
      if (themed) void setTheme(mode);
      const payload = { theme: { colorMode: mode } };
      emit({ event: 'FORGE_CORE_THEME_CHANGED', payload, callback: () => undefined });
    },
    detach() {
      window.removeEventListener('message', onMessage);
      line?.close();
    },
  };
}
