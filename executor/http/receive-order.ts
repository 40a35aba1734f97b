import type { PublicJwk } from '#core/protocol/jwk';
import type { ReceiptDelivery } from '#core/protocol/receipt';
import type { ExecutionReply } from '#core/protocol/transport';
import { ok, refuse, type Result } from '#core/result';
import type { Config, TrustedApp } from '../config';
import type { Log } from '../log';
import { refusedEvidence } from '../order/check-evidence';
import { checkOrder } from '../order/check-order';
import { alreadyDone, refusedRollback } from '../order/check-rollback';
import { type Refusal, refusal } from '../order/refusal';
import { verifyOrderToken } from '../order/verify-token';
import type { Target } from '../postgres/target';
import type { AtPoint } from '../run/points';
import { nothingApplied } from '../run/receipt-claims';
import type { Worker } from '../run/worker';
import { acceptOrder, findExecution, type TakenIn } from '../state/inbox';
import type { ExecutionRow, InboxOrder, StateStore } from '../state/store';
import { replayed } from './authenticate';
import type { OpenRequest } from './signed';

/** What the routes need of the executor. */
export interface ServiceDeps {
  readonly config: Config;
  readonly store: StateStore;
  readonly targets: ReadonlyMap<string, Target>;
  readonly worker: Worker;
  /** Our public key: our own receipts come back as evidence. */
  readonly ownKey: PublicJwk;
  readonly now: () => number;
  readonly log: Log;
  readonly at: AtPoint;
}

/** A refusal and the receipt that makes it final, if it is. */
export interface Refused {
  readonly refusal: Refusal;
  readonly delivery: ReceiptDelivery | null;
}

/** The state of a known execution as the protocol tells it. A receipt that leaves so is remembered first. */
export async function describe(row: ExecutionRow, { chain }: StateStore): Promise<ExecutionReply> {
  if (row.receipt !== null) await chain.witness.lets(row.receipt);
  const delivery = row.receipt === null ? null : { receipt: row.receipt, result: row.result };
  const state = { tombstone: 'revoked', queued: 'accepted', running: 'running', final: 'final' } as const;
  // Put back by a process that had begun it: nobody can say that it has not run.
  const began = row.state === 'queued' && row.attempt > 0;
  return { jti: row.jti, state: began ? 'running' : state[row.state], delivery };
}

/** Answers an order whose id is known: idempotent for the same order, a conflict for another. */
async function answerKnown(
  row: ExecutionRow,
  order: InboxOrder,
  store: StateStore,
): Promise<Result<ExecutionReply, Refused>> {
  if (row.state === 'tombstone' || row.status === 'revoked') {
    return refuse({
      refusal: refusal('order-revoked', 'this order was revoked'),
      delivery: (await describe(row, store)).delivery,
    });
  }
  if (row.order_digest !== order.orderDigest) {
    return refuse({
      refusal: refusal('order-conflict', 'another order with this id was received before'),
      delivery: null,
    });
  }
  return ok(await describe(row, store));
}

/**
 * Takes an order in: verifies, checks, stores, and hands it to the worker. Resolves when it is durable. An order that comes
 * twice is taken in once, so `request` is used up no sooner than it is stored.
 */
export async function receiveOrder(
  token: string,
  app: TrustedApp,
  request: OpenRequest,
  deps: ServiceDeps,
): Promise<Result<ExecutionReply, Refused>> {
  const { config, store, worker } = deps;
  const verified = await verifyOrderToken(token, app, config.executorId, deps.now());
  if (!verified.ok) return refuse({ refusal: verified.error, delivery: null });
  const order = verified.value;
  const { iss, jti, startBy } = order.claims;
  const unsigned = store.chain.problem();
  if (unsigned !== null) {
    const known = await findExecution(store.pool, iss, jti);
    if (known) return answerKnown(known, order, store);
    const words = `the executor signs nothing just now: ${unsigned}`;
    return refuse({ refusal: refusal('unavailable', words), delivery: null });
  }
  const knownNow = async (): Promise<Result<ExecutionReply, Refused>> => {
    const row = await findExecution(store.pool, iss, jti);
    if (!row) throw new Error('an execution has disappeared from the inbox');
    return answerKnown(row, order, store);
  };
  const target = deps.targets.get(order.claims.content.connection) ?? null;
  /** Also what is known is checked first: the id in the inbox decides, and every way to store something meets it there. */
  const refuseFinally = async (why: Refusal): Promise<Result<ExecutionReply, Refused>> => {
    const outcome = nothingApplied('refused', why.code, why.message, 0);
    const delivery = await worker.finish(order, target, outcome, 'take-in');
    if (delivery) await store.chain.witness.lets(delivery.receipt);
    return delivery ? refuse({ refusal: why, delivery }) : knownNow();
  };

  const checked = await checkOrder(order.claims, config, deps.targets);
  if ('code' in checked) return refuseFinally(checked);
  const history = await refusedRollback(order, checked.target, store.pool, deps.now());
  if (history) return refuseFinally(history);
  const evidence = await refusedEvidence(order.claims, checked.target, {
    executorId: config.executorId,
    ownKey: deps.ownKey,
    targets: deps.targets,
    pool: store.pool,
    nowMs: deps.now(),
  });
  if (evidence) return refuseFinally(evidence);
  if (deps.now() > startBy * 1_000) {
    const outcome = nothingApplied('expired', 'expired', 'the order arrived past startBy', 0);
    const delivery = await worker.finish(order, target, outcome, 'take-in');
    if (delivery) await store.chain.witness.lets(delivery.receipt);
    return delivery ? ok({ jti, state: 'final', delivery }) : knownNow();
  }
  const { script } = checked;
  // A read on its own never stands behind a change, nor before one.
  const reads = !checked.target.config.writable || (script.kind === 'statements' && script.onlyReads);
  await deps.at('order-verified');
  // A dry run applies nothing, so it may come before and after anything.
  const once = checked.target.config.writable && order.claims.kind !== 'dry-run';
  const entry = worker.enter({ order, script }, reads);
  let became: TakenIn | null = null;
  try {
    became = await acceptOrder(store.pool, order, { reads, once, request, beginner: entry.beginner });
    request.used = became !== 'replayed';
    if (became === 'queued' || became === 'taken') await deps.at('after-inbox');
  } finally {
    entry.end(became);
  }
  if (became === 'replayed') return refuse({ refusal: replayed, delivery: null });
  if (became === 'done') return refuseFinally(alreadyDone(order.claims));
  if (became === 'present') return knownNow();
  if (became === 'behind') {
    return refuseFinally(
      refusal('ledger-behind', 'the order was built from an older ledger than one that was seen before'),
    );
  }
  return ok({ jti, state: 'accepted', delivery: null });
}
