import { useState } from 'react';
import {
  removalSteps,
  type RemovalPlan,
  type RemovalReport,
  type RemovalStep,
} from '#core/panel/admin-contract';
import { adminCall } from '../bridge/admin-call';

/** What is known of one removal step. */
export interface RemovalRow {
  readonly plan: RemovalPlan | null;
  readonly report: RemovalReport | null;
  readonly problem: string | null;
}

/** The preview of a removal, and the removal itself. */
export interface Removal {
  readonly rows: Readonly<Partial<Record<RemovalStep, RemovalRow>>>;
  readonly running: {
    readonly step: RemovalStep;
    readonly what: 'plan' | 'remove';
    readonly position: number;
  } | null;
  /** Whether every step was previewed, so that it can be said what goes. */
  readonly isPlanned: boolean;
  readonly preview: () => Promise<void>;
  /** Removes step by step, in order; ends at the first that is refused. Steps that were removed already are left out. */
  readonly remove: () => Promise<void>;
}

export function useRemoval(afterwards: () => Promise<void>): Removal {
  const [rows, setRows] = useState<Removal['rows']>({});
  const [running, setRunning] = useState<Removal['running']>(null);
  const note = (step: RemovalStep, row: Partial<RemovalRow>): void =>
    setRows((before) => ({
      ...before,
      [step]: { plan: before[step]?.plan ?? null, report: null, problem: null, ...row },
    }));

  const preview = async (): Promise<void> => {
    for (const [index, step] of removalSteps.entries()) {
      setRunning({ step, what: 'plan', position: index + 1 });
      const reply = await adminCall('plan-removal', { step });
      note(step, reply.ok ? { plan: reply.value } : { plan: null, problem: reply.error.message });
    }
    setRunning(null);
  };
  const remove = async (): Promise<void> => {
    for (const [index, step] of removalSteps.entries()) {
      if (isOver(rows[step])) continue;
      setRunning({ step, what: 'remove', position: index + 1 });
      const reply = await adminCall('removal-step', { step });
      note(step, reply.ok ? { report: reply.value } : { problem: reply.error.message });
      if (!reply.ok) break;
    }
    setRunning(null);
    await afterwards();
  };
  const isPlanned = removalSteps.every((step) => rows[step]?.plan !== null && rows[step] !== undefined);
  return { rows, running, isPlanned, preview, remove };
}

/** Whether a step came to its end already. */
export function isOver(row: RemovalRow | undefined): boolean {
  return row?.report != null && row.report.state !== 'manual';
}
