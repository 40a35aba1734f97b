import { Hono, type Context } from 'hono';
import * as v from 'valibot';
import type { FaultPlan, JiraSite, Seed } from '../../contract';
import type { SessionReply } from '../bridge/host-protocol';
import { sandboxTokens, type CustomUi } from '../custom-ui';
import type { Frames } from '../frames';
import { NoSuchModule } from '../invoke';
import type { HostLog } from '../log';
import type { Manifest } from '../manifest';
import type { HostMeter } from '../meter';
import { NotVisible } from '../not-visible';
import type { Platform } from '../platform';
import { RealtimeRefusal, type ChannelRequest } from '../realtime';
import { RemoteRefusal } from '../remotes';
import { InvocationFailure } from '../runtime';
import { viewerOf as viewer, type Env } from './api-env';
import { openEventStream, type EventStream } from './event-stream';
import type { Session } from './guard';
import type { SavedConfigurations } from './gadget-configurations';
import { gadgetRoutes } from './gadget-routes';
import { inspect } from './inspector';
import type { AddedPanels } from './panel-places';
import { PlaceEntries, placeOf } from './place';
import { createRealtimeStreams } from './realtime-streams';
import { remoteRoutes } from './remote-routes';
import { terminalRoutes, type Terminal } from './terminal-routes';

/** What the API of the pages is made of. */
export interface HostApiOptions {
  readonly seed: Seed;
  readonly manifest: Manifest;
  readonly jira: JiraSite;
  readonly platform: Platform;
  readonly frames: Frames;
  readonly places: AddedPanels;
  readonly configurations: SavedConfigurations;
  readonly meter: HostMeter;
  readonly log: HostLog;
  readonly customUi: CustomUi;
  readonly faults: FaultPlan;
  readonly siteUrl: () => string;
  readonly panelOrigin: () => string;
  readonly banner: string | undefined;
  readonly terminal: Terminal | undefined;
}

/** The API and the end of its open streams. */
export interface HostApi {
  fetch(request: Request, session: Session): Promise<Response>;
  close(): void;
}

const InvokeSchema = v.object({
  ...PlaceEntries,
  moduleKey: v.string(),
  functionKey: v.string(),
  payload: v.optional(v.unknown()),
});
const ChannelSchema = v.object({
  ...PlaceEntries,
  moduleKey: v.string(),
  channelName: v.string(),
  isGlobal: v.boolean(),
  token: v.optional(v.string()),
  contextOverrides: v.optional(v.array(v.string())),
  payload: v.optional(v.unknown()),
});
const LogSchema = v.object({ text: v.pipe(v.string(), v.maxLength(4000)) });
const FaultsSchema = v.object({
  jira: v.optional(
    v.array(
      v.object({
        method: v.optional(v.string()),
        pathPattern: v.string(),
        status: v.number(),
        times: v.number(),
        retryAfterSeconds: v.optional(v.number()),
      }),
    ),
  ),
  events: v.optional(v.object({ delayMs: v.number(), copies: v.number() })),
  kvsQueryLagMs: v.optional(v.number()),
  refuseForgeGadgets: v.optional(v.boolean()),
});

/** Frontend payload limits (limits-invocation). */
const MAX_INVOKE_BYTES = 500 * 1024;
const METHODS = new Set(['GET', 'POST', 'PUT', 'DELETE', 'PATCH']);

function statusOf(error: Error): 400 | 403 | 404 | 500 {
  if (error instanceof NotVisible || error instanceof NoSuchModule) return 404;
  if (error instanceof v.ValiError || error instanceof SyntaxError || error instanceof RemoteRefusal)
    return 400;
  return error instanceof RealtimeRefusal ? 403 : 500;
}

