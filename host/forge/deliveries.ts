import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { Clock } from './clock';
import type { HostLog } from './log';

/** Something that the platform delivers asynchronously and at least once. */
const DeliverySchema = v.object({
  id: v.string(),
  kind: v.picklist(['consumer', 'trigger', 'postFunction']),
  moduleKey: v.string(),
  payload: v.unknown(),
  dueAt: v.number(),
  retryCount: v.number(),
  retryReason: v.optional(v.string()),
  retryData: v.optional(v.unknown()),
  /** Set for queue events. */
  jobId: v.optional(v.string()),
  concurrency: v.optional(v.object({ key: v.string(), limit: v.number() })),
});

/** See DeliverySchema; stored in snapshots. */
export type Delivery = v.InferOutput<typeof DeliverySchema>;

/** Delivers what is due, retries what asks for it. */
export interface Deliveries {
  add(delivery: Omit<Delivery, 'id' | 'retryCount'> & { id?: string }): void;
  /** Drops waiting deliveries that match; returns how many. */
  drop(matches: (delivery: Delivery) => boolean): number;
  /** Waiting and running ones. */
  pending(): readonly Delivery[];
  running(): number;
  /** True when something is running or due within `withinMs`. */
  busy(withinMs: number): boolean;
  snapshot(): unknown;
  restore(state: unknown): void;
  clear(): void;
  /** Starts nothing more. */
  stop(): void;
}

/** What the platform does with a delivery that came to an end. */
export type DeliveryEnd = 'success' | 'failed';

/** How deliveries reach the app. */
export interface DeliveriesOptions {
  readonly clock: Clock;
  readonly log: HostLog;
  readonly run: (delivery: Delivery) => Promise<unknown>;
  readonly onEnd: (delivery: Delivery, end: DeliveryEnd) => void;
  /** Called whenever something was added, started or ended. */
  readonly onChange: () => void;
}

const MAX_RETRIES = 4;
const MAX_RETRY_AFTER_S = 900;

const RetrySchema = v.looseObject({
  _retry: v.literal(true),
  retryOptions: v.optional(
    v.looseObject({
      retryAfter: v.optional(v.number()),
      retryReason: v.optional(v.string()),
      retryData: v.optional(v.unknown()),
    }),
    {},
  ),
});

/** Seconds until the next try after a thrown error: 1, 2, 4, 8 ⚠ (documented as exponential, no figures). */
function backoffSeconds(retryCount: number): number {
  return 2 ** retryCount;
}

/** Makes an empty set of deliveries. */
export function createDeliveries(options: DeliveriesOptions): Deliveries {
  const { clock, log } = options;
  let waiting: Delivery[] = [];
  const running = new Set<Delivery>();
  let cancelTimer: (() => void) | undefined;
  let stopped = false;

  function mayStart({ concurrency }: Delivery): boolean {
    if (concurrency === undefined) return true;
    const same = [...running].filter((other) => other.concurrency?.key === concurrency.key).length;
    return same < concurrency.limit;
  }

  function again(delivery: Delivery, afterSeconds: number, reason: string, data?: unknown): void {
    const retryCount = delivery.retryCount + 1;
    const next = { ...delivery, retryCount, retryReason: reason, dueAt: clock.now() + afterSeconds * 1000 };
    waiting.push(data === undefined ? next : { ...next, retryData: data });
  }

  function giveUp(delivery: Delivery, reason: string): void {
    const text = `${delivery.kind} ${delivery.moduleKey}: given up after ${delivery.retryCount} retries (${reason})`;
    log.write({ level: 'error', source: 'platform', text });
    options.onEnd(delivery, 'failed');
  }

  async function attempt(delivery: Delivery): Promise<void> {
    try {
      const retry = v.safeParse(RetrySchema, await options.run(delivery));
      if (!retry.success) options.onEnd(delivery, 'success');
      else {
        const { retryAfter, retryReason, retryData } = retry.output.retryOptions;
        const reason = retryReason ?? 'FUNCTION_RETRY_REQUEST';
        if (delivery.retryCount >= MAX_RETRIES) giveUp(delivery, reason);
        else again(delivery, Math.min(retryAfter ?? 1, MAX_RETRY_AFTER_S), reason, retryData);
      }
    } catch (error) {
      const reason =
        error instanceof Error && 'errorType' in error
          ? String(error.errorType)
          : 'FUNCTION_PLATFORM_UNKNOWN_ERROR';
      if (delivery.retryCount >= MAX_RETRIES) giveUp(delivery, reason);
      else again(delivery, backoffSeconds(delivery.retryCount), reason);
    } finally {
      running.delete(delivery);
      pump();
    }
  }

  function pump(): void {
    cancelTimer?.();
    if (stopped) return;
    const now = clock.now();
    const due = waiting.filter((delivery) => delivery.dueAt <= now).sort((a, b) => a.dueAt - b.dueAt);
    for (const delivery of due) {
      if (!mayStart(delivery)) continue;
      waiting = waiting.filter((other) => other !== delivery);
      running.add(delivery);
      void attempt(delivery);
    }
    const next = Math.min(
      ...waiting.filter((delivery) => delivery.dueAt > now).map((delivery) => delivery.dueAt),
    );
    if (Number.isFinite(next)) cancelTimer = clock.after(next - now, pump);
    options.onChange();
  }

  return {
    add(delivery) {
      waiting.push({ ...delivery, id: delivery.id ?? randomUUID(), retryCount: 0 });
      pump();
    },
    drop(matches) {
      const kept = waiting.filter((delivery) => !matches(delivery));
      const dropped = waiting.length - kept.length;
      waiting = kept;
      options.onChange();
      return dropped;
    },
    pending: () => [...running, ...waiting],
    running: () => running.size,
    busy: (withinMs) =>
      running.size > 0 || waiting.some((delivery) => delivery.dueAt <= clock.now() + withinMs),
    snapshot: () => [...running, ...waiting],
    restore(state) {
      waiting = v.parse(v.array(DeliverySchema), state);
      pump();
    },
    clear() {
      waiting = [];
      options.onChange();
    },
    stop() {
      stopped = true;
      cancelTimer?.();
    },
  };
}
