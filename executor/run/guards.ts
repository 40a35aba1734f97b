import type { PoolClient } from 'pg';
import type { OrderClaims } from '#core/protocol/order';
import { serverError } from '../postgres/errors';
import type { BeforeImage, RowKeeper } from '../rollback/keeper';
import type { Assertion } from '../sql/verification';
import { type AttemptEnd, frameEnd } from './attempt-end';
import { type RowBudget, startRowBudget } from './row-budget';
import { bodyText, type StatementsRun } from './statements';
import { fireDeferred, Uncountable } from './table-counters';
import { verify } from './verification';
import type { WalBudget } from './wal-budget';
import type { Watchdog } from './watchdog';

/** A change whose statements ran without an error, before COMMIT. */
interface Ran {
  readonly budget: RowBudget | null;
  readonly keeper: RowKeeper | null;
  readonly wal: WalBudget | null;
  readonly watchdog: Watchdog;
  readonly run: StatementsRun;
  readonly startedAt: string;
}

/** The approved budget of a change. A rollback has none: it brings back what the change was allowed to affect. */
export function budgetOf(client: PoolClient, claims: OrderClaims, writable: boolean): RowBudget | null {
  const { rowBudget } = claims.content;
  return rowBudget === null || !writable || claims.kind === 'rollback'
    ? null
    : startRowBudget(client, rowBudget);
}

/** A change that may be committed, with what was kept of it. */
interface Ready {
  readonly beforeImage?: BeforeImage;
}

/**
 * Asks what was approved of a change beside its text: how many rows it affected, then its verification, and whether its
 * rows are kept. Connection errors are thrown.
 */
export async function guardedEnd(
  client: PoolClient,
  claims: OrderClaims,
  assertions: readonly Assertion[],
  ran: Ran,
): Promise<AttemptEnd | Ready> {
  const { budget, keeper, wal, watchdog, run } = ran;
  try {
    // The state that is counted and verified is the one that will be committed: nothing may be deferred beyond it.
    if (budget && !budget.problem && !keeper?.problem) await budget.settle();
    if (!budget && assertions.length > 0) await fireDeferred(client);
  } catch (error) {
    if (error instanceof Uncountable) {
      return notKept(ran, 'verification-failed', `The change cannot be verified: ${error.message}.`, 0);
    }
    const failure = serverError(error);
    if (!failure) throw error;
    return frameEnd(failure, 'closing', run);
  }
  const broken = budget?.problem ?? keeper?.problem;
  if (broken) return notKept(ran, broken.code, broken.message);
  if (assertions.length > 0) {
    const { checked, problem } = await verify(client, claims, assertions, watchdog);
    if (problem !== null) {
      const message = `${problem.slice(0, 1).toUpperCase()}${problem.slice(1)}.`;
      return notKept(ran, 'verification-failed', message, checked);
    }
  }
  const ready = keeper ? await sealed(keeper, ran) : {};
  if ('kind' in ready || !wal) return ready;
  await wal.settle();
  return wal.problem ? notKept(ran, wal.problem.code, wal.problem.message) : ready;
}

async function sealed(keeper: RowKeeper, ran: Ran): Promise<AttemptEnd | Ready> {
  try {
    const beforeImage = await keeper.seal();
    if (beforeImage) return { beforeImage };
  } catch (error) {
    const failure = serverError(error);
    if (!failure) throw error;
    return frameEnd(failure, 'closing', ran.run);
  }
  const { code, message } = keeper.problem ?? {
    code: 'rollback-plan-violated',
    message: 'Nothing was kept.',
  };
  return notKept(ran, code, message);
}

function notKept({ run, startedAt }: Ran, code: string, message: string, checked?: number): AttemptEnd {
  const end = { statements: run.outcomes, body: bodyText(run.body), reason: { code, message }, startedAt };
  return { kind: 'failed', ...end, ...(checked === undefined ? {} : { checked }) };
}
