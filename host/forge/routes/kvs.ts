import type { Meter } from '../../contract';
import { jsonBody, type GatewayRoute } from '../gateway';
import { KvsFault } from '../kvs/fault';
import type { KvsReply } from '../kvs/operations';

/** One route per operation of the KVS API. The scope `storage:app` is asked for as in Forge. */
export function kvsRoutes(
  operations: ReadonlyMap<string, (body: unknown) => KvsReply>,
  meter: Meter,
  scopes: readonly string[],
): GatewayRoute[] {
  return [...operations].map(([path, operation]) => ({
    id: `kvs ${path}`,
    matches: (call) => call.meta['type'] === 'kvs' && call.path === path,
    serve(call) {
      if (!scopes.includes('storage:app')) {
        return Response.json(
          { code: 'UNAUTHORIZED', message: 'The scope storage:app is missing' },
          { status: 403 },
        );
      }
      const invocationId = call.invocation.id;
      const name = path.slice('/api/v1/'.length);
      try {
        const { body, readBytes, writtenBytes } = operation(jsonBody(call));
        meter.kvs({ invocationId, operation: name, readBytes, writtenBytes });
        return body === undefined ? new Response(null, { status: 204 }) : Response.json(body);
      } catch (error) {
        if (!(error instanceof KvsFault)) throw error;
        meter.kvs({ invocationId, operation: name, readBytes: 0, writtenBytes: 0 });
        return Response.json({ code: error.code, message: error.message }, { status: error.status });
      }
    },
  }));
}
