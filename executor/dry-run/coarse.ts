import { bucketEnd, type DryRunReport } from '#core/protocol/dry-run';
import type { Outcome } from '../run/receipt-claims';

const bucketOf = (rows: number | null): number | null => (rows === null ? null : bucketEnd(rows));

/** Words that would carry an exact count. */
const countless: Readonly<Record<string, string>> = {
  'row-budget-exceeded': 'The change affects more rows than its budget allows.',
  'row-budget-unknown': 'The rows that the change affects cannot be counted.',
};

/**
 * What may be told of a protected connection's data before the change is approved: row counts in buckets and SQLSTATEs.
 * Whoever writes the SQL would else read values out of counts, times and plans.
 */
export function coarsened(outcome: Outcome, report: DryRunReport): Outcome {
  const { reason } = outcome;
  return {
    ...outcome,
    reason: reason && { code: reason.code, message: countless[reason.code] ?? reason.message },
    statements: outcome.statements.map((one) => ({ ...one, rows: bucketOf(one.rows), ms: 0 })),
    finishedAt: null,
    dryRun: {
      ...report,
      coarse: true,
      statements: report.statements.map((one) => ({
        ...one,
        estimate: one.estimate && { rows: bucketEnd(one.estimate.rows), cost: null },
        walBytes: null,
      })),
      rowBudget: report.rowBudget && { ...report.rowBudget, affected: bucketOf(report.rowBudget.affected) },
      leftBehind: { ...report.leftBehind, deadRows: null },
    },
  };
}
