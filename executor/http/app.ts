import { Hono } from 'hono';
import * as v from 'valibot';
import { Sha256Hex } from '#core/protocol/claims';
import { enrolmentPath, EnrolmentRequest } from '#core/protocol/enrolment';
import { preflightPath, PreflightRequest } from '#core/protocol/preflight';
import type { PrivateJwk } from '#core/protocol/jwk';
import { snapshotPath, SnapshotRequest } from '#core/protocol/snapshot';
import { orderContentType, paths, RevocationRequest } from '#core/protocol/transport';
import { faultFields } from '../log';
import type { Counters } from '../metrics/counters';
import { refusal } from '../order/refusal';
import { contributors } from '../preflight/contributors';
import { preflight } from '../preflight/preflight';
import { createSnapshots } from '../schema/serve-snapshot';
import { findExecution } from '../state/inbox';
import { readProgress } from '../state/progress';
import { executorVersion } from '../version';
import { receiveEnrolment } from './receive-enrolment';
import { describe, receiveOrder, type ServiceDeps } from './receive-order';
import { receiveRevocation } from './receive-revocation';
import { addExportRoutes } from './export-routes';
import { parseBody } from './parse-body';
import { refuseWith } from './reply';
import { createGuard } from './signed';

const malformed = refusal('malformed', 'the body is not what this path takes');

/** Asks at most once a second, whoever calls how often: anybody may ask for the health. */
function onceASecond<T>(ask: () => Promise<T>, now: () => number): () => Promise<T> {
  let last: { at: number; answer: Promise<T> } | null = null;
  return () => {
    if (!last || Math.abs(now() - last.at) >= 1_000) last = { at: now(), answer: ask() };
    return last.answer;
  };
}

/** Builds the HTTP application; it needs no socket. */
export function buildApp(
  deps: ServiceDeps & {
    key: PrivateJwk;
    counters: Counters;
    stopping: () => boolean;
    publicUrl: () => string;
  },
): Hono {
  const { config, store, log, counters } = deps;
  const app = new Hono();

  app.onError((error, context) => {
    log.error('request-fault', faultFields(error));
    return refuseWith(context, refusal('unavailable', 'the executor cannot answer just now'));
  });
  app.notFound((context) => refuseWith(context, refusal('not-found', 'there is no such path')));

  const signed = createGuard({ ...deps, refused: (code) => counters.requestRefused(code) });
  const snapshots = createSnapshots(deps.targets, deps.now);
  const alive = onceASecond(() => store.pool.query('select 1'), deps.now);

  app.get(paths.health, async (context) => {
    await alive();
    return context.json({ status: 'ok', executorId: config.executorId, version: executorVersion });
  });

  app.post(
    paths.orders,
    signed(async (context, trusted, body, request) => {
      if (context.req.header('content-type')?.split(';')[0]?.trim() !== orderContentType) {
        return refuseWith(context, refusal('malformed', `orders are ${orderContentType}`));
      }
      const received = await receiveOrder(body, trusted, request, deps);
      if (received.ok) {
        counters.order('accepted');
        return context.json(received.value, 202);
      }
      const { refusal: why, delivery } = received.error;
      counters.order(why.code);
      log.warn('order-refused', { code: why.code });
      return refuseWith(context, why, delivery);
    }, 'within'),
  );

  app.post(
    paths.revocations,
    signed(async (context, trusted, body) => {
      const request = parseBody(RevocationRequest, body);
      if (!request) return refuseWith(context, malformed);
      return context.json(await receiveRevocation(request, trusted, deps));
    }),
  );

  app.post(
    preflightPath,
    signed(async (context, _trusted, body) => {
      const request = parseBody(PreflightRequest, body);
      if (!request) return refuseWith(context, malformed);
      const reply = await preflight(request, deps.targets, contributors);
      return reply.ok ? context.json(reply.value) : refuseWith(context, reply.error);
    }),
  );

  app.post(
    snapshotPath,
    signed(async (context, _trusted, body) => {
      const request = parseBody(SnapshotRequest, body);
      if (!request) return refuseWith(context, malformed);
      const reply = await snapshots(request);
      return reply.ok ? context.json(reply.value) : refuseWith(context, reply.error);
    }),
  );

  app.get(
    paths.execution(':jti'),
    signed(async (context, trusted) => {
      const jti = v.safeParse(Sha256Hex, context.req.param('jti'));
      const row = jti.success ? await findExecution(store.pool, trusted.installation, jti.output) : null;
      if (!row) return refuseWith(context, refusal('not-found', 'no order with this id was received'));
      const progress = row.state === 'running' ? await readProgress(store.pool, row) : null;
      return context.json({ ...(await describe(row, store)), ...(progress ? { progress } : {}) });
    }),
  );

  app.get(
    paths.connections,
    signed(async (context) => {
      const unsigned = store.chain.problem();
      const infos = await Promise.all([...deps.targets.values()].map((target) => target.info()));
      const connections = infos.map((info) => ({ ...info, problem: unsigned ?? info.problem }));
      return context.json({ executorId: config.executorId, version: executorVersion, connections });
    }),
  );

  addExportRoutes(app, signed, deps);

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
