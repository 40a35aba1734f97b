import type { QueryResult } from 'pg';
import type { TargetIdentity } from '#core/protocol/claims';
import type { DryRunReport } from '#core/protocol/dry-run';
import type { OrderClaims } from '#core/protocol/order';
import type { Session } from '../identity/session';
import { faultFields } from '../log';
import { conditionName } from '../postgres/conditions';
import { serverError } from '../postgres/errors';
import type { Target } from '../postgres/target';
import { type Masker, maskerOf } from '../masking/masker';
import type { AttemptDeps } from '../run/attempt';
import { type AttemptEnd, frameEnd, interruptedEnd } from '../run/attempt-end';
import { dryRunOpeningSql } from '../run/frame';
import { budgetOf, guardedEnd } from '../run/guards';
import { whoOf, wrongPlace } from '../run/open';
import type { ProgressOf } from '../run/progress';
import type { RowBudget } from '../run/row-budget';
import { fireDeferred, Uncountable } from '../run/table-counters';
import { Ended, sendAll, utc } from '../run/trips';
import { startWatchdog, type Watchdog } from '../run/watchdog';
import type { Statement } from '../sql/cut';
import { leavesNothing } from '../sql/leaves-nothing';
import type { Assertion } from '../sql/verification';
import { observe, versionsWritten } from './observe';
import { isGuarded, lockPatienceMs } from './place';
import { type DryRunStatements, runDry } from './run-statements';

