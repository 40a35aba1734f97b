import { setTimeout as delay } from 'node:timers/promises';
import type { Interruption } from './interruption';

/** What ends a pause before its time. */
export interface Ending {
  readonly now: () => number;
  /** This process is to end. */
  readonly stop: AbortSignal;
  /** The halt or stop that is in force for this execution right now, or null. */
  readonly interrupted: () => Interruption | null;
}

/** How often a pause is compared with the halt files and the wishes to stop, as a running change is. */
const lookMs = 250;

/** Waits until a time (milliseconds since 1970), a halt, a stop, or the end of this process. */
export async function waitUntil(until: number, { now, stop, interrupted }: Ending): Promise<void> {
  while (now() < until && !stop.aborted && interrupted() === null) {
    const left = Math.min(lookMs, until - now());
    await delay(left, undefined, { signal: stop }).catch(() => undefined);
  }
}
