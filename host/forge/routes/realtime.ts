import * as v from 'valibot';
import { jsonBody, type GatewayCall, type GatewayRoute } from '../gateway';
import { RealtimeRefusal, type Realtime } from '../realtime';

const PublishSchema = v.looseObject({
  query: v.pipe(v.string(), v.includes('publishRealtimeChannel(')),
  variables: v.looseObject({
    name: v.string(),
    payload: v.string(),
    isGlobal: v.optional(v.boolean(), false),
    context: v.optional(v.string()),
    token: v.optional(v.string()),
  }),
});
const SignSchema = v.looseObject({
  query: v.pipe(v.string(), v.includes('signRealtimeToken(')),
  variables: v.looseObject({
    channelName: v.string(),
    claims: v.optional(v.unknown(), {}),
    permissions: v.optional(v.array(v.string())),
  }),
});
const ContextSchema = v.looseObject({ contextOverrides: v.optional(v.array(v.string())) });

const isRealtime = (call: GatewayCall, schema: v.GenericSchema): boolean =>
  call.meta['type'] === 'realtime' && v.is(schema, jsonBody(call));

const answer = (make: () => unknown): Response => {
  try {
    return Response.json({ data: { ecosystem: make() } });
  } catch (error) {
    if (!(error instanceof RealtimeRefusal)) throw error;
    return Response.json({ errors: [{ message: error.message }] });
  }
};

/** What `@forge/realtime` of the backend calls. */
export function realtimeRoutes(realtime: Realtime): GatewayRoute[] {
  return [
    {
      id: 'realtime publishRealtimeChannel',
      matches: (call) => isRealtime(call, PublishSchema),
      serve: (call) => {
        const { name, payload, isGlobal, context, token } = v.parse(PublishSchema, jsonBody(call)).variables;
        const { contextOverrides } = v.parse(ContextSchema, context === undefined ? {} : JSON.parse(context));
        const { extension } = call.invocation;
        return answer(() => ({
          publishRealtimeChannel: realtime.publish({
            channelName: name,
            payload,
            isGlobal,
            token,
            contextOverrides,
            extension,
          }),
        }));
      },
    },
    {
      id: 'realtime signRealtimeToken',
      matches: (call) => isRealtime(call, SignSchema),
      serve: (call) => {
        const { channelName, claims, permissions } = v.parse(SignSchema, jsonBody(call)).variables;
        const forgeRealtimeToken = realtime.sign(channelName, claims, permissions);
        return answer(() => ({ signRealtimeToken: { errors: [], forgeRealtimeToken, success: true } }));
      },
    },
  ];
}
