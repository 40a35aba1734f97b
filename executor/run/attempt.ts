import { createHash } from 'node:crypto';
import type { PoolClient, QueryResult } from 'pg';
import * as v from 'valibot';
import type { OrderClaims } from '#core/protocol/order';
import { faultFields, type Log } from '../log';
import { isRetryable, serverError } from '../postgres/errors';
import { BeginReply, LedgerRow } from '../postgres/ledger';
import type { Target } from '../postgres/target';
import { type Halt, haltWords } from '../halt/halts';
import type { Statement } from '../sql/cut';
import type { Assertion } from '../sql/verification';
import { type AttemptEnd, frameEnd } from './attempt-end';
import { closingSql, openingSql } from './frame';
import { budgetOf, guardedEnd } from './guards';
import { bodyText, runStatements, type StatementsRun } from './statements';
import { startWatchdog } from './watchdog';

/** Named points at which a test may end the process, to prove that the outcome is still right. */
export type ExecutionPoint =
  'after-inbox' | 'after-claim' | 'after-begin' | 'before-commit' | 'after-commit' | 'after-final';

/** What one attempt needs. */
export interface AttemptDeps {
  readonly target: Target;
  readonly now: () => number;
  readonly terminateAfterMs: number;
  readonly log: Log;
  readonly at: (point: ExecutionPoint) => Promise<void> | void;
  /** Keeps returned rows before COMMIT. */
  readonly keepResult: (body: string) => Promise<void>;
}

