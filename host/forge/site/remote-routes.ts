import { Hono } from 'hono';
import * as v from 'valibot';
import type { Frames } from '../frames';
import type { Remotes } from '../remotes';
import { viewerOf, type Env } from './api-env';

const SetSchema = v.object({
  remotes: v.array(v.object({ key: v.string(), configured: v.object({ endpoint: v.nullable(v.string()) }) })),
});
const GetSchema = v.object({
  keys: v.optional(v.array(v.string())),
  pageSize: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  nextPageToken: v.optional(v.string()),
});
const UrlSchema = v.object({ url: v.string() });

/** Customer-managed remotes: what `permissions.remote` of the bridge asks, and the inspector's list. */
export function remoteRoutes(frames: Frames, remotes: Remotes): Hono<Env> {
  const routes = new Hono<Env>();
  const ADMINS = 'Only an administrator may set a remote';

  routes.get('/remotes', (context) => context.json(remotes.all()));
  routes.put('/remotes/:key', async (context) => {
    if (!(await frames.isAdmin(viewerOf(context)))) return context.json({ message: ADMINS }, 403);
    remotes.set(context.req.param('key'), v.parse(UrlSchema, await context.req.json()).url);
    return context.body(null, 204);
  });

  routes.post('/permissions/remotes/get', async (context) => {
    const { keys, pageSize = 100, nextPageToken } = v.parse(GetSchema, await context.req.json());
    const found = remotes
      .configurable()
      .filter(({ key }) => keys === undefined || keys.includes(key))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .filter(({ key }) => nextPageToken === undefined || key > nextPageToken);
    const shown = found.slice(0, pageSize);
    const last = shown.at(-1)?.key;
    return context.json({
      results: shown.map(({ key, endpoint }) => ({ key, configured: { endpoint: endpoint ?? null } })),
      ...(found.length > shown.length && last !== undefined ? { lastEvaluatedKey: last } : {}),
    });
  });
  // What the modal asks before it opens, and what it does when the administrator agrees.
  routes.on(['POST', 'PUT'], '/permissions/remotes', async (context) => {
    if (!(await frames.isAdmin(viewerOf(context)))) return context.json({ message: ADMINS }, 403);
    const wanted = v.parse(SetSchema, await context.req.json()).remotes;
    const asked = wanted.map(({ key, configured: { endpoint } }) => ({
      ...remotes.check(key, endpoint),
      endpoint,
    }));
    if (context.req.method === 'POST') return context.json({ remotes: asked });
    for (const { key, endpoint } of asked) remotes.set(key, endpoint);
    return context.body(null, 204);
  });
  return routes;
}
