import * as v from 'valibot';
import { Environment } from '../protocol/claims';
import type { Scope } from './rules';

const dayPeriods = [7, 30, 90, 365] as const;
/** Periods that the gadget offers, days; null is everything. */
export const periods = [...dayPeriods, null] as const;

/** Longest title, characters, and pause between two refreshes, minutes. */
export const maxTitleLength = 80;
const maxRefreshMinutes = 24 * 60;

const fields = {
  title: v.pipe(v.string(), v.maxLength(maxTitleLength)),
  /** The form of Jira's project keys, as lenient as a site may configure it. */
  projectKey: v.nullable(v.pipe(v.string(), v.regex(/^[A-Z][A-Z0-9_]{0,254}$/))),
  environment: v.nullable(Environment),
  days: v.nullable(v.picklist(dayPeriods)),
  /**
   * Jira itself loads the gadget again after so many minutes (manifest reference, jira:dashboardGadget: the field is named
   * `refresh` and is a positive integer). Absent: only when the dashboard is opened.
   */
  refresh: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(maxRefreshMinutes))),
};

/** What an editor of a dashboard chose for its gadget. Jira keeps it; anybody who may edit the dashboard may write it. */
export const GadgetConfig = v.strictObject(fields);
export type GadgetConfig = v.InferOutput<typeof GadgetConfig>;

/** Everything, refreshed when it is opened. */
export const defaultGadgetConfig: GadgetConfig = {
  title: '',
  projectKey: null,
  environment: null,
  days: null,
};

/** A configuration and whether it is the one that was saved. */
export interface ReadConfig {
  readonly config: GadgetConfig;
  /** Words for whoever looks at it, when the saved one cannot be read. */
  readonly problem: string | null;
}

/** Reads what Jira kept. Nothing (⚠ an unconfigured gadget has none, or an empty object) is the default. */
export function readGadgetConfig(saved: unknown): ReadConfig {
  const none = saved === undefined || saved === null || JSON.stringify(saved) === '{}';
  if (none) return { config: defaultGadgetConfig, problem: null };
  const parsed = v.safeParse(GadgetConfig, saved);
  if (parsed.success) return { config: parsed.output, problem: null };
  return {
    config: defaultGadgetConfig,
    problem:
      'The saved settings of this gadget cannot be read, so it shows everything. Edit it to set it up again.',
  };
}

/** What the edit form holds while somebody types. */
export interface GadgetDraft {
  readonly title: string;
  readonly projectKey: string | null;
  readonly environment: string | null;
  readonly days: number | null;
  /** Minutes as typed; empty: never. */
  readonly refresh: string;
}

/** What is wrong with a draft, by field. */
export type DraftProblems = Readonly<Partial<Record<keyof GadgetDraft, string>>>;

const problemWords: Readonly<Record<keyof GadgetDraft, string>> = {
  title: `Use at most ${maxTitleLength} characters.`,
  projectKey: 'Choose a project.',
  environment: 'Choose an environment.',
  days: 'Choose a period.',
  refresh: `Enter whole minutes from 1 to ${maxRefreshMinutes}, or nothing.`,
};

/** Judges a draft: the configuration to save, or what to correct. */
export function completeGadgetConfig(
  draft: GadgetDraft,
): { readonly config: GadgetConfig } | { readonly problems: DraftProblems } {
  const { refresh, title, ...chosen } = draft;
  const minutes = refresh.trim();
  const candidate = {
    ...chosen,
    title: title.trim(),
    ...(minutes === '' ? {} : { refresh: /^\d+$/.test(minutes) ? Number(minutes) : Number.NaN }),
  };
  const parsed = v.safeParse(GadgetConfig, candidate);
  if (parsed.success) return { config: parsed.output };
  const names = Object.keys(v.flatten<typeof GadgetConfig>(parsed.issues).nested ?? {});
  return {
    problems: Object.fromEntries(names.map((name) => [name, problemWords[name as keyof GadgetDraft]])),
  };
}

/** The scope that a configuration asks for. */
export function scopeOf({ projectKey, environment, days }: GadgetConfig): Scope {
  return { projectKey, environment, days };
}

/** A period in words. */
export function periodWords(days: number | null): string {
  return days === null ? 'all time' : `last ${days} days`;
}

/** What a scope takes in, in words: `Project DB, prod, last 30 days`. */
export function scopeWords({ projectKey, environment, days }: Scope): string {
  return [
    projectKey === null ? 'All projects' : `Project ${projectKey}`,
    environment ?? 'all environments',
    periodWords(days),
  ].join(', ');
}
