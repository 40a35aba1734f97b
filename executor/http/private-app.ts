import { Hono } from 'hono';
import * as v from 'valibot';
import { faultFields, type Log } from '../log';
import type { Counters } from '../metrics/counters';
import { readGauges } from '../metrics/gauges';
import { formatMetrics, metricsContentType } from '../metrics/text-format';
import type { Target } from '../postgres/target';
import { receiptsAfter } from '../state/chain';
import type { StateStore } from '../state/store';

interface PrivateDeps {
  readonly executorId: string;
  readonly store: StateStore;
  readonly targets: ReadonlyMap<string, Target>;
  readonly counters: Counters;
  readonly heartbeat: () => number;
  readonly log: Log;
}

/** Receipts in one answer; the auditor asks on with the last `seq`. */
const auditPage = 1_000;

const After = v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number));

/**
 * What the people who run the executor read, on an address of its own that the app never sees: there is no login, so
 * only the network may keep others out. Nothing here changes anything.
 */
export function buildPrivateApp(deps: PrivateDeps): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    deps.log.error('private-fault', faultFields(error));
    return context.text('the executor cannot answer just now\n', 503);
  });
  app.get('/metrics', async (context) => {
    const families = [...(await readGauges(deps)), ...deps.counters.families()];
    return context.body(formatMetrics(families), 200, { 'content-type': metricsContentType });
  });
  app.get('/audit', async (context) => {
    const after = v.safeParse(After, context.req.query('after') ?? '0');
    if (!after.success) return context.text('after: expected the number of a receipt\n', 400);
    const links = await receiptsAfter(deps.store.pool, after.output, auditPage);
    const last = links.at(-1);
    if (last) await deps.store.chain.witness.lets(last.receipt);
    const lines = links.map((link) => `${JSON.stringify(link)}\n`).join('');
    return context.body(lines, 200, { 'content-type': 'application/x-ndjson' });
  });
  return app;
}
