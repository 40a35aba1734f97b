import type { OrderClaims } from '#core/protocol/order';
import type { Exporter } from '../export/exporter';
import type { Session } from '../identity/session';
import { faultFields, type Log } from '../log';
import { serverError } from '../postgres/errors';
import { maskerOf } from '../masking/masker';
import type { Target } from '../postgres/target';
import type { Statement } from '../sql/cut';
import { leavesNothing } from '../sql/leaves-nothing';
import type { Assertion } from '../sql/verification';
import { undoChange } from '../rollback/undo';
import { type AttemptEnd, interruptedEnd, orTryAgain } from './attempt-end';
import { commit } from './commit';
import { budgetOf, guardedEnd } from './guards';
import type { Interruption } from './interruption';
import { open } from './open';
import { keeperOf, undoPlan } from './planned';
import type { AtPoint } from './points';
import type { ProgressOf } from './progress';
import { refuseOtherSchema } from './schema-guard';
import { bodyText, runStatements } from './statements';
import { Ended, utc } from './trips';
import { startWatchdog } from './watchdog';
import { startWalBudget, type WalBudget } from './wal-budget';
import { type CommitBy, commitBy } from './window-guard';

/** What one attempt needs. */
export interface AttemptDeps {
  readonly target: Target;
  /** Claim of a worker, from 1: with the order's id it names the login that runs the attempt. */
  readonly attempt: number;
  readonly now: () => number;
  readonly terminateAfterMs: number;
  readonly log: Log;
  readonly at: AtPoint;
  /** The halt or stop that is in force for this execution right now, or null. */
  readonly interrupted: () => Interruption | null;
  /** Told how far the attempt is. */
  readonly progress: ProgressOf;
  /** Whether the order is still this process's to run; asks the state database only when the lease has run out. */
  readonly stillOurs: () => Promise<boolean>;
  /** Writes the result to a file; null: it is returned. */
  readonly exporter: Exporter | null;
  /** Keeps returned rows before COMMIT. */
  readonly keepResult: (body: string) => Promise<void>;
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
  // A file is made of a read, also where changes may write.
  const config = deps.exporter === null ? target.config : { ...target.config, writable: false };
  const readOnly = !config.writable;
  const nodes = [...statements, ...assertions.map(({ statement }) => statement)].map(({ node }) => node);
  const execution = {
    jti: claims.jti,
    attempt: deps.attempt,
    endBy: claims.endBy,
    leavesNothing: leavesNothing(nodes),
  };
  let session: Session;
  try {
    session = await target.sessions.open(execution, 'run');
  } catch (error) {
    log.warn('target-unreachable', { connection: target.config.key, ...faultFields(error) });
    return { kind: 'lost', mayHaveCommitted: false };
  }
  const { client } = session;
  let committing = false;
  let late: CommitBy['late'] = { kind: 'expired', message: 'past endBy' };
  let watchdog: ReturnType<typeof startWatchdog> | null = null;
  let wal: WalBudget | null = null;
  try {
    await deps.at('after-login');
    const who = await open(session, claims, orderDigest, deps.attempt, config);
    await session.sealed;
    const by = commitBy(claims, target.config, Date.parse(who.begun));
    if ('kind' in by) throw new Ended(by);
    late = by.late;
    await refuseOtherSchema(target, claims, statements);
    await deps.at('after-begin');
    const deadlineMs = by.endBy * 1_000 - deps.now();
    watchdog = startWatchdog({
      control: target.control,
      pid: who.pid,
      deadlineMs,
      terminateAfterMs: deps.terminateAfterMs,
      interrupted: deps.interrupted,
      log,
    });
    const keeper = await keeperOf(client, claims, statements, target.config);
    const budget = budgetOf(client, claims, config.writable);
    wal = await startWalBudget(claims, watchdog, deps);
    const endIfInterrupted = (): void => {
      const interruption = watchdog?.interrupted();
      if (interruption) throw new Ended(interruptedEnd(interruption));
    };
    const plan = undoPlan(claims);
    deps.progress.began(who.pid, (plan?.statements ?? statements).length);
    const { exporter, progress } = deps;
    const masker = maskerOf(target);
    const guards = { budget, keeper };
    const [first] = statements;
    const run = plan
      ? await undoChange(client, claims, plan, { watchdog, masker, progress })
      : exporter !== null && first !== undefined
        ? await exporter.run(client, first, { watchdog, masker, progress })
        : await runStatements(client, statements, {
            limits,
            watchdog,
            known: target.typeNames,
            readOnly,
            ...guards,
            masker,
            progress,
            at: deps.at,
          });
    endIfInterrupted();
    const body = bodyText(run.body);
    const startedAt = utc(who.at);
    if (run.error) {
      const failure = serverError(run.error);
      if (watchdog.pastDeadline) throw new Ended(late);
      if (wal?.problem) {
        const reason = wal.problem;
        throw new Ended({ kind: 'failed', statements: run.outcomes, body: null, reason, startedAt });
      }
      const end: AttemptEnd = { kind: 'failed', statements: run.outcomes, body, reason: null, startedAt };
      throw new Ended(orTryAgain(end, failure));
    }
    if (run.problem) {
      throw new Ended({ kind: 'failed', statements: run.outcomes, body, reason: run.problem, startedAt });
    }
    const guarded = await guardedEnd(client, claims, assertions, {
      ...guards,
      wal,
      watchdog,
      run,
      startedAt,
    });
    if ('kind' in guarded) throw new Ended(guarded);
    endIfInterrupted();
    if (body !== null && !readOnly) {
      await deps.at('before-keep');
      await deps.keepResult(body);
      await deps.at('after-keep');
    }
    await deps.at('before-commit');
    endIfInterrupted();
    if (!(await deps.stillOurs())) throw new Ended({ kind: 'lost', mayHaveCommitted: false });
    const ready = { ...run, ...guarded };
    const inTime = { ...claims, endBy: by.endBy };
    const sending = (): void => void (committing = true);
    const end = await commit(client, inTime, ready, body, startedAt, config, sending, deps.at);
    session.end(watchdog.acted ? 'broken' : 'ended');
    await deps.at('after-commit');
    return end.kind === 'expired' ? late : end;
  } catch (error) {
    if (error instanceof Ended) {
      session.end(watchdog?.acted ? 'broken' : 'open');
      if (error.end.kind === 'committed') return error.end;
      const interruption = watchdog?.interrupted();
      if (interruption) return interruptedEnd(interruption);
      // Before the watchdog there was nothing but the opening, which knows `startBy` only.
      return watchdog && (watchdog.pastDeadline || error.end.kind === 'expired') ? late : error.end;
    }
    session.end('broken');
    log.warn('connection-lost', { jti: claims.jti, committing, ...faultFields(error) });
    return { kind: 'lost', mayHaveCommitted: committing };
  } finally {
    deps.progress.ended();
    wal?.stop();
    watchdog?.stop();
  }
}