/** Makes the API under `/__host/`; see `bridge/host-protocol.ts` for what it offers. */
export function createHostApi(options: HostApiOptions): HostApi {
  const { seed, manifest, jira, platform, frames, places, faults } = options;
  const streams = createRealtimeStreams(platform.realtime);
  const issueStreams = new Set<EventStream>();
  const stopListening = jira.onIssueChanged((issueId) => {
    for (const stream of issueStreams) stream.send({ issueId });
  });
  const people = seed.users.filter((user) => user.accountType === 'atlassian');

  async function channelOf(context: Context<Env>): Promise<ChannelRequest & { payload: unknown }> {
    const channel = v.parse(ChannelSchema, await context.req.json());
    const { channelName, isGlobal, token, contextOverrides, payload } = channel;
    const extension = await frames.extension(viewer(context), channel.moduleKey, channel);
    return { channelName, isGlobal, token, contextOverrides, payload, extension };
  }

  const api = new Hono<Env>().basePath('/__host');
  api.onError((error, context) => context.json({ message: error.message }, statusOf(error)));
  api.notFound((context) => context.json({ message: 'The host has nothing here' }, 404));

  api.get('/session', async (context) => {
    const { terminal } = options;
    const usesTerminal = terminal !== undefined && (await frames.isAdmin(viewer(context)));
    const reply: SessionReply = {
      accountId: viewer(context),
      users: people.map(({ accountId, displayName, email, groups, admin = false, role }) => ({
        accountId,
        displayName,
        email,
        groups,
        admin,
        ...(role === undefined ? {} : { role }),
      })),
      site: { name: seed.site.name, url: options.siteUrl() },
      app: { name: manifest.name, accountId: platform.installation.accountId },
      panelOrigin: options.panelOrigin(),
      sandbox: sandboxTokens(manifest),
      ...(options.banner === undefined ? {} : { banner: options.banner }),
      ...(usesTerminal ? { terminal: terminal.title } : {}),
    };
    return context.json(reply);
  });
  api.post('/session', async (context) => {
    const { accountId } = v.parse(v.object({ accountId: v.string() }), await context.req.json());
    if (!people.some((user) => user.accountId === accountId))
      return context.json({ message: 'No such user' }, 400);
    context.env.session.accountId = accountId;
    return context.body(null, 204);
  });
  api.get('/events', () => {
    const stream = openEventStream(() => issueStreams.delete(stream));
    issueStreams.add(stream);
    return stream.response;
  });

  api.get('/issues/:issue/modules', async (context) =>
    context.json(await frames.onIssue(viewer(context), context.req.param('issue'))),
  );
  api.on(['POST', 'DELETE'], '/issues/:issue/panels/:key', async (context) => {
    const key = context.req.param('key');
    const { issueId, modules } = await frames.onIssue(viewer(context), context.req.param('issue'));
    if (!modules.some((module) => module.key === key && module.type === 'jira:issuePanel'))
      throw new NotVisible(`No panel ${key}`);
    if (context.req.method === 'POST') places.add(issueId, key);
    else places.remove(issueId, key);
    return context.body(null, 204);
  });
  api.get('/pages', async (context) => context.json({ modules: await frames.pages(viewer(context)) }));
  api.get('/frames/:key/context', async (context) =>
    context.json(await frames.context(viewer(context), context.req.param('key'), placeOf(context))),
  );
  api.post('/invoke', async (context) => {
    const text = await context.req.text();
    if (Buffer.byteLength(text) > MAX_INVOKE_BYTES)
      return context.json({ message: 'The payload is over 500 KB' }, 413);
    const { moduleKey, functionKey, payload, ...place } = v.parse(InvokeSchema, JSON.parse(text));
    const extension = await frames.extension(viewer(context), moduleKey, place);
    try {
      return context.json({
        ok: true,
        value: await platform.invoker.resolver(moduleKey, functionKey, payload, viewer(context), extension),
      });
    } catch (error) {
      if (!(error instanceof InvocationFailure)) throw error;
      return context.json({ ok: false, message: error.message });
    }
  });
  api.post('/product', async (context) => {
    const path = context.req.query('path') ?? '';
    const method = context.req.header('x-host-method') ?? 'GET';
    const url = new URL(path, options.siteUrl());
    if (!path.startsWith('/rest/') || !url.pathname.startsWith('/rest/') || !METHODS.has(method)) {
      return context.json({ message: 'Only /rest/ of this site' }, 400);
    }
    const headers = new Headers({ accept: context.req.header('accept') ?? 'application/json' });
    const type = context.req.header('content-type');
    if (type !== undefined) headers.set('content-type', type);
    const body = method === 'GET' ? null : await context.req.arrayBuffer();
    const request = new Request(url, {
      method,
      headers,
      body: body === null || body.byteLength === 0 ? null : body,
    });
    // As the viewer, but with no more than the app's scopes: the bridge goes through the app's permissions.
    return await jira.fetch(request, {
      principal: { kind: 'user', accountId: viewer(context) },
      via: 'forge',
    });
  });

  api.get('/realtime', (context) => streams.open(viewer(context)));
  api.post('/realtime/publish', async (context) => {
    const { payload, ...channel } = await channelOf(context);
    return context.json(platform.realtime.publish({ ...channel, payload: JSON.stringify(payload ?? null) }));
  });
  api.put('/realtime/:stream/:subscription', async (context) => {
    const { stream, subscription } = context.req.param();
    const found = streams.subscribe(stream, subscription, viewer(context), await channelOf(context));
    return found ? context.body(null, 204) : context.json({ message: 'No such stream' }, 404);
  });
  api.delete('/realtime/:stream/:subscription', (context) => {
    const { stream, subscription } = context.req.param();
    const found = streams.unsubscribe(stream, subscription, viewer(context));
    return found ? context.body(null, 204) : context.json({ message: 'No such stream' }, 404);
  });

  api.get('/inspector', (context) => context.json(inspect(options)));
  api.put('/faults', async (context) => {
    const {
      jira: calls,
      events,
      kvsQueryLagMs,
      refuseForgeGadgets,
    } = v.parse(FaultsSchema, await context.req.json());
    const planned = calls?.map(({ method, retryAfterSeconds, ...rest }) => ({
      ...rest,
      ...(method === undefined ? {} : { method }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    }));
    if (planned !== undefined) faults.jira.splice(0, faults.jira.length, ...planned);
    if (events !== undefined) Object.assign(faults.events, events);
    if (refuseForgeGadgets !== undefined) faults.refuseForgeGadgets = refuseForgeGadgets;
    if (kvsQueryLagMs !== undefined) platform.kvs.tuning.queryLagMs = kvsQueryLagMs;
    return context.body(null, 204);
  });
  api.post('/log', async (context) => {
    const { text } = v.parse(LogSchema, await context.req.json());
    options.log.write({ level: 'error', source: 'platform', text });
    return context.body(null, 204);
  });
  api.route('/', gadgetRoutes({ ...options, installation: platform.installation }));
  api.route('/', remoteRoutes(frames, platform.remotes));
  api.route('/', terminalRoutes(frames, options.terminal));

  return {
    fetch: async (request, session) => await api.fetch(request, { session }),
    close() {
      stopListening();
      streams.close();
      for (const stream of issueStreams) stream.close();
    },
  };
}
