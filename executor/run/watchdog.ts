import type { Pool } from 'pg';
import { faultFields, type Log } from '../log';
import type { Interruption } from './interruption';

/** Guards a running change from outside, because approved SQL can switch off the timeouts of its own session. */
export interface Watchdog {
  /** Cancel the backend when the current statement runs longer than this; null: no statement is running. */
  statement(timeoutMs: number | null): void;
  /**
   * The halt or stop that came while the change ran, or null; looks. Once seen it stays, even when a halt is lifted
   * again: the backend has been cancelled.
   */
  interrupted(): Interruption | null;
  /** Cancels the statement that runs now; terminates its session when that does not help. */
  cancel(): void;
  /** True once the deadline of the change has passed and the watchdog has acted. */
  readonly pastDeadline: boolean;
  /** True once a cancel was sent: it may arrive late, so the session must not serve anybody else. */
  readonly acted: boolean;
  stop(): void;
}

/** How often a running change is compared with the halt files and the wishes to stop. */
const lookMs = 250;

/** Starts a watchdog over backend `pid`. `deadlineMs` is from now; the server's own clock has the last word at COMMIT. */
export function startWatchdog(deps: {
  control: Pool;
  pid: number;
  deadlineMs: number;
  terminateAfterMs: number;
  interrupted: () => Interruption | null;
  log: Log;
}): Watchdog {
  const { control, pid, log } = deps;
  const timers = new Map<'deadline' | 'statement' | 'terminate', NodeJS.Timeout>();
  let stopped = false;
  let past = false;
  let acted = false;
  let interruption: Interruption | null = null;

  const clear = (name: 'deadline' | 'statement' | 'terminate'): void => {
    clearTimeout(timers.get(name));
    timers.delete(name);
  };
  const signal = async (how: 'pg_cancel_backend' | 'pg_terminate_backend'): Promise<void> => {
    if (stopped) return;
    log.warn('watchdog', { how, pid });
    await control
      .query(`select pg_catalog.${how}($1)`, [pid])
      .catch((error: unknown) => log.error('watchdog-fault', faultFields(error)));
  };
  const act = (): void => {
    if (stopped) return;
    acted = true;
    void signal('pg_cancel_backend');
    if (timers.has('terminate')) return;
    timers.set(
      'terminate',
      setTimeout(() => void signal('pg_terminate_backend'), deps.terminateAfterMs),
    );
  };
  const look = (): Interruption | null => {
    if (interruption !== null) return interruption;
    interruption = deps.interrupted();
    if (interruption !== null) act();
    return interruption;
  };
  const looking = setInterval(look, lookMs);
  timers.set(
    'deadline',
    setTimeout(
      () => {
        past = true;
        act();
      },
      Math.max(0, deps.deadlineMs),
    ),
  );
  return {
    statement(timeoutMs) {
      clear('statement');
      if (!past && interruption === null) clear('terminate');
      if (timeoutMs !== null) timers.set('statement', setTimeout(act, timeoutMs));
    },
    interrupted: look,
    cancel: act,
    get acted() {
      return acted;
    },
    get pastDeadline() {
      return past;
    },
    stop() {
      stopped = true;
      clearInterval(looking);
      timers.forEach((_timer, name) => clear(name));
    },
  };
}
