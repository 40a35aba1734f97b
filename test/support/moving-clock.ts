import type { Clock } from '../../host/forge/clock';

/** The machine's clock, which a test can move ahead: what falls due by that runs at once. */
export interface MovingClock extends Clock {
  /** Moves ahead by `ms`; time goes on from there. */
  advance(ms: number): void;
}

interface Timer {
  readonly at: number;
  readonly task: () => void;
  handle: NodeJS.Timeout;
}

/** Makes a clock that shows the machine's time until it is moved. */
export function createMovingClock(): MovingClock {
  let ahead = 0;
  const timers = new Set<Timer>();
  const now = (): number => Date.now() + ahead;

  function arm(timer: Timer): void {
    clearTimeout(timer.handle);
    timer.handle = setTimeout(
      () => {
        timers.delete(timer);
        timer.task();
      },
      Math.max(0, timer.at - now()),
    ).unref();
  }

  return {
    now,
    after(delayMs, task) {
      const timer: Timer = { at: now() + delayMs, task, handle: setTimeout(() => undefined, 0) };
      timers.add(timer);
      arm(timer);
      return () => {
        clearTimeout(timer.handle);
        timers.delete(timer);
      };
    },
    advance(ms) {
      ahead += ms;
      for (const timer of timers) arm(timer);
    },
  };
}
