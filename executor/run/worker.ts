import type { PrivateJwk } from '#core/protocol/jwk';
import type { ReceiptDelivery } from '#core/protocol/receipt';
import type { Config } from '../config';
import type { Sender } from '../deliver/sender';
import { exporterOf } from '../export/exporter';
import { haltWords } from '../halt/halts';
import { executeDryRun } from '../dry-run/execute';
import { placeOf } from '../dry-run/place';
import { faultFields, type Log } from '../log';
import type { Counters } from '../metrics/counters';
import { executedText } from '../order/check-order';
import type { Target } from '../postgres/target';
import {
  findExecution,
  keepPendingResult,
  type TakenIn,
  type TakingIn,
  waitingForOthers,
} from '../state/inbox';
import {
  claimAgain,
  type Claimed,
  claimNext,
  isOurs,
  lookAround,
  putBack,
  putBackUnknown,
  takeOver,
  type Taken,
} from '../state/queue';
import { type Final, storeFinal } from '../state/receipts';
import type { InboxOrder, StateStore } from '../state/store';
import { type ExecuteDeps, executeOrder } from './execute-order';
import { createKnownOrders, readAgain, type ReadOrder, storedOrder } from './known-orders';
import { createLanes } from './lanes';
import type { AtPoint } from './points';
import { followProgress } from './progress';
import { nothingApplied, type Outcome, receiptClaims, stoppedWaiting, subjectOfRun } from './receipt-claims';
import { createStopWatch } from './stop-watch';
import { sha256Hex } from '../sha256';

/** Runs accepted orders and writes their receipts. */
export interface Worker {
  /** An order, whose text was read, is about to be stored in the inbox. */
  enter(one: ReadOrder, reads: boolean): Entry;
  /** Stores a final receipt for an order that does not run; null when it has one already. */
  finish(
    order: InboxOrder,
    target: Target | null,
    outcome: Outcome,
    as: 'take-in' | 'close-queued',
  ): Promise<ReceiptDelivery | null>;
  /** A wish to stop was stored: looks whether it concerns what runs here. */
  noticeStops(): void;
  /** Takes up what other processes left, now and from now on. Resolves with the orders of the first look. */
  begin(): Promise<number>;
  /** Lets running changes end (or gives up waiting for unreachable databases) and starts nothing new. */
  drain(): Promise<void>;
}

/** An order on its way into the inbox. */
interface Entry {
  /** In whose name the inbox may begin it at once; null: it is to wait in its lane. */
  readonly beginner: TakingIn['beginner'];
  /** Tells what became of it; null: nobody knows. */
  end(became: TakenIn | null): void;
}

/** What a worker needs. */
export interface WorkerDeps {
  readonly config: Config;
  readonly store: StateStore;
  readonly targets: ReadonlyMap<string, Target>;
  readonly key: PrivateJwk;
  readonly sender: Sender;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
  readonly counters: Counters;
  readonly at: AtPoint;
}

/** Orders whose text we keep between their taking in and their claim. */
const mostKnown = 256;
/** A look for what nobody told us of: often while others are at work, or may just have died; else now and then. */
const lookMs = { often: 250, seldom: 5_000 };
/** The server may need a moment to see that a predecessor was killed. */
const youngMs = 5_000;

