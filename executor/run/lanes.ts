/** First in, first out per connection, with at most `width` at the same time. */
export interface Lanes {
  /** Puts work at the end of a lane. */
  push(lane: string, width: number, work: () => Promise<void>): void;
  /** Work that has not ended. */
  readonly size: number;
  /** Takes no more out of the queues; resolves when what was under way has ended. */
  drain(): Promise<void>;
}

/** Creates empty lanes. Work must not reject. */
export function createLanes(): Lanes {
  const queues = new Map<string, { waiting: (() => Promise<void>)[]; active: number; width: number }>();
  const running = new Set<Promise<void>>();
  let draining = false;

  const next = (lane: { waiting: (() => Promise<void>)[]; active: number; width: number }): void => {
    while (lane.active < lane.width) {
      const work = draining ? undefined : lane.waiting.shift();
      if (!work) return;
      lane.active += 1;
      const run = work().finally(() => {
        lane.active -= 1;
        running.delete(run);
        next(lane);
      });
      running.add(run);
    }
  };

  return {
    push(name, width, work) {
      const lane = queues.get(name) ?? { waiting: [], active: 0, width };
      queues.set(name, lane);
      lane.waiting.push(work);
      next(lane);
    },
    get size() {
      return running.size + [...queues.values()].reduce((sum, { waiting }) => sum + waiting.length, 0);
    },
    async drain() {
      draining = true;
      while (running.size > 0) await Promise.all(running);
    },
  };
}
