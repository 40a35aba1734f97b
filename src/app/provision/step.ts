import type * as v from 'valibot';
import type { PlannedChange } from '#core/panel/admin-contract';
import type { Result } from '#core/result';
import type { JiraRefusal, Ports } from '../ports';
import type { SiteAdmin } from './site-admin';

/** Where a step looks and works. */
export interface Site {
  readonly ports: Ports;
  readonly admin: SiteAdmin;
  /** Key that the admin entered; null when it is known from before. */
  readonly projectKey: string | null;
}

/**
 * One step of the set-up. `look` reads Jira and changes nothing; what it answers is the plan, the drift, and, by its
 * `apply`, the doing, so that the three can't disagree.
 */
export interface Step {
  look(site: Site): Promise<Look>;
}

export type Look = Ready | Stopped;

/** The step can be done. */
export interface Ready {
  readonly state: 'ready';
  /** Empty when all is right. */
  readonly changes: readonly PlannedChange[];
  /** What is so when all is right. */
  readonly right: string;
  /** What is so afterwards. */
  readonly done: string;
  /** Makes the changes. Throws {@link StepRefused} when Jira refuses one; what was made until then stays. */
  apply(): Promise<void>;
  /** Not null: Jira refused last time, and this is what a person does instead; doing it again is allowed. */
  readonly instruction?: string | null;
  /** Writes down what was found, in the app's own storage; Jira is not touched. */
  note?(): Promise<void>;
}

/** The step cannot be done: a choice is missing (`blocked`), or a person must act (`manual`). */
export interface Stopped {
  readonly state: 'blocked' | 'manual';
  readonly message: string;
  readonly instruction: string;
  readonly changes: readonly PlannedChange[];
}

export function blocked(message: string, instruction: string): Stopped {
  return { state: 'blocked', message, instruction, changes: [] };
}

export function manual(
  message: string,
  instruction: string,
  changes: readonly PlannedChange[] = [],
): Stopped {
  return { state: 'manual', message, instruction, changes };
}

/** One change with its doing. */
export interface Act {
  readonly change: PlannedChange;
  run(): Promise<void>;
}

/** A look made of acts that are done one after another. */
export function ready(acts: readonly Act[], right: string, done: string): Ready {
  return {
    state: 'ready',
    changes: acts.map((act) => act.change),
    right,
    done,
    async apply() {
      for (const act of acts) await act.run();
    },
  };
}

export function change(
  kind: PlannedChange['kind'],
  what: string,
  detail: string | null = null,
): PlannedChange {
  return { kind, what, detail };
}

/** Thrown inside a step when Jira refuses; becomes a `manual` outcome with the instruction for a person. */
export class StepRefused extends Error {
  readonly instruction: string;
  constructor(message: string, instruction: string) {
    super(message);
    this.name = 'StepRefused';
    this.instruction = instruction;
  }
}

/** What `work` answers, or what `refused` makes of Jira's refusal; anything else that is thrown stays a fault. */
export async function orRefused<T>(work: () => Promise<T>, refused: (refusal: StepRefused) => T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StepRefused)) throw error;
    return refused(error);
  }
}

/** Unwraps a reply of Jira or stops the step with an instruction. */
export function needed<T>(reply: Result<T, JiraRefusal>, instruction: string): T {
  if (!reply.ok) {
    throw new StepRefused(`Jira answered ${reply.error.status}: ${reply.error.message}`, instruction);
  }
  return reply.value;
}

/** For reads that every Jira administrator may make. */
export const askAnAdmin = 'Check that you are a Jira administrator, then try again.';

/** An id that an earlier step kept; stops the step when that was not done. */
export function keptId(ids: Readonly<Record<string, string>>, key: string): string {
  const id = ids[key];
  if (!id)
    throw new StepRefused(`An earlier step is missing (${key}).`, 'Do the steps before this one first.');
  return id;
}

/** The thing at a path; undefined when Jira knows none, which it says with one of `gone`. */
export async function existing<TSchema extends v.GenericSchema>(
  admin: SiteAdmin,
  path: string,
  schema: TSchema,
  gone: readonly number[] = [404],
): Promise<v.InferOutput<TSchema> | undefined> {
  const reply = await admin.get(path, schema);
  if (!reply.ok && gone.includes(reply.error.status)) return undefined;
  return needed(reply, askAnAdmin);
}
