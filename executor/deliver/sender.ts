import type { Pool } from 'pg';
import { faultFields, type Log } from '../log';
import type { AtPoint } from '../run/points';
import type { Witness } from '../witness/witness';
import { createNotes, type DueDelivery, dueDeliveries, markFailed, nextDueInMs } from '../state/outbox';
import { createPost } from './post';
import { retryDelayMs } from './schedule';

/** Carries receipts from the outbox to the app. */
export interface Sender {
  /** Something new is in the outbox. */
  wake(): void;
  /** This is: it need not be looked for. */
  send(delivery: DueDelivery): void;
  /** Stops after the posts that are under way. */
  close(): Promise<void>;
}

/** `setTimeout` takes 32 bits; far dates are looked at again. */
const longestSleepMs = 6 * 60 * 60 * 1_000;

/** Starts the outbox: wakes up on {@link Sender.wake} and when a retry is due, never polls. */
export function startSender(deps: {
  pool: Pool;
  /** Whose receipts: this process's own, and those that it took over. */
  owner: string;
  witness: Witness;
  /** Receipt URL of an installation, from our own configuration. */
  receiptUrl: (installation: string) => string | null;
  random: () => number;
  at: AtPoint;
  log: Log;
}): Sender {
  const { pool, owner, log } = deps;
  const post = createPost();
  const note = createNotes(pool);
  const busy = new Map<string, Promise<void>>();
  let timer: NodeJS.Timeout | null = null;
  let closed = false;
  let looking: Promise<void> | null = null;
  let again = false;
  /** A look left the next date open, because a delivery was under way. */
  let undated = false;

  /** What leaves is remembered first; in words why it could not be. */
  const witness = async (receipt: string): Promise<string | null> =>
    deps.witness.lets(receipt).then(
      () => null,
      (error: unknown) => `it cannot be witnessed (${faultFields(error).code})`,
    );

  /** True when the receipt was taken. */
  const deliver = async (due: DueDelivery): Promise<boolean> => {
    const url = deps.receiptUrl(due.installation);
    const unwitnessed = await witness(due.receipt);
    await deps.at('before-post');
    const send = async (): Promise<string | null> =>
      url === null
        ? 'the installation is not trusted any more'
        : post(url, { receipt: due.receipt, result: due.result });
    const problem = unwitnessed ?? (await send());
    if (problem === null) {
      await deps.at('after-post');
      await note(due.id);
      await deps.at('after-mark');
      log.info('receipt-delivered', { jti: due.jti, posts: due.posts + 1 });
      return true;
    }
    const delay = retryDelayMs(due.posts + 1, deps.random);
    await markFailed(pool, due.id, problem, delay);
    log.warn('receipt-not-delivered', {
      jti: due.jti,
      posts: due.posts + 1,
      problem,
      givenUp: delay === null,
    });
    return false;
  };
  const work = async (delivery: DueDelivery): Promise<void> => {
    let taken = false;
    try {
      taken = await deliver(delivery);
    } catch (error) {
      log.error('outbox-fault', faultFields(error));
    }
    busy.delete(delivery.id);
    if (!taken || undated) wake();
  };
  const start = (delivery: DueDelivery): void => void busy.set(delivery.id, work(delivery));

  const look = async (): Promise<void> => {
    const due = await dueDeliveries(pool, owner, [...busy.keys()]);
    for (const delivery of due) start(delivery);
    const wait = due.length > 0 ? null : await nextDueInMs(pool, owner);
    if (timer) clearTimeout(timer);
    timer = null;
    // While a delivery is under way it is due itself; its end wakes us.
    undated = busy.size > 0;
    if (wait !== null && !closed && busy.size === 0) {
      timer = setTimeout(wake, Math.min(Math.max(wait, 1), longestSleepMs));
      timer.unref();
    }
  };

  function wake(): void {
    if (closed) return;
    if (looking) {
      again = true;
      return;
    }
    looking = look()
      .catch((error: unknown) => {
        log.error('outbox-fault', faultFields(error));
        timer ??= setTimeout(() => {
          timer = null;
          wake();
        }, 1_000).unref();
      })
      .finally(() => {
        looking = null;
        if (again) {
          again = false;
          wake();
        }
      });
  }

  return {
    wake,
    send(delivery) {
      // A look that is under way may have found it.
      if (closed || looking) wake();
      else start(delivery);
    },
    async close() {
      closed = true;
      if (timer) clearTimeout(timer);
      await looking;
      await Promise.all(busy.values());
      post.close();
    },
  };
}
