import { setTimeout as delay } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { faultFields, type Log } from '../log';
import { openPool } from '../postgres/pool';
import {
  canWatch,
  createLogin,
  dropLogins,
  endSessions,
  fenceLogins,
  findLeftLogins,
  loginOf,
  loginsUpTo,
  sealLogin,
} from './logins';
import { randomPassword, scramVerifier } from './scram';
import type { Execution, Purpose, Session, Sessions } from './session';

const sweepEveryMs = 60_000;
/** Patience between tries to drop while the database is away. */
const dropAgainMs = 1_000;

function urlFor(url: string, login: string, password: string): string {
  const changed = new URL(url);
  changed.username = login;
  changed.password = password;
  return changed.href;
}

/** A dropper takes logins whose work is over, many at a time, so that dropping costs little. */
function startDropper(drop: (names: readonly string[]) => Promise<void>): {
  push(name: string): void;
  /** Resolves when the login is gone or was given up. */
  dropped(name: string): Promise<void>;
  drain(): Promise<void>;
} {
  let waiting: string[] = [];
  let working: Promise<void> | null = null;
  const busy = new Set<string>();
  const current = (): Promise<void> | null => working;
  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await drop(batch);
      for (const name of batch) busy.delete(name);
    }
    working = null;
  };
  return {
    push(name) {
      busy.add(name);
      waiting.push(name);
      working ??= work();
    },
    async dropped(name) {
      while (busy.has(name)) await current();
    },
    async drain() {
      while (busy.size > 0) await current();
    },
  };
}

/**
 * Sessions that each have a login of their own: made for one execution, able to become its role and nothing else, and
 * dropped afterwards. `url` is the login that makes them: PostgreSQL 16 or newer, CREATEROLE, ADMIN OPTION on the role and
 * on `querychange_executor`. It never runs approved text.
 */
export function openPerExecutionSessions(
  url: string,
  options: {
    readonly role: string;
    readonly concurrency: number;
    readonly answerWithinMs: number;
    readonly connection: string;
    readonly log: Log;
  },
): Sessions {
  const { role, answerWithinMs, connection, log } = options;
  const admin = openPool(url, {
    max: Math.min(4, options.concurrency),
    name: 'query-change-logins',
    answerWithinMs: 30_000,
    ours: true,
  });
  let closed = false;
  let left: ReadonlySet<string> = new Set();
  let swept = 0;
  let watches: boolean | null = null;

  const report = (names: readonly string[]): void => {
    const fresh = names.filter((name) => !left.has(name));
    if (fresh.length > 0) log.warn('logins-left', { connection, count: fresh.length, first: fresh[0] ?? '' });
    left = new Set([...left, ...names]);
  };
  const dropper = startDropper(async (names) => {
    for (let tried = 1; ; tried += 1) {
      try {
        await endSessions(admin, names);
        return report(await dropLogins(admin, names));
      } catch (error) {
        // The next sweep finds what stays.
        log.warn('logins-not-dropped', { connection, count: names.length, ...faultFields(error) });
        if (closed || tried === 3) return report(names);
        await delay(dropAgainMs, undefined, { ref: false });
      }
    }
  });
  const sweep = async (): Promise<void> => {
    try {
      const found = await findLeftLogins(admin);
      const stuck = found.length === 0 ? [] : await fenceLogins(admin, found);
      left = new Set(stuck);
      swept += found.length - stuck.length;
      if (found.length > 0)
        log.warn('logins-swept', { connection, swept: found.length - stuck.length, left: stuck.length });
    } catch (error) {
      log.warn('sweep-fault', { connection, ...faultFields(error) });
    }
  };
  const sweeping = setInterval(() => void sweep(), sweepEveryMs).unref();

  const create = async (name: string, execution: Execution): Promise<string> => {
    const password = randomPassword();
    const watched = (watches ??= await canWatch(admin));
    const login = { name, role, verifier: scramVerifier(password), endBy: execution.endBy, watched };
    try {
      await createLogin(admin, login);
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === '42710';
      if (!taken) throw error;
      // Ours, of the same attempt: its end was not certain.
      await fenceLogins(admin, [name]);
      await createLogin(admin, login);
    }
    return urlFor(url, name, password);
  };

  return {
    async open(execution: Execution, purpose: Purpose): Promise<Session> {
      const name = loginOf(execution, purpose);
      await dropper.dropped(name);
      if (execution.attempt > 1 && purpose === 'run') {
        report(await fenceLogins(admin, loginsUpTo({ ...execution, attempt: execution.attempt - 1 })));
      }
      const own = await create(name, execution);
      const pool = openPool(own, { max: 1, name: 'query-change', answerWithinMs });
      const close = (): void => {
        void pool.end().catch(() => undefined);
        dropper.push(name);
      };
      let client: PoolClient;
      try {
        client = await pool.connect();
      } catch (error) {
        close();
        throw error;
      }
      const sealed = sealLogin(admin, name);
      sealed.catch(() => undefined); // whoever runs approved text waits for it
      let ended = false;
      return {
        client,
        sealed,
        end() {
          if (ended) return;
          ended = true;
          client.release(true);
          close();
        },
      };
    },
    async fence(execution) {
      report(await fenceLogins(admin, loginsUpTo(execution)));
      return 'gone';
    },
    async warm() {
      watches ??= await canWatch(admin);
      void sweep();
    },
    leftovers: () => ({ left: left.size, swept }),
    async close() {
      closed = true;
      clearInterval(sweeping);
      await dropper.drain();
      await admin.end();
    },
  };
}
