import { useCallback, useRef, useState } from 'react';
import { setupSteps, type SetupStep, type StepPlan, type StepReport } from '#core/panel/admin-contract';
import { adminCall } from '../bridge/admin-call';
import { clock } from '../../shared/format';

/** What is known of one step: its last plan, what the last try to make it said, or why a call was refused. */
export interface StepRow {
  readonly plan: StepPlan | null;
  readonly report: StepReport | null;
  readonly problem: string | null;
}

/** The step at work, and how far the work is. */
export interface Running {
  readonly step: SetupStep;
  readonly what: 'check' | 'make';
  readonly position: number;
  readonly total: number;
}

/** The steps that set Jira up, on every tab the same. One piece of work at a time. */
export interface StepBoard {
  readonly rows: Readonly<Partial<Record<SetupStep, StepRow>>>;
  readonly running: Running | null;
  /** When every step was last checked on this page, as a clock shows it; null: not yet. */
  readonly checkedAt: string | null;
  /** Plans every step. */
  readonly check: (projectKey: string | null) => Promise<void>;
  readonly checkOne: (step: SetupStep, projectKey: string | null) => Promise<void>;
  /** Makes what is not right, in order; ends at a step that waits for another, or that the app refuses. */
  readonly make: (projectKey: string | null) => Promise<void>;
  readonly makeOne: (step: SetupStep, projectKey: string | null) => Promise<void>;
}

const nothing: StepRow = { plan: null, report: null, problem: null };

/** @param afterwards is told when something may have changed on the site */
export function useStepBoard(afterwards: () => Promise<void>): StepBoard {
  const [rows, setRows] = useState<StepBoard['rows']>({});
  const [running, setRunning] = useState<Running | null>(null);
  const [checkedAt, setCheckedAt] = useState<string | null>(null);
  const latest = useRef(rows);

  const note = useCallback((step: SetupStep, row: Partial<StepRow>) => {
    latest.current = { ...latest.current, [step]: { ...nothing, ...row } };
    setRows(latest.current);
  }, []);

  const plan = useCallback(
    async (step: SetupStep, projectKey: string | null): Promise<StepPlan | null> => {
      const reply = await adminCall('plan-step', { step, projectKey });
      if (reply.ok) note(step, { plan: reply.value });
      else note(step, { problem: reply.error.message });
      return reply.ok ? reply.value : null;
    },
    [note],
  );

  const build = useCallback(
    async (step: SetupStep, projectKey: string | null): Promise<boolean> => {
      const reply = await adminCall('setup-step', { step, projectKey });
      if (reply.ok) note(step, { report: reply.value });
      else note(step, { plan: latest.current[step]?.plan ?? null, problem: reply.error.message });
      return reply.ok;
    },
    [note],
  );

  const check = useCallback(
    async (projectKey: string | null) => {
      for (const [index, step] of setupSteps.entries()) {
        setRunning({ step, what: 'check', position: index + 1, total: setupSteps.length });
        // A step that cannot be planned says so itself; the others are still worth knowing.
        await plan(step, projectKey);
      }
      setRunning(null);
      setCheckedAt(clock(new Date().toISOString()));
      await afterwards();
    },
    [plan, afterwards],
  );

  const make = useCallback(
    async (projectKey: string | null) => {
      const wrong = setupSteps.filter((step) => !isRight(latest.current[step]));
      for (const [index, step] of wrong.entries()) {
        const place = { step, position: index + 1, total: wrong.length };
        let now = latest.current[step]?.plan?.state;
        if (now !== 'todo') {
          // What it waited for may have been made just now, or a person has done what Jira refuses.
          setRunning({ ...place, what: 'check' });
          now = (await plan(step, projectKey))?.state;
        }
        if (now === 'right' || now === 'manual') continue;
        if (now !== 'todo') break;
        setRunning({ ...place, what: 'make' });
        if (!(await build(step, projectKey))) break;
      }
      setRunning(null);
      await afterwards();
    },
    [plan, build, afterwards],
  );

  const one = useCallback(
    async (step: SetupStep, what: Running['what'], work: () => Promise<unknown>) => {
      setRunning({ step, what, position: 1, total: 1 });
      await work();
      setRunning(null);
      await afterwards();
    },
    [afterwards],
  );
  const checkOne = useCallback(
    async (step: SetupStep, projectKey: string | null) => one(step, 'check', () => plan(step, projectKey)),
    [one, plan],
  );
  const makeOne = useCallback(
    async (step: SetupStep, projectKey: string | null) => one(step, 'make', () => build(step, projectKey)),
    [one, build],
  );
  return { rows, running, checkedAt, check, checkOne, make, makeOne };
}

/** Whether nothing is left to do for a step, as far as this page knows. */
export function isRight(row: StepRow | undefined): boolean {
  if (row === undefined || row.problem !== null) return false;
  if (row.report !== null) return row.report.state !== 'manual';
  return row.plan?.state === 'right';
}
