import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { faultFields, type Log } from '../log';

/** This process among those that share the state database. */
export interface Replica {
  /** The number that its orders carry, decimal digits. */
  readonly owner: string;
  /** True while nobody else may take its orders for abandoned. Looks at a clock, not at the database. */
  holdsLease(): boolean;
  /** Renews the lease now; false when the database cannot be asked. */
  renew(): Promise<boolean>;
  /** Calls `heard` whenever another process says that there may be work, and after each reconnection. */
  listen(heard: () => void): void;
  /** Tells the others that there may be work. A lost call only costs the time until they look by themselves. */
  notify(): void;
  close(): Promise<void>;
}

/** Shared by replicas; a release that knew no replicas takes it for itself, and is kept out, or keeps us out. */
const ownershipLock = 7_310_001;
const channel = 'querychange_queue';
const reconnectAfterMs = 100;

/**
 * Announces this process: a session that holds a lock for as long as the process lives (so that its death is seen at
 * once), and a lease that is renewed thrice in its time (so that a process that hangs is seen as well).
 * @throws Error when an executor of a release without replicas has the database
 */
export async function joinReplicas(url: string, leaseMs: number, log: Log): Promise<Replica> {
  const owner = (randomBytes(8).readBigUInt64BE() >> 2n).toString();
  let client: Client | null = null;
  const closing = new AbortController();
  let heldUntil = 0;
  let heard: () => void = () => undefined;
  let returning: Promise<void> | null = null;
  let asking: Promise<unknown> = Promise.resolve();
  /** One question at a time on the session: a process that was stopped finds several that are due. */
  const inTurn = async <T>(ask: () => Promise<T>): Promise<T> => {
    const answer = asking.then(ask, ask);
    asking = answer.catch(() => undefined);
    return answer;
  };

  const join = async (): Promise<void> => {
    const next = new Client({
      connectionString: url,
      application_name: 'query-change-replica',
      connectionTimeoutMillis: 5_000,
      query_timeout: Math.max(leaseMs, 15_000),
      keepAlive: true,
    });
    next.on('error', () => undefined);
    await next.connect();
    try {
      // The session of a killed predecessor ends as soon as its server notices; a live one keeps the lock.
      const share = `set lock_timeout = '10s'; select pg_advisory_lock_shared(${ownershipLock})`;
      await next.query(share).catch(() => {
        throw new Error('an executor of a release without replicas is using this state database');
      });
      await next.query(`select pg_advisory_lock(${owner}); listen ${channel}`);
      await renewOn(next);
    } catch (error) {
      await next.end().catch(() => undefined);
      throw error;
    }
    next.on('notification', () => heard());
    next.on('end', () => {
      if (client !== next) return;
      client = null;
      heldUntil = 0;
      rejoin();
    });
    client = next;
  };
  const renewOn = async (on: Client): Promise<void> => {
    const asked = performance.now();
    await on.query({
      name: 'renew-lease',
      text: `
        insert into executor.replicas (owner, lease_until)
        values ($1, clock_timestamp() + $2::float8 * interval '1 millisecond')
        on conflict (owner) do update set lease_until = excluded.lease_until`,
      values: [owner, leaseMs],
    });
    heldUntil = asked + leaseMs;
  };
  const rejoin = (): void => {
    returning ??= (async () => {
      for (let pause = reconnectAfterMs; !closing.signal.aborted; pause = Math.min(2 * pause, 2_000)) {
        await delay(pause);
        try {
          await join();
          heard();
          log.info('replica-rejoined');
          return;
        } catch (error) {
          log.error('replica-fault', faultFields(error));
        }
      }
    })().finally(() => (returning = null));
  };
  const renew = async (): Promise<boolean> => {
    const on = client;
    if (!on) return false;
    try {
      await inTurn(async () => renewOn(on));
      return true;
    } catch (error) {
      log.error('replica-fault', faultFields(error));
      // A session that does not answer is given up; its end starts a new one.
      void on.end().catch(() => undefined);
      return false;
    }
  };

  await join();
  const beating = setInterval(() => void renew(), leaseMs / 3);
  beating.unref();
  return {
    owner,
    holdsLease: () => performance.now() < heldUntil,
    renew,
    listen(callback) {
      heard = callback;
    },
    notify() {
      const on = client;
      if (on) void inTurn(async () => on.query(`notify ${channel}`)).catch(() => undefined);
    },
    async close() {
      closing.abort();
      clearInterval(beating);
      await returning;
      const last = client;
      client = null;
      if (!last) return;
      await inTurn(async () => last.query('delete from executor.replicas where owner = $1', [owner])).catch(
        (error: unknown) => log.warn('replica-fault', faultFields(error)),
      );
      await last.end().catch(() => undefined);
    },
  };
}