interface WhoAndWhen {
  systemIdentifier: string;
  databaseOid: string;
  databaseName: string;
  late: boolean;
  standby: boolean;
  pid: number;
  at: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const utc = (text: string): string => new Date(text).toISOString();

/** Sends our own statements as one message; `pg` answers an array of results. */
async function sendAll(client: PoolClient, statements: readonly string[]): Promise<readonly QueryResult[]> {
  const results: unknown = await client.query(statements.join(';\n'));
  return Array.isArray(results) ? (results as QueryResult[]) : [results as QueryResult];
}

const replyOf = (results: readonly QueryResult[]): unknown =>
  results
    .flatMap((result): unknown[] => result.rows)
    .find((row): row is { reply: unknown } => typeof row === 'object' && row !== null && 'reply' in row)
    ?.reply;

function wrongPlace(claims: OrderClaims, who: WhoAndWhen): AttemptEnd | null {
  const { target } = claims.content;
  const same =
    who.systemIdentifier === target.systemIdentifier &&
    Number(who.databaseOid) === target.databaseOid &&
    who.databaseName === target.databaseName;
  if (!same) {
    return {
      kind: 'refused',
      code: 'target-mismatch',
      message: 'the server is not the one that was approved',
    };
  }
  return null;
}

/** A halt ends an attempt that has not committed; the order is final, and a person may run the change again later. */
export function haltedEnd(halt: Halt): Extract<AttemptEnd, { kind: 'refused' }> {
  return { kind: 'refused', code: 'halted', message: haltWords(halt) };
}

class Ended extends Error {
  readonly end: AttemptEnd;
  constructor(end: AttemptEnd) {
    super(end.kind);
    this.end = end;
  }
}

async function open(
  client: PoolClient,
  claims: OrderClaims,
  orderDigest: string,
  deps: AttemptDeps,
): Promise<WhoAndWhen> {
  const { config } = deps.target;
  let results: readonly QueryResult[];
  try {
    results = await sendAll(client, openingSql(claims, orderDigest, config));
  } catch (error) {
    const failure = serverError(error);
    if (!failure) throw error;
    throw new Ended(frameEnd(failure, 'opening', null));
  }
  const who = results
    .flatMap((result): unknown[] => result.rows)
    .find((row): row is WhoAndWhen => typeof row === 'object' && row !== null && 'systemIdentifier' in row);
  if (!who) throw new Error('the server did not say who it is');
  const wrong = wrongPlace(claims, who);
  if (wrong) throw new Ended(wrong);
  if (config.writable) {
    const reply = v.parse(BeginReply, replyOf(results));
    if (!reply.begun) {
      throw new Ended(
        reply.row.jti === claims.jti && reply.row.order_digest === orderDigest
          ? { kind: 'committed', row: reply.row, body: null, earlier: true }
          : {
              kind: 'refused',
              code: 'already-applied',
              message: 'another try of this revision has committed',
            },
      );
    }
  } else if (who.late) {
    throw new Ended({ kind: 'expired', message: 'past startBy' });
  }
  return who;
}

/** Ends the session's transaction and wipes what approved SQL may have left in the session, off the critical path. */
function giveBack(client: PoolClient, inTransaction: boolean): void {
  const wipe = inTransaction
    ? client.query('rollback').then(() => client.query('discard all'))
    : client.query('discard all');
  wipe.then(
    () => client.release(),
    (error: Error) => client.release(error),
  );
}

/**
 * Runs an order once, in one transaction with its ledger row.
 * Resolves always; what cannot be known is `lost` with `mayHaveCommitted`.
 */
export async function attemptOrder(
  claims: OrderClaims,
  orderDigest: string,
  statements: readonly Statement[],
  assertions: readonly Assertion[],
  deps: AttemptDeps,
): Promise<AttemptEnd> {
  const { target, log } = deps;
  const { limits } = claims.content;
  const readOnly = !target.config.writable;
  let client: PoolClient;
  try {
    client = await target.pool.connect();
  } catch (error) {
    log.warn('target-unreachable', { connection: target.config.key, ...faultFields(error) });
    return { kind: 'lost', mayHaveCommitted: false };
  }
  let committing = false;
  let watchdog: ReturnType<typeof startWatchdog> | null = null;
  try {
    const who = await open(client, claims, orderDigest, deps);
    await deps.at('after-begin');
    const deadlineMs = claims.endBy * 1_000 - deps.now();
    watchdog = startWatchdog({
      control: target.control,
      pid: who.pid,
      deadlineMs,
      terminateAfterMs: deps.terminateAfterMs,
      halted: () => target.halted(),
      log,
    });
    const budget = budgetOf(client, claims, target.config.writable);
    const run = await runStatements(client, statements, limits, watchdog, target.typeNames, readOnly, budget);
    const endIfHalted = (): void => {
      const halt = watchdog?.halted();
      if (halt) throw new Ended(haltedEnd(halt));
    };
    endIfHalted();
    const body = bodyText(run.body);
    const startedAt = utc(who.at);
    if (run.error) {
      const failure = serverError(run.error);
      if (watchdog.pastDeadline) throw new Ended({ kind: 'expired', message: 'past endBy' });
      const end: AttemptEnd = { kind: 'failed', statements: run.outcomes, body, reason: null, startedAt };
      throw new Ended(failure && isRetryable(failure) ? { kind: 'conflict', end } : end);
    }
    const guarded = await guardedEnd(client, claims, assertions, { budget, watchdog, run, startedAt });
    if (guarded) throw new Ended(guarded);
    endIfHalted();
    if (body !== null && !readOnly) await deps.keepResult(body);
    await deps.at('before-commit');
    endIfHalted();
    const end = await commit(client, claims, run, body, startedAt, deps, () => (committing = true));
    if (watchdog.acted) client.release(true);
    else giveBack(client, false);
    await deps.at('after-commit');
    return end;
  } catch (error) {
    if (error instanceof Ended) {
      if (watchdog?.acted) client.release(true);
      else giveBack(client, true);
      if (error.end.kind === 'committed') return error.end;
      const halt = watchdog?.halted();
      if (halt) return haltedEnd(halt);
      return watchdog?.pastDeadline ? { kind: 'expired', message: 'past endBy' } : error.end;
    }
    client.release(true);
    log.warn('connection-lost', { jti: claims.jti, committing, ...faultFields(error) });
    return { kind: 'lost', mayHaveCommitted: committing };
  } finally {
    watchdog?.stop();
  }
}

async function commit(
  client: PoolClient,
  claims: OrderClaims,
  run: StatementsRun,
  body: string | null,
  startedAt: string,
  deps: AttemptDeps,
  sending: () => void,
): Promise<AttemptEnd> {
  const { config } = deps.target;
  const result = {
    statements: [...run.outcomes],
    resultSha256: body === null ? null : sha256(body),
    durability: 'on',
  };
  let results: readonly QueryResult[];
  try {
    sending();
    results = await sendAll(client, closingSql(claims, config, result));
  } catch (error) {
    const failure = serverError(error);
    if (!failure) throw error;
    throw new Ended(frameEnd(failure, 'closing', run));
  }
  // A COMMIT of a broken transaction answers ROLLBACK without an error.
  if (results.at(-1)?.command !== 'COMMIT') throw new Error('the server did not commit');
  if (config.writable) {
    return { kind: 'committed', row: v.parse(LedgerRow, replyOf(results)), body, earlier: false };
  }
  const last = results.at(0)?.rows[0] as { late: boolean; at: string } | undefined;
  if (last?.late) return { kind: 'expired', message: 'past endBy' };
  return { kind: 'read', statements: run.outcomes, body, startedAt, finishedAt: utc(last?.at ?? startedAt) };
}
