import * as v from 'valibot';
import { jsonBody, type GatewayCall, type GatewayRoute } from '../gateway';
import type { Queues } from '../queue';
import type { WebTriggers } from '../web-trigger';

const GraphSchema = v.looseObject({ query: v.string(), variables: v.optional(v.looseObject({}), {}) });
const CreateSchema = v.looseObject({
  input: v.looseObject({ triggerKey: v.string(), secretKeyConfig: v.optional(v.unknown()) }),
  forceCreate: v.optional(v.nullable(v.boolean())),
});

const isStargate = (call: GatewayCall): boolean =>
  call.meta['type'] === 'fpp' && call.meta['remote'] === 'stargate';

function graph(call: GatewayCall): v.InferOutput<typeof GraphSchema> | undefined {
  if (!isStargate(call) || call.path !== '/graphql') return undefined;
  const parsed = v.safeParse(GraphSchema, jsonBody(call));
  return parsed.success ? parsed.output : undefined;
}

/** A GraphQL operation is known by the field it asks for. */
function operation(
  field: string,
  answer: (variables: Readonly<Record<string, unknown>>) => unknown,
): GatewayRoute {
  return {
    id: `graphql ${field}`,
    matches: (call) => graph(call)?.query.includes(`${field}(`) ?? false,
    serve: (call) => Response.json({ data: { [field]: answer(graph(call)?.variables ?? {}) } }),
  };
}

const queue = (name: string, serve: GatewayRoute['serve']): GatewayRoute => ({
  id: `queue ${name}`,
  matches: (call) =>
    isStargate(call) && call.meta['provider'] === 'app' && call.path.startsWith(`/webhook/queue/${name}/`),
  serve,
});

/** Web trigger URLs by GraphQL, queues by their webhook paths; all of it as the app. */
export function stargateRoutes(
  webTriggers: WebTriggers,
  queues: Queues,
  siteUrl: () => string,
): GatewayRoute[] {
  const absolute = (path: string): string => new URL(path, siteUrl()).href;
  return [
    operation('createWebTriggerUrl', (variables) => {
      const { input, forceCreate } = v.parse(CreateSchema, variables);
      if (input.secretKeyConfig !== undefined)
        throw new Error('EMULATOR_NOT_MODELLED: secretKeyConfig of web triggers');
      const path = webTriggers.path(input.triggerKey, forceCreate ?? false);
      return path === undefined ? null : { url: absolute(path) };
    }),
    operation('webTriggerUrlsByAppContext', () =>
      webTriggers.list().map(({ moduleKey, path }) => ({ triggerKey: moduleKey, url: absolute(path) })),
    ),
    operation('deleteWebTriggerUrl', (variables) => {
      const success = webTriggers.remove(String(variables['id']));
      return { success, message: success ? null : 'Web trigger URL not found' };
    }),
    queue('publish', (call) => queues.publish(jsonBody(call), call.invocation)),
    queue('stats', (call) => queues.stats(jsonBody(call))),
    queue('cancel', (call) => queues.cancel(jsonBody(call))),
  ];
}