/** A dry run that was carried out and rolled back, as it was seen from inside. */
export interface Seen {
  readonly kind: 'seen';
  /** Null: it would have come to its COMMIT. */
  readonly failure: Extract<AttemptEnd, { kind: 'failed' }> | null;
  readonly run: DryRunStatements;
  readonly report: Omit<DryRunReport, 'ranOn' | 'coarse' | 'shortened'>;
  readonly ranOn: TargetIdentity;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** How one transaction of a dry run ended. Whatever it was, nothing of it stays. */
export type DryRunEnd = Seen | Exclude<AttemptEnd, { kind: 'committed' | 'read' | 'failed' }>;

async function open(
  session: Session,
  claims: OrderClaims,
  place: Target,
  approved: TargetIdentity | null,
  writable: boolean,
): Promise<ReturnType<typeof whoOf>> {
  let results: readonly QueryResult[];
  const patience = lockPatienceMs(place, claims.content.limits.lockTimeoutMs);
  try {
    const mode = writable ? 'read write' : 'read only';
    results = await sendAll(session.client, dryRunOpeningSql(claims, mode, patience, session.preamble));
  } catch (error) {
    const failure = serverError(error);
    if (!failure) throw error;
    throw new Ended(frameEnd(failure, 'opening', null));
  }
  const who = whoOf(results);
  const wrong = approved && wrongPlace(approved, who);
  if (wrong) throw new Ended(wrong);
  if (who.late) throw new Ended({ kind: 'expired', message: 'past startBy' });
  return who;
}

/** Fires what COMMIT would fire; null when it all held, else the end that it comes to. */
async function settle(
  session: Session,
  run: DryRunStatements,
  budget: RowBudget | null,
): Promise<AttemptEnd | null> {
  try {
    await (budget ? budget.settle() : fireDeferred(session.client));
    return null;
  } catch (error) {
    if (error instanceof Uncountable) {
      const message = `The change cannot be judged: ${error.message}.`;
      return {
        kind: 'failed',
        statements: run.outcomes,
        body: null,
        reason: { code: 'row-budget-unknown', message },
        startedAt: null,
      };
    }
    const failure = serverError(error);
    if (!failure) throw error;
    return frameEnd(failure, 'closing', run);
  }
}

const failedOf = (end: AttemptEnd | null): Seen['failure'] => {
  const settled = end?.kind === 'conflict' ? end.end : end;
  if (settled === null) return null;
  if (settled.kind !== 'failed') throw new Ended(settled);
  return settled;
};

/** Runs all statements, and everything that COMMIT would ask, in the open transaction. */
async function rehearse(
  session: Session,
  claims: OrderClaims,
  statements: readonly Statement[],
  assertions: readonly Assertion[],
  where: {
    readonly place: Target;
    readonly writable: boolean;
    readonly watchdog: Watchdog;
    readonly masker: Masker | null;
    readonly progress: ProgressOf;
  },
  startedAt: string,
): Promise<Pick<Seen, 'failure' | 'run' | 'report'>> {
  const { client } = session;
  const { place, writable, watchdog, masker, progress } = where;
  const budget = budgetOf(client, claims, writable);
  const { limits } = claims.content;
  const run = await runDry(client, statements, {
    limits,
    watchdog,
    budget,
    guarded: isGuarded(place),
    masker,
    progress,
  });
  let constraints: DryRunReport['constraints'] = 'not-reached';
  let failure: Seen['failure'] = null;
  let { last, deadRows } = run;
  if (run.error) {
    failure = { kind: 'failed', statements: run.outcomes, body: null, reason: null, startedAt };
  } else if (!watchdog.interrupted()) {
    failure = budget?.problem ? null : failedOf(await settle(session, run, budget));
    constraints = failure ? 'failed' : 'held';
    if (!failure) {
      const after = await observe(client);
      deadRows += versionsWritten(last, after);
      last = after;
      const ran = { budget, keeper: null, wal: null, watchdog, run, startedAt };
      const guarded = await guardedEnd(client, claims, assertions, ran);
      failure = 'kind' in guarded ? failedOf(guarded) : null;
      if (budget?.problem) constraints = 'not-reached';
    }
  }
  const { rowBudget } = claims.content;
  const report = {
    statements: [...run.seen],
    constraints,
    rowBudget: rowBudget === null || !budget ? null : { allowed: rowBudget, affected: budget.affected },
    leftBehind: { sequences: [...new Set(last.sequences)], deadRows },
  };
  return { failure, run, report };
}

/**
 * Carries out an order in one transaction that is rolled back whatever happens: as the approved role, in the approved
 * frame, without a row in the ledger. Resolves always; `lost` means that nothing is known, and nothing stayed.
 */
export async function attemptDryRun(
  claims: OrderClaims,
  statements: readonly Statement[],
  assertions: readonly Assertion[],
  deps: Omit<AttemptDeps, 'keepResult'> & { readonly place: Target },
): Promise<DryRunEnd> {
  const { target, place, log } = deps;
  const lost = { kind: 'lost', mayHaveCommitted: false } as const;
  const { writable } = target.config;
  const nodes = [...statements, ...assertions.map(({ statement }) => statement)].map(({ node }) => node);
  let session: Session;
  try {
    session = await place.sessions.open(
      { jti: claims.jti, attempt: deps.attempt, endBy: claims.endBy, leavesNothing: leavesNothing(nodes) },
      'run',
    );
  } catch (error) {
    log.warn('target-unreachable', { connection: place.config.key, ...faultFields(error) });
    return lost;
  }
  let watchdog: Watchdog | null = null;
  const early = (): DryRunEnd | null => {
    const interruption = watchdog?.interrupted();
    if (interruption) return interruptedEnd(interruption);
    return watchdog?.pastDeadline ? { kind: 'expired', message: 'past endBy' } : null;
  };
  try {
    const who = await open(session, claims, place, place === target ? claims.content.target : null, writable);
    await session.sealed;
    await deps.at('after-begin');
    watchdog = startWatchdog({
      control: place.control,
      pid: who.pid,
      deadlineMs: claims.endBy * 1_000 - deps.now(),
      terminateAfterMs: deps.terminateAfterMs,
      interrupted: deps.interrupted,
      log,
    });
    deps.progress.began(who.pid, statements.length);
    const startedAt = utc(who.at);
    const seen = await rehearse(
      session,
      claims,
      statements,
      assertions,
      { place, writable, watchdog, masker: maskerOf(target), progress: deps.progress },
      startedAt,
    );
    const ended = await sendAll(session.client, [
      'rollback',
      'select pg_catalog.to_json(pg_catalog.clock_timestamp()) as at',
    ]);
    const [clock] = (ended.at(-1)?.rows ?? []) as { at: string }[];
    session.end(watchdog.acted ? 'broken' : 'ended');
    const ranOn = {
      systemIdentifier: who.systemIdentifier,
      databaseOid: Number(who.databaseOid),
      databaseName: who.databaseName,
    };
    return early() ?? { kind: 'seen', ...seen, ranOn, startedAt, finishedAt: utc(clock?.at ?? who.at) };
  } catch (error) {
    if (error instanceof Ended) {
      session.end(watchdog?.acted ? 'broken' : 'open');
      const { end } = error;
      if (end.kind === 'committed' || end.kind === 'read' || end.kind === 'failed')
        throw new Error('a dry run neither commits nor ends like that', { cause: error });
      return early() ?? end;
    }
    session.end('broken');
    const failure = serverError(error);
    if (failure) {
      // One of our own questions was refused: asking again would change nothing.
      const sqlstate = failure.code ?? 'XX000';
      const message = `the transaction could not be observed (${sqlstate} ${conditionName(sqlstate)})`;
      return early() ?? { kind: 'refused', code: 'connection-not-ready', message };
    }
    log.warn('connection-lost', { jti: claims.jti, committing: false, ...faultFields(error) });
    return early() ?? lost;
  } finally {
    deps.progress.ended();
    watchdog?.stop();
  }
}
