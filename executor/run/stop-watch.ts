import type { Pool } from 'pg';
import { faultFields, type Log } from '../log';
import { type ExecutionKey, stopWishes } from '../state/stops';

/** One running execution under watch. */
interface Watched {
  /** True once somebody wants it to end; stays true. */
  stopped(): boolean;
  /** It has ended. */
  end(): void;
}

/** Finds the wishes to stop that concern what runs in this process. */
export interface StopWatch {
  /** `wished`: its row says so already. */
  watch(key: ExecutionKey, wished: boolean): Watched;
  /** Looks now: this process was just told. Other processes find the wish by themselves. */
  look(): void;
}

/**
 * How often the state database is asked, while anything runs. Asking is simple, survives every reconnect, and is one
 * look at an empty index for all executions together; it is far below what a person notices of a stop.
 */
const lookMs = 500;

/** Creates a watch over the executions of this process. */
export function createStopWatch(pool: Pool, log: Log): StopWatch {
  const running = new Map<string, { stopped: boolean }>();
  const nameOf = ({ installation, jti }: ExecutionKey): string => `${installation} ${jti}`;
  let timer: NodeJS.Timeout | null = null;
  let looking = false;

  const ask = async (): Promise<void> => {
    try {
      for (const wish of await stopWishes(pool)) {
        const found = running.get(nameOf(wish));
        if (found) found.stopped = true;
      }
    } catch (error) {
      log.error('stop-watch-fault', faultFields(error));
    }
    looking = false;
  };
  const look = (): void => {
    if (looking || running.size === 0) return;
    looking = true;
    void ask();
  };
  return {
    watch(key, wished) {
      const entry = { stopped: wished };
      running.set(nameOf(key), entry);
      timer ??= setInterval(look, lookMs);
      return {
        stopped: () => entry.stopped,
        end() {
          running.delete(nameOf(key));
          if (running.size > 0 || timer === null) return;
          clearInterval(timer);
          timer = null;
        },
      };
    },
    look,
  };
}
