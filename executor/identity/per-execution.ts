import { setTimeout as delay } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { ConnectionConfig } from '../config';
import { faultFields, type Log } from '../log';
import { openPool } from '../postgres/pool';
import { startDropper } from './dropper';
import {
  bindLogin,
  createLogins,
  loginOf,
  loginsUpTo,
  sealLogins,
  serverTraits,
  spareName,
  urlFor,
} from './logins';
import { dropLogins, endSessions, fenceLogins, findLeftLogins } from './remove-logins';
import { randomPassword, scramVerifier } from './scram';
import type { Execution, Purpose, Session, Sessions } from './session';
import { createSpares, type Spare, spareSeconds } from './spares';
import { warmingSql } from './warming';

const sweepEveryMs = 60_000;
/** Patience between tries to drop while the database is away. */
const dropAgainMs = 1_000;

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '42710';

/**
 * Sessions that each have a login of their own: made for one execution, able to become its role and nothing else, and
 * dropped afterwards. `url` is the login that makes them: PostgreSQL 16 or newer, CREATEROLE, ADMIN OPTION on the role and
 * on `querychange_executor`. It never runs approved text.
 *
 * `spares` logins are made before there is an execution for them; each still serves one only.
 */
export function openPerExecutionSessions(
  config: Pick<ConnectionConfig, 'url' | 'role' | 'key' | 'writable'>,
  options: {
    readonly concurrency: number;
    readonly spares: number;
    readonly answerWithinMs: number;
    readonly halted: () => boolean;
    readonly log: Log;
  },
): Sessions {
  const { url, role, key: connection } = config;
  const { answerWithinMs, log } = options;
  const admin = openPool(url, {
    max: Math.min(4, options.concurrency),
    name: 'query-change-logins',
    answerWithinMs: 30_000,
    ours: true,
  });
  let closed = false;
  let left: ReadonlySet<string> = new Set();
  let swept = 0;
  let traits: { readonly watches: boolean; readonly renames: boolean } | null = null;

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
  const sweepNow = async (): Promise<void> => {
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

  let sweeping: Promise<void> | null = null;
  const sweep = (): void => {
    sweeping ??= sweepNow().finally(() => (sweeping = null));
  };

  /** Makes logins; resolves with where each of them comes in. */
  const create = async (names: readonly string[], endBy: number): Promise<readonly string[]> => {
    const { watches: watched } = (traits ??= await serverTraits(admin));
    const made = names.map((name) => ({ name, password: randomPassword() }));
    await createLogins(
      admin,
      made.map(({ name, password }) => ({ name, role, verifier: scramVerifier(password), endBy, watched })),
    );
    return made.map(({ name, password }) => urlFor(url, name, password));
  };
  /** Comes in as a login; it is given up when that fails, and when the session ends. */
  const comeIn = async (name: string, own: string): Promise<Spare> => {
    const pool = openPool(own, { max: 1, name: 'query-change', answerWithinMs });
    const close = (names: readonly string[]): void => {
      void pool.end().catch(() => undefined);
      for (const one of names) dropper.push(one);
    };
    try {
      const client = await pool.connect();
      return {
        name,
        client,
        discard(...names) {
          client.release(true);
          close(names);
        },
      };
    } catch (error) {
      close([name]);
      throw error;
    }
  };

  const spares = createSpares({
    most: options.spares,
    wanted: () => traits?.renames === true && !options.halted(),
    async make(count) {
      const names = Array.from({ length: count }, spareName);
      const urls = await create(names, Math.ceil(Date.now() / 1_000) + spareSeconds);
      const tried = await Promise.allSettled(urls.map(async (own, at) => comeIn(names[at] ?? '', own)));
      const made = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      try {
        const failed = tried.find((one) => one.status === 'rejected');
        if (failed) throw failed.reason;
        await sealLogins(admin, names);
        const warming = warmingSql(config);
        await Promise.all(made.map(async ({ client }) => client.query(warming)));
        return made;
      } catch (error) {
        for (const spare of made) spare.discard(spare.name);
        throw error;
      }
    },
    fault: (error) => log.warn('no-spare-logins', { connection, ...faultFields(error) }),
  });
  const tending = setInterval(() => {
    sweep();
    spares.refill();
  }, sweepEveryMs).unref();

  /** The session of an execution. */
  const sessionOf = (client: PoolClient, sealed: Promise<void>, close: () => void): Session => {
    let ended = false;
    return {
      client,
      preamble: [],
      sealed,
      end() {
        if (ended) return;
        ended = true;
        close();
        spares.refill();
      },
    };
  };
  /** A spare that has become the login `name`; null when there is none, or it was swept meanwhile. */
  const fromSpare = async (name: string, endBy: number): Promise<Session | null> => {
    const spare = spares.take();
    if (spare === null) return null;
    try {
      await bindLogin(admin, spare.name, name, endBy);
    } catch (error) {
      log.warn('spare-not-used', { connection, ...faultFields(error) });
      spare.discard(spare.name, name);
      await dropper.dropped(name);
      return null;
    }
    return sessionOf(spare.client, Promise.resolve(), () => spare.discard(name));
  };
  /** A login made just now. */
  const fresh = async (name: string, endBy: number): Promise<Session> => {
    let urls: readonly string[];
    try {
      urls = await create([name], endBy);
    } catch (error) {
      if (!isTaken(error)) throw error;
      // Ours, of the same attempt: its end was not certain.
      await fenceLogins(admin, [name]);
      urls = await create([name], endBy);
    }
    const made = await comeIn(name, urls[0] ?? '');
    const sealed = sealLogins(admin, [name]);
    sealed.catch(() => undefined); // whoever runs approved text waits for it
    return sessionOf(made.client, sealed, () => made.discard(name));
  };

  return {
    async open(execution: Execution, purpose: Purpose): Promise<Session> {
      const name = loginOf(execution, purpose);
      await dropper.dropped(name);
      if (execution.attempt > 1 && purpose === 'run') {
        report(await fenceLogins(admin, loginsUpTo({ ...execution, attempt: execution.attempt - 1 })));
      }
      return (await fromSpare(name, execution.endBy)) ?? fresh(name, execution.endBy);
    },
    async fence(execution) {
      report(await fenceLogins(admin, loginsUpTo(execution)));
      // Whoever began it may be dead, and have left its spares.
      sweep();
      return 'gone';
    },
    async warm() {
      traits ??= await serverTraits(admin);
      if (closed) return;
      sweep();
      spares.refill();
    },
    leftovers: () => ({ left: left.size, swept }),
    async close() {
      closed = true;
      clearInterval(tending);
      await spares.close();
      await sweeping;
      await dropper.drain();
      await admin.end();
    },
  };
}
