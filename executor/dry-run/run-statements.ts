import type { PoolClient } from 'pg';
import type { ExecutionLimits } from '#core/protocol/claims';
import type { DryRunStatement } from '#core/protocol/dry-run';
import type { ResultBody, StatementOutcome } from '#core/protocol/receipt';
import { type Captured, captureQuery } from '../postgres/capture-query';
import type { Masker } from '../masking/masker';
import type { ProgressOf } from '../run/progress';
import type { RowBudget } from '../run/row-budget';
import { failureOf, notRun, type StatementsRun, watchdogGraceMs } from '../run/statements';
import { Ended } from '../run/trips';
import type { Watchdog } from '../run/watchdog';
import type { Statement } from '../sql/cut';
import { explain } from './explain';
import { difference, type Observation, observe, triggersOf, versionsWritten } from './observe';
import { volatileCall } from './rules';

/** What running the statements of a dry run came to, and what was seen beside it. */
export interface DryRunStatements extends StatementsRun {
  readonly seen: readonly DryRunStatement[];
  readonly plans: NonNullable<ResultBody['plans']>;
  readonly last: Observation;
  readonly deadRows: number;
}

/** What the statements run under. */
interface Running {
  readonly limits: ExecutionLimits;
  readonly watchdog: Watchdog;
  readonly budget: RowBudget | null;
  /** True where no volatile function off the list may be called. */
  readonly guarded: boolean;
  /** Null: nothing is masked on this connection. */
  readonly masker: Masker | null;
  readonly progress: ProgressOf;
}

/** Bytes of plans that are kept in all. */
const maxPlansBytes = 128 * 1024;

/**
 * Runs the statements one after the other, each after its plan was asked for, and looks at the transaction in between.
 * Rows that a statement returns are counted and thrown away. Stops at the first error. Connection errors are thrown.
 */
export async function runDry(
  client: PoolClient,
  statements: readonly Statement[],
  { limits, watchdog, budget, guarded, masker, progress }: Running,
): Promise<DryRunStatements> {
  const outcomes: StatementOutcome[] = [];
  const body: ResultBody['statements'] = [];
  const seen: DryRunStatement[] = [];
  const plans: { index: number; plan: string }[] = [];
  let plansLeft = maxPlansBytes;
  let deadRows = 0;
  let last = await observe(client);
  const result = (error: unknown): DryRunStatements => {
    outcomes.push(...statements.slice(outcomes.length).map(notRun));
    return { outcomes, body, error, seen, plans, last, deadRows };
  };
  for (const statement of statements) {
    if (watchdog.interrupted()) break;
    const { index, start, end } = statement;
    progress.step(index + 1);
    watchdog.statement(limits.statementTimeoutMs + watchdogGraceMs);
    const offList = guarded ? await volatileCall(client, statement) : null;
    if (offList !== null)
      throw new Ended({ kind: 'refused', code: 'dry-run-not-possible', message: offList });
    const planned = await explain(client, statement);
    if (planned && planned.text !== '' && Buffer.byteLength(planned.text) <= plansLeft) {
      plansLeft -= Buffer.byteLength(planned.text);
      plans.push({ index, plan: planned.text });
    }
    const began = performance.now();
    const elapsed = (): number => Math.round((performance.now() - began) * 1_000) / 1_000;
    const run = async (): Promise<Captured> => {
      watchdog.statement(limits.statementTimeoutMs + watchdogGraceMs);
      return captureQuery(client, statement.text, { maxRows: 0, maxBytes: 0, stopWhenFull: false });
    };
    try {
      const { command, count } = await (budget === null ? run() : budget.run(index, run));
      const ms = elapsed();
      watchdog.statement(null);
      outcomes.push({ index, start, end, command, rows: count, ms, error: null });
      progress.rows(count ?? 0);
      const before = last;
      last = await observe(client);
      const { written, ...happened } = difference(before, last);
      deadRows += versionsWritten(before, last);
      const triggers = await triggersOf(client, written);
      seen.push({ index, estimate: planned?.estimate ?? null, triggers, ...happened });
      if (budget?.problem) break;
    } catch (error) {
      watchdog.statement(null);
      const failed = failureOf(statement, error, elapsed(), masker);
      outcomes.push(failed.outcome);
      body.push(failed.body);
      return result(failed.error);
    }
  }
  return result(null);
}
