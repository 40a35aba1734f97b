import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { Meter } from '../contract';
import type { Clock } from './clock';
import type { Deliveries, Delivery, DeliveryEnd } from './deliveries';
import type { Invocation } from './invoke';
import type { Manifest } from './manifest';

const PushSchema = v.object({
  queueName: v.string(),
  jobId: v.string(),
  payload: v.array(
    v.object({
      body: v.record(v.string(), v.unknown()),
      delayInSeconds: v.optional(v.number()),
      concurrency: v.optional(v.object({ key: v.string(), limit: v.number() })),
    }),
  ),
});
const JobSchema = v.object({ queueName: v.string(), jobId: v.string() });
const JobsSchema = v.array(
  v.tuple([
    v.string(),
    v.object({ queueName: v.string(), success: v.number(), inProgress: v.number(), failed: v.number() }),
  ]),
);

interface Job {
  readonly queueName: string;
  success: number;
  inProgress: number;
  failed: number;
}

/** Forge's async events: what `@forge/events` posts to, and what consumers get. */
export interface Queues {
  publish(body: unknown, invocation: Invocation): Response;
  stats(body: unknown): Response;
  cancel(body: unknown): Response;
  /** Counts the end of one event. */
  ended(delivery: Delivery, end: DeliveryEnd): void;
  snapshot(): unknown;
  restore(state: unknown): void;
  clear(): void;
}

const MAX_EVENTS = 50;
const MAX_BYTES = 200 * 1024;
const MAX_DELAY_S = 900;

/** Makes the queues of one app. */
export function createQueues(manifest: Manifest, deliveries: Deliveries, meter: Meter, clock: Clock): Queues {
  const jobs = new Map<string, Job>();
  const consumers = new Map(
    (manifest.modules['consumer'] ?? []).map((module) => [String(module['queue']), module.key]),
  );

  function publish(body: unknown, invocation: Invocation): Response {
    const parsed = v.safeParse(PushSchema, body);
    if (!parsed.success) return Response.json({ message: 'Invalid push request' }, { status: 400 });
    const { queueName, jobId, payload } = parsed.output;
    const consumer = consumers.get(queueName);
    // ⚠ What Forge says to a push into a queue that nobody consumes is not documented; silence would hide the typo.
    if (consumer === undefined)
      return Response.json({ message: `No consumer for queue ${queueName}` }, { status: 400 });
    if (payload.length > MAX_EVENTS || Buffer.byteLength(JSON.stringify(payload)) > MAX_BYTES) {
      return Response.json({ errorMessage: 'At most 50 events and 200 KB per push' }, { status: 413 });
    }
    if (payload.some(({ delayInSeconds = 0 }) => delayInSeconds < 0 || delayInSeconds > MAX_DELAY_S)) {
      return Response.json({ message: 'delayInSeconds must be from 0 to 900' }, { status: 400 });
    }
    jobs.set(jobId, { queueName, success: 0, inProgress: payload.length, failed: 0 });
    meter.queue({ invocationId: invocation.id, queue: queueName, events: payload.length });
    for (const event of payload) {
      const eventId = randomUUID();
      deliveries.add({
        id: eventId,
        kind: 'consumer',
        moduleKey: consumer,
        payload: { body: event.body, queueName, jobId, eventId },
        dueAt: clock.now() + (event.delayInSeconds ?? 0) * 1000,
        jobId,
        ...(event.concurrency === undefined ? {} : { concurrency: event.concurrency }),
      });
    }
    return new Response(null, { status: 201 });
  }

  function find(body: unknown): Job | undefined {
    const parsed = v.safeParse(JobSchema, body);
    const job = parsed.success ? jobs.get(parsed.output.jobId) : undefined;
    return parsed.success && job?.queueName === parsed.output.queueName ? job : undefined;
  }

  return {
    publish,
    stats(body) {
      const job = find(body);
      if (job === undefined) return Response.json({ message: 'Job does not exist' }, { status: 404 });
      return Response.json({ success: job.success, inProgress: job.inProgress, failed: job.failed });
    },
    cancel(body) {
      const job = find(body);
      if (job === undefined) return Response.json({ message: 'Job does not exist' }, { status: 404 });
      const { jobId } = v.parse(JobSchema, body);
      job.inProgress -= deliveries.drop((delivery) => delivery.jobId === jobId);
      return new Response(null, { status: 204 });
    },
    ended(delivery, end) {
      const job = delivery.jobId === undefined ? undefined : jobs.get(delivery.jobId);
      if (job === undefined) return;
      job.inProgress -= 1;
      job[end] += 1;
    },
    snapshot: () => [...jobs],
    restore(state) {
      jobs.clear();
      for (const [id, job] of v.parse(JobsSchema, state)) jobs.set(id, job);
    },
    clear: () => jobs.clear(),
  };
}
