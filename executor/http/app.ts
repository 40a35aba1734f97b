import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as v from 'valibot';
import { Sha256Hex } from '#core/protocol/claims';
import { enrolmentPath, EnrolmentRequest } from '#core/protocol/enrolment';
import type { PrivateJwk } from '#core/protocol/jwk';
import { maxTokenBytes } from '#core/limits';
import { requestHeader } from '#core/protocol/request';
import { orderContentType, paths, RevocationRequest } from '#core/protocol/transport';
import type { TrustedApp } from '../config';
import { faultFields, type Log } from '../log';
import { refusal } from '../order/refusal';
import { findExecution } from '../state/inbox';
import { executorVersion } from '../version';
import { authenticate } from './authenticate';
import { receiveEnrolment } from './receive-enrolment';
import { describe, receiveOrder, type ServiceDeps } from './receive-order';
import { receiveRevocation } from './receive-revocation';
import { refuseWith } from './reply';

type Handler = (context: Context, app: TrustedApp, body: string) => Promise<Response>;

const malformed = refusal('malformed', 'the body is not what this path takes');

function parseBody<TSchema extends v.GenericSchema>(
  schema: TSchema,
  body: string,
): v.InferOutput<TSchema> | null {
  try {
    const parsed = v.safeParse(schema, JSON.parse(body));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

/** Builds the HTTP application; it needs no socket. */
export function buildApp(deps: ServiceDeps & { key: PrivateJwk; log: Log; stopping: () => boolean }): Hono {
  const { config, store, log } = deps;
  const app = new Hono();

  app.use(
    bodyLimit({
      maxSize: maxTokenBytes,
      onError: (context) => {
        // The rest of the body is never read, so the connection cannot be used again.
        context.header('connection', 'close');
        return refuseWith(context, refusal('too-large', `a body may have ${maxTokenBytes} bytes`));
      },
    }),
  );
  app.onError((error, context) => {
    log.error('request-fault', faultFields(error));
    return refuseWith(context, refusal('unavailable', 'the executor cannot answer just now'));
  });
  app.notFound((context) => refuseWith(context, refusal('not-found', 'there is no such path')));

  const signed =
    (handler: Handler) =>
    async (context: Context): Promise<Response> => {
      if (deps.stopping()) return refuseWith(context, refusal('unavailable', 'the executor is stopping'));
      const url = new URL(context.req.url);
      const request = {
        method: context.req.method,
        path: url.pathname + url.search,
        body: await context.req.text(),
        token: context.req.header(requestHeader),
      };
      const sender = await authenticate(
        request,
        config.trustedApps,
        config.executorId,
        deps.now(),
        store.pool,
      );
      if (!sender.ok) {
        log.warn('request-refused', { code: sender.error.code });
        return refuseWith(context, sender.error);
      }
      return handler(context, sender.value, request.body);
    };

  app.get(paths.health, async (context) => {
    await store.pool.query('select 1');
    return context.json({ status: 'ok', executorId: config.executorId, version: executorVersion });
  });

  app.post(
    paths.orders,
    signed(async (context, trusted, body) => {
      if (context.req.header('content-type')?.split(';')[0]?.trim() !== orderContentType) {
        return refuseWith(context, refusal('malformed', `orders are ${orderContentType}`));
      }
      const received = await receiveOrder(body, trusted, deps);
      if (received.ok) return context.json(received.value, 202);
      const { refusal: why, delivery } = received.error;
      log.warn('order-refused', { code: why.code });
      return refuseWith(context, why, delivery);
    }),
  );

  app.post(
    paths.revocations,
    signed(async (context, trusted, body) => {
      const request = parseBody(RevocationRequest, body);
      if (!request) return refuseWith(context, malformed);
      return context.json(await receiveRevocation(request, trusted, deps));
    }),
  );

  app.get(
    paths.execution(':jti'),
    signed(async (context, trusted) => {
      const jti = v.safeParse(Sha256Hex, context.req.param('jti'));
      const row = jti.success ? await findExecution(store.pool, trusted.installation, jti.output) : null;
      if (!row) return refuseWith(context, refusal('not-found', 'no order with this id was received'));
      return context.json(describe(row));
    }),
  );

  app.get(
    paths.connections,
    signed(async (context) => {
      const connections = await Promise.all([...deps.targets.values()].map((target) => target.info()));
      return context.json({ executorId: config.executorId, version: executorVersion, connections });
    }),
  );

  app.post(
    enrolmentPath,
    signed(async (context, trusted, body) => {
      const request = parseBody(EnrolmentRequest, body);
      if (!request) return refuseWith(context, malformed);
      const enrolled = await receiveEnrolment(request, trusted, deps, deps.key);
      return enrolled.ok ? context.json({ enrolment: enrolled.value }) : refuseWith(context, enrolled.error);
    }),
  );
  return app;
}