/** Creates the worker; it does nothing before `begin` or the first order. */
export function createWorker(deps: WorkerDeps): Worker {
  const { config, store, log, sender, key, counters, targets } = deps;
  const { owner } = store.replica;
  const stops = createStopWatch(store.pool, log);
  const stop = new AbortController();
  const known = createKnownOrders(mostKnown);
  /** Ids that this process is at. */
  const busy = new Set<string>();
  /** Ids that are being stored as begun here; another delivery of the same order may be stored, and claimed, first. */
  const entering = new Set<string>();
  /** A claim failed on its way: it may have been made nevertheless. */
  let claimDoubtful = false;

  const finishWith = async (
    order: InboxOrder,
    target: Target | null,
    outcome: Outcome,
    body: string | null,
    as: Final['as'],
    seconds: number | null = null,
  ): Promise<ReceiptDelivery | null> => {
    const resultSha256 = body === null ? null : sha256Hex(body);
    const subject = await subjectOfRun(order, outcome);
    const { executorId } = config;
    const claims = receiptClaims(
      order,
      executorId,
      target,
      { ...outcome, resultSha256 },
      subject,
      deps.now(),
    );
    await deps.at('before-final');
    const final = { claims, result: body, as, order };
    const delivery = await storeFinal(store, key, final, () => deps.at('in-final'));
    if (delivery) {
      sender.send(delivery);
      counters.final(target?.config.key ?? 'unknown', outcome.status, seconds);
      const { jti, issue } = order.claims;
      log.info('final', {
        jti,
        issue: issue.key,
        status: outcome.status,
        reason: outcome.reason?.code ?? null,
      });
    }
    return delivery && { receipt: delivery.receipt, result: delivery.result };
  };

  /** One claim's worth of work. `over`: this claim is not in force any more, so nothing may be said by it. */
  const run = async (
    { order, script }: ReadOrder,
    target: Target,
    { stopped, ...lease }: Claimed,
  ): Promise<'final' | 'over' | 'stopped'> => {
    const { iss, jti } = order.claims;
    const recovered = lease.attempt > 1;
    const close = async (
      outcome: Outcome,
      body: string | null,
      seconds: number | null = null,
    ): Promise<'final' | 'over'> =>
      (await finishWith(order, target, outcome, body, { close: lease }, seconds)) ? 'final' : 'over';
    const halt = recovered ? null : target.halted();
    if (halt) return close(nothingApplied('refused', 'halted', haltWords(halt), 0), null);
    if (stopped && !recovered) return close(stoppedWaiting(lease.attempt), null);
    // It was allowed when it was accepted, so this only happens after an update; it may have run already.
    if (script.kind === 'not-allowed') {
      const status = recovered && order.claims.kind !== 'dry-run' ? 'unknown' : 'refused';
      return close(nothingApplied(status, 'statement-not-allowed', script.message, lease.attempt), null);
    }
    const execution = { installation: iss, jti };
    const began = performance.now();
    await deps.at('after-claim');
    const watched = stops.watch(execution, stopped);
    // A dry run may be taken on a copy of the database.
    const dry = order.claims.kind === 'dry-run';
    const place = dry ? placeOf(target, targets) : target;
    const needs: ExecuteDeps = {
      config,
      target,
      now: deps.now,
      random: deps.random,
      terminateAfterMs: config.limits.terminateAfterMs,
      stop: stop.signal,
      log,
      at: deps.at,
      interrupted: () => {
        if (watched.stopped()) return { by: 'issue' };
        const now = target.halted();
        return now === null ? null : { by: 'halt', halt: now };
      },
      progress: followProgress({
        control: place.control,
        pool: store.pool,
        key: execution,
        now: deps.now,
        log,
      }),
      stillOurs: async () => {
        if (store.replica.holdsLease()) return true;
        return (await store.replica.renew()) && isOurs(store.pool, lease, iss, jti);
      },
      exporter: exporterOf(order.claims, target.config, {
        stateDir: config.stateDir,
        pool: store.pool,
        now: deps.now,
      }),
      keepResult: (body) => keepPendingResult(store.pool, iss, jti, body),
      keptResult: async () => (await findExecution(store.pool, iss, jti))?.pending_result ?? null,
    };
    const text = executedText(order.claims) ?? '';
    const running = dry
      ? executeDryRun(order, script, text, lease.attempt, { ...needs, targets })
      : executeOrder(order, script, text, lease.attempt, recovered, needs);
    const ran = await running.finally(() => watched.end());
    if (ran === 'over') return 'over';
    if (ran === 'stopped') {
      await putBack(store.pool, lease, iss, jti);
      return 'stopped';
    }
    const ended = await close(ran.outcome, ran.body, (performance.now() - began) / 1_000);
    await deps.at('after-final');
    return ended;
  };

  const readTaken = async (installation: string, jti: string): Promise<ReadOrder> => {
    const one = known.take(installation, jti);
    if (one) return one;
    const row = await findExecution(store.pool, installation, jti);
    if (!row) throw new Error('an execution has disappeared from the inbox');
    return readAgain(row);
  };

  /** Until the order has its receipt or is another's: a fault of our own (the state database is away) loses nothing. */
  const runTaken = async (target: Target, { installation, jti, attempt, stopped }: Taken): Promise<void> => {
    let one: ReadOrder | null = null;
    let lease: Claimed | null = { owner, attempt, stopped };
    for (let pause = 100; !stop.signal.aborted; pause = Math.min(pause * 2, 5_000)) {
      try {
        lease ??= await claimAgain(store.pool, owner, installation, jti);
        if (!lease) return;
        one ??= await readTaken(installation, jti);
        if ((await run(one, target, lease)) !== 'over') return;
        // Taken over, or put back and claimed by ourselves: the row knows.
      } catch (error) {
        counters.fault(target.config.key);
        log.error('execution-fault', { jti, ...faultFields(error) });
        await new Promise((done) => setTimeout(done, pause));
      }
      lease = null;
    }
    if (lease) await putBack(store.pool, lease, installation, jti).catch(() => undefined);
  };

  const lanes = createLanes({
    lanes: [...targets.values()].flatMap(({ config: { key: connection, concurrency: width } }) =>
      [false, true].map((reads) => ({ connection, reads, width })),
    ),
    atOnce: config.limits.maxRunning,
    // What cannot be reported is not begun.
    open: () => !stop.signal.aborted && store.chain.problem() === null,
    async claim(lane) {
      try {
        if (claimDoubtful) await putBackUnknown(store.pool, owner, [...busy, ...entering]);
        claimDoubtful = false;
        return await claimNext(store.pool, owner, lane);
      } catch (error) {
        claimDoubtful = true;
        throw error;
      }
    },
    async run(taken, lane) {
      const target = targets.get(lane.connection);
      // Already at it: it was put back while we could not be seen, and `runTaken` goes on with the new claim.
      if (!target || busy.has(taken.jti)) return;
      busy.add(taken.jti);
      await runTaken(target, taken).finally(() => busy.delete(taken.jti));
    },
    fault: (error) => log.error('claim-fault', faultFields(error)),
  });

  /** Orders for a connection that was taken out of the configuration. */
  const closeUnknown = async (): Promise<void> => {
    if (store.chain.problem() !== null) return;
    for (const row of await waitingForOthers(store.pool, [...targets.keys()])) {
      const [status, words] =
        row.attempt > 0 && row.kind !== 'dry-run'
          ? (['unknown', 'its connection was removed while it ran'] as const)
          : (['refused', 'its connection was removed'] as const);
      const outcome = nothingApplied(status, 'unknown-connection', words, row.attempt);
      await finishWith(await storedOrder(row), null, outcome, null, 'close-waiting');
    }
  };

  const began = performance.now();
  let looking: NodeJS.Timeout | null = null;
  /** Takes over from the dead and wakes lanes in which something waits. Resolves with the orders that were found. */
  const look = async (): Promise<number> => {
    let next = performance.now() - began < youngMs ? lookMs.often : lookMs.seldom;
    let found = 0;
    try {
      let around = await lookAround(store.pool, owner);
      if (around.othersRun || around.othersDeliver) {
        const taken = await takeOver(store.pool, owner);
        if (taken.orders > 0) counters.takenOver(taken.orders);
        if (taken.orders + taken.receipts > 0) log.warn('taken-over', { ...taken });
        if (taken.receipts > 0) sender.wake();
        found = taken.orders;
        if (taken.orders > 0) around = await lookAround(store.pool, owner);
      }
      if (around.othersRun) next = lookMs.often;
      for (const { connection, reads } of around.waiting) lanes.wake(connection, reads);
    } catch (error) {
      log.error('look-fault', faultFields(error));
      next = lookMs.often;
    }
    if (looking) clearTimeout(looking);
    looking = stop.signal.aborted ? null : setTimeout(() => void look(), next).unref();
    return found;
  };

  return {
    enter(one, reads) {
      const { iss: installation, jti, content } = one.order.claims;
      const { connection } = content;
      // After a doubtful claim the lane first puts back what nobody is at.
      const ours = busy.has(jti) || entering.has(jti);
      const place = ours || claimDoubtful ? null : lanes.reserve(connection, reads);
      // So that it is not put back as one that nobody is at.
      if (place) entering.add(jti);
      return {
        beginner: place && { owner, width: place.width },
        end(became) {
          if (place) entering.delete(jti);
          if (became === 'taken' || became === 'queued') known.put(one);
          if (became === 'taken' && place) {
            place.begin({ kind: 'taken', installation, jti, attempt: 1, stopped: false, more: false });
            return;
          }
          if (became === null && place) claimDoubtful = true;
          place?.free();
          if (became !== null && became !== 'queued') return;
          if (lanes.crowded) store.replica.notify();
          lanes.wake(connection, reads);
        },
      };
    },
    finish: (order, target, outcome, as) => finishWith(order, target, outcome, null, as),
    noticeStops: () => stops.look(),
    async begin() {
      await deps.at('starting');
      const found = await look();
      await deps.at('recovering');
      await closeUnknown();
      store.replica.listen(() => {
        lanes.wakeAll();
        void look();
      });
      return found;
    },
    async drain() {
      await deps.at('draining');
      stop.abort();
      if (looking) clearTimeout(looking);
      await lanes.drain();
      // What waits is for the others.
      store.replica.notify();
    },
  };
}
