import { faultFields } from '../log';
import type { Target } from '../postgres/target';
import { type CompareDeps, compareOutcomes } from './compare';

/** How long until the next comparison: all is well, and after a line was lost (doubled until the target answers). */
const waitMs = { quiet: 60_000, lost: 500 };

/**
 * Compares every writable target with what was reported of it: at the start, about once a minute, and as soon as it
 * answers again after a line was lost. Never in the way of an order.
 * @returns a function that ends it, and resolves when nothing of it is under way
 */
export function watchOutcomes(targets: readonly Target[], deps: CompareDeps): () => Promise<void> {
  const ends = targets.filter(({ config }) => config.writable).map((target) => watchOne(target, deps));
  return async () => {
    await Promise.all(ends.map((end) => end()));
  };
}

function watchOne(target: Target, deps: CompareDeps): () => Promise<void> {
  const { key: connection } = target.config;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;
  /** Since the last whole comparison a line was lost, or there was none yet. */
  let everything = true;
  let pause = waitMs.lost;
  let quiet = true;
  let running: Promise<void> | null = null;

  const compare = async (): Promise<void> => {
    const whole = everything;
    everything = false;
    let answered = false;
    try {
      const { problem } = await target.probe();
      answered = problem === null && (await compareOutcomes(target, whole, deps));
    } catch (error) {
      // Nothing is decided without an answer. Said once for each time that it is away.
      if (quiet) deps.log.warn('outcomes-not-compared', { connection, ...faultFields(error) });
    }
    quiet = answered;
    if (!answered) everything = true;
    pause = answered ? waitMs.lost : Math.min(pause * 2, waitMs.quiet);
    plan(answered && !everything ? waitMs.quiet : pause);
  };
  const start = (): void => {
    timer = null;
    running = compare().finally(() => {
      running = null;
    });
  };
  function plan(ms: number): void {
    if (timer) clearTimeout(timer);
    timer = closed ? null : setTimeout(start, ms).unref();
  }
  const lineLost = (): void => {
    everything = true;
    pause = waitMs.lost;
    if (!running) plan(pause);
  };

  target.control.on('error', lineLost);
  start();
  return async () => {
    closed = true;
    target.control.off('error', lineLost);
    if (timer) clearTimeout(timer);
    await running;
  };
}
