import { createHash } from 'node:crypto';
import { computeOrderDigest, OrderClaims } from '#core/protocol/order';
import type { PrivateJwk } from '#core/protocol/jwk';
import type { ReceiptDelivery } from '#core/protocol/receipt';
import * as v from 'valibot';
import type { Config } from '../config';
import type { Sender } from '../deliver/sender';
import { haltWords } from '../halt/halts';
import { faultFields, type Log } from '../log';
import type { Counters } from '../metrics/counters';
import { executedText } from '../order/check-order';
import type { Target } from '../postgres/target';
import { readScript, type Script } from '../sql/read-script';
import { claimExecution, findExecution, keepPendingResult, openExecutions } from '../state/inbox';
import { storeFinal } from '../state/receipts';
import type { ExecutionRow, InboxOrder, StateStore } from '../state/store';
import type { ExecutionPoint } from './attempt';
import { executeOrder } from './execute-order';
import { createLanes } from './lanes';
import { followProgress } from './progress';
import { nothingApplied, type Outcome, receiptClaims, stoppedWaiting } from './receipt-claims';
import { createStopWatch } from './stop-watch';

/** Runs accepted orders and writes their receipts. */
export interface Worker {
  /** An order is in the inbox. Its text was read before. */
  submit(order: InboxOrder, target: Target, script: Exclude<Script, { kind: 'not-allowed' }>): void;
  /** Stores a final receipt for an order that does not run; null when it has one already. */
  finish(
    order: InboxOrder,
    target: Target | null,
    outcome: Outcome,
    as: 'take-in' | 'close' | 'close-queued',
  ): Promise<ReceiptDelivery | null>;
  /** A wish to stop was stored: looks whether it concerns what runs here. */
  noticeStops(): void;
  /** Takes up what an earlier process left. */
  recover(): Promise<number>;
  /** Lets running changes end (or gives up waiting for unreachable databases) and starts nothing new. */
  drain(): Promise<void>;
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
  readonly at: (point: ExecutionPoint) => Promise<void> | void;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Claims of a token that we verified before we stored it. */
async function storedOrder(row: ExecutionRow): Promise<InboxOrder> {
  const payload = row.token?.split('.')[1];
  if (!payload) throw new Error('the inbox row has no order');
  const claims = v.parse(OrderClaims, JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  return { claims, orderDigest: await computeOrderDigest(claims), token: row.token ?? '' };
}

/** Creates the worker. */
export function createWorker(deps: WorkerDeps): Worker {
  const { config, store, log, sender, key, counters } = deps;
  const lanes = createLanes();
  const stops = createStopWatch(store.pool, log);
  const stop = new AbortController();

  const finishWith = async (
    order: InboxOrder,
    target: Target | null,
    outcome: Outcome,
    body: string | null,
    as: 'take-in' | 'close' | 'close-queued',
    seconds: number | null = null,
  ): Promise<ReceiptDelivery | null> => {
    const resultSha256 = body === null ? null : sha256(body);
    const claims = receiptClaims(order, config.executorId, target, { ...outcome, resultSha256 }, deps.now());
    const delivery = await storeFinal(store.pool, store.chainId, key, { claims, result: body, as, order });
    if (delivery) {
      sender.wake();
      counters.final(target?.config.key ?? 'unknown', outcome.status, seconds);
      const { jti, issue } = order.claims;
      log.info('final', {
        jti,
        issue: issue.key,
        status: outcome.status,
        reason: outcome.reason?.code ?? null,
      });
    }
    return delivery;
  };

  const run = async (
    order: InboxOrder,
    target: Target,
    script: Exclude<Script, { kind: 'not-allowed' }>,
    recovered: boolean,
  ): Promise<void> => {
    const { iss, jti } = order.claims;
    const halt = recovered ? null : target.halted();
    if (halt) {
      const outcome = nothingApplied('refused', 'halted', haltWords(halt), 0);
      await finishWith(order, target, outcome, null, 'close-queued');
      return;
    }
    const claimed = await claimExecution(store.pool, iss, jti);
    if (claimed === null) return; // revoked while it waited
    const { attempt } = claimed;
    if (claimed.stopped && !recovered) {
      await finishWith(order, target, stoppedWaiting(attempt), null, 'close');
      return;
    }
    const execution = { installation: iss, jti };
    const began = performance.now();
    await deps.at('after-claim');
    const watched = stops.watch(execution, claimed.stopped);
    const ran = await executeOrder(order, script, executedText(order.claims) ?? '', attempt, recovered, {
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
        control: target.control,
        pool: store.pool,
        key: execution,
        now: deps.now,
        log,
      }),
      keepResult: (body) => keepPendingResult(store.pool, iss, jti, body),
      keptResult: async () => (await findExecution(store.pool, iss, jti))?.pending_result ?? null,
    }).finally(() => watched.end());
    if (ran === 'stopped') return;
    const seconds = (performance.now() - began) / 1_000;
    await finishWith(order, target, ran.outcome, ran.body, 'close', seconds);
    await deps.at('after-final');
  };

  const push = (
    order: InboxOrder,
    target: Target,
    script: Exclude<Script, { kind: 'not-allowed' }>,
    recovered: boolean,
  ): void => {
    const { key: lane, concurrency } = target.config;
    lanes.push(lane, concurrency, async () => {
      // A fault of our own (the state database is away) must not lose the order: it stays open, and is tried again.
      for (
        let pause = 100, again = recovered;
        !stop.signal.aborted;
        pause = Math.min(pause * 2, 5_000), again = true
      ) {
        try {
          return await run(order, target, script, again);
        } catch (error) {
          counters.fault(lane);
          log.error('execution-fault', { jti: order.claims.jti, ...faultFields(error) });
          await new Promise((done) => setTimeout(done, pause));
        }
      }
    });
  };

  const recoverOne = async (row: ExecutionRow): Promise<void> => {
    const order = await storedOrder(row);
    const target = deps.targets.get(row.connection);
    const began = row.attempt > 0;
    if (!target) {
      const outcome = began
        ? nothingApplied(
            'unknown',
            'unknown-connection',
            'its connection was removed while it ran',
            row.attempt,
          )
        : nothingApplied('refused', 'unknown-connection', 'its connection was removed', row.attempt);
      await finishWith(order, null, outcome, null, 'close');
      return;
    }
    const script = await readScript(executedText(order.claims) ?? '');
    // It was allowed when it was accepted, so this only happens after an update; it may have run already.
    if (script.kind === 'not-allowed') {
      const status = began ? 'unknown' : 'refused';
      await finishWith(
        order,
        target,
        nothingApplied(status, 'statement-not-allowed', script.message, row.attempt),
        null,
        'close',
      );
      return;
    }
    push(order, target, script, began);
  };

  return {
    submit: (order, target, script) => push(order, target, script, false),
    finish: (order, target, outcome, as) => finishWith(order, target, outcome, null, as),
    noticeStops: () => stops.look(),
    async recover() {
      const rows = await openExecutions(store.pool);
      for (const row of rows) await recoverOne(row);
      return rows.length;
    },
    async drain() {
      stop.abort();
      await lanes.drain();
    },
  };
}
