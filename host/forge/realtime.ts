import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { Clock } from './clock';

/** Who may hear what: one side of a channel. */
export interface ChannelRequest {
  readonly channelName: string;
  readonly isGlobal: boolean;
  /** Product context (`issue`, `project`, …) of the publisher or the subscriber. */
  readonly extension: Readonly<Record<string, unknown>> | undefined;
  /** Names of context properties that the channel is bound to, instead of all. */
  readonly contextOverrides?: readonly string[] | undefined;
  readonly token?: string | undefined;
}

/** A message as the browser gets it. */
interface RealtimeEvent {
  readonly eventId: string;
  readonly eventTimestamp: number;
  readonly channelName: string;
  readonly payload: string;
}

/** The platform refuses; the SDK hands `message` to the app. */
export class RealtimeRefusal extends Error {
  override readonly name = 'RealtimeRefusal';
}

/** Realtime channels between functions and frames. */
export interface Realtime {
  publish(request: ChannelRequest & { payload: string }): { eventId: string; eventTimestamp: number };
  subscribe(request: ChannelRequest, listener: (event: RealtimeEvent) => void): () => void;
  sign(
    channelName: string,
    claims: unknown,
    permissions: readonly string[] | undefined,
  ): { jwt: string; expiresAt: number };
  clear(): void;
}

const TOKEN_SECONDS = 3600;
const DEFAULT_PROPERTIES = ['issue', 'project', 'board'];
const TokenSchema = v.object({
  channel: v.object({ name: v.string() }),
  claims: v.optional(v.unknown()),
  permissions: v.optional(v.array(v.string())),
  exp: v.number(),
});

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function contextOf(request: ChannelRequest): unknown {
  if (request.isGlobal) return 'global';
  if (request.extension === undefined) {
    throw new RealtimeRefusal('No product context: publish from a resolver, or use publishGlobal');
  }
  const names = request.contextOverrides ?? DEFAULT_PROPERTIES;
  return names.toSorted().map((name) => {
    const value = request.extension?.[name];
    const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : value;
    return [name, id ?? null];
  });
}

/**
 * Makes the channels of one host. ⚠ Documented: a channel is bound to the product context of the caller, narrowed by
 * `contextOverrides`, or to none with the global calls; signed tokens bind it to their claims. How the platform
 * compares contexts is not documented; we compare ids of issue, project and board.
 */
export function createRealtime(clock: Clock): Realtime {
  const secret = randomBytes(32);
  const listeners = new Map<string, Set<(event: RealtimeEvent) => void>>();

  const signature = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url');

  function claimsOf(request: ChannelRequest, permission: 'publish' | 'subscribe'): unknown {
    if (request.token === undefined) return undefined;
    const [head, body, mac] = request.token.split('.');
    if (mac !== signature(`${head ?? ''}.${body ?? ''}`)) throw new RealtimeRefusal('INVALID_TOKEN');
    const token = v.parse(TokenSchema, JSON.parse(Buffer.from(body ?? '', 'base64url').toString('utf8')));
    if (token.exp * 1000 <= clock.now()) throw new RealtimeRefusal('TOKEN_EXPIRED');
    if (token.channel.name !== request.channelName) throw new RealtimeRefusal('CHANNEL_NAME_MISMATCH');
    if (token.permissions !== undefined && !token.permissions.includes(permission))
      throw new RealtimeRefusal('MISSING_PERMISSION');
    return token.claims ?? {};
  }

  function keyOf(request: ChannelRequest, permission: 'publish' | 'subscribe'): string {
    const claims = claimsOf(request, permission);
    const text = JSON.stringify([request.channelName, contextOf(request), claims ?? null]);
    return createHash('sha256').update(text).digest('base64url');
  }

  return {
    publish(request) {
      const key = keyOf(request, 'publish');
      const eventTimestamp = clock.now();
      const event = {
        eventId: randomUUID(),
        eventTimestamp,
        channelName: request.channelName,
        payload: request.payload,
      };
      for (const listener of listeners.get(key) ?? []) listener(event);
      return { eventId: event.eventId, eventTimestamp };
    },
    subscribe(request, listener) {
      const key = keyOf(request, 'subscribe');
      const set = listeners.get(key) ?? new Set();
      listeners.set(key, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(key);
      };
    },
    sign(channelName, claims, permissions) {
      const exp = Math.floor(clock.now() / 1000) + TOKEN_SECONDS;
      const payload = {
        channel: { name: channelName },
        claims,
        ...(permissions === undefined ? {} : { permissions }),
        exp,
      };
      const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
      return { jwt: `${text}.${signature(text)}`, expiresAt: exp };
    },
    clear: () => listeners.clear(),
  };
}
