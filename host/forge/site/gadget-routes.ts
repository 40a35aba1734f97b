import { Hono } from 'hono';
import * as v from 'valibot';
import { extensionAri, type JiraSite } from '../../contract';
import type { Frames } from '../frames';
import type { Installation } from '../installation';
import type { Manifest } from '../manifest';
import { NotVisible } from '../not-visible';
import { viewerOf, type Env } from './api-env';
import type { SavedConfigurations } from './gadget-configurations';
import { placeOf } from './place';

const PlacedSchema = v.object({ moduleKey: v.string() });
const ConfigurationSchema = v.record(v.string(), v.unknown());

/** Gadgets of the app on dashboards: which there are, adding one, and saving how one is configured. */
export function gadgetRoutes(parts: {
  readonly jira: JiraSite;
  readonly manifest: Manifest;
  readonly installation: Installation;
  readonly frames: Frames;
  readonly configurations: SavedConfigurations;
  readonly siteUrl: () => string;
}): Hono<Env> {
  const { jira, frames } = parts;
  const routes = new Hono<Env>();

  const app = { appUuid: parts.manifest.appUuid, environmentId: parts.installation.environmentId };

  routes.get('/gadgets', async (context) =>
    context.json({ modules: await frames.gadgets(viewerOf(context)) }),
  );
  routes.post('/dashboards/:id/gadgets', async (context) => {
    const { moduleKey } = v.parse(PlacedSchema, await context.req.json());
    const module = (await frames.gadgets(viewerOf(context))).find(({ key }) => key === moduleKey);
    if (module === undefined) throw new NotVisible(`The app has no gadget ${moduleKey} for you`);
    const path = `/rest/api/3/dashboard/${encodeURIComponent(context.req.param('id'))}/gadget`;
    const request = new Request(new URL(path, parts.siteUrl()), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // Jira's own dialog knows the gadget whether or not REST lists it, so the key needs no validation.
      body: JSON.stringify({
        moduleKey: extensionAri(app, moduleKey),
        title: module.title,
        ignoreUriAndModuleKeyValidation: true,
      }),
    });
    return await jira.fetch(request, {
      principal: { kind: 'user', accountId: viewerOf(context) },
      via: 'rest',
    });
  });
  routes.put('/frames/:key/configuration', async (context) => {
    const place = { ...placeOf(context), entry: 'edit' } as const;
    // Rejects unless this person may configure this gadget.
    await frames.extension(viewerOf(context), context.req.param('key'), place);
    parts.configurations.save(place.gadget ?? '', v.parse(ConfigurationSchema, await context.req.json()));
    return context.body(null, 204);
  });
  return routes;
}
