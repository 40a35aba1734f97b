import * as v from 'valibot';
import { UtcTime } from '../protocol/claims';

/**
 * The steps that set Jira up, in their order. Each is planned before it is done: the plan is the preview at first, the
 * drift later, and what "repair" does. Each call is well under ten seconds, and may be repeated.
 */
export const setupSteps = [
  'project',
  'fields',
  'issue-type',
  'statuses',
  'resolutions',
  'screens',
  'workflow',
  'schemes',
  'panel',
  'permissions',
  'filters',
  'dashboard',
] as const;
export const SetupStep = v.picklist(setupSteps);
export type SetupStep = v.InferOutput<typeof SetupStep>;

/** One thing that a step would do to Jira, in words for an admin. */
export const PlannedChange = v.strictObject({
  /** `repair`: it was right once, or exists in another form, and is brought back. */
  kind: v.picklist(['create', 'change', 'repair']),
  /** For example `Status "In review"`. */
  what: v.string(),
  /** What exactly, for example `category In progress`; what is there and what should be, for a repair. */
  detail: v.nullable(v.string()),
});
export type PlannedChange = v.InferOutput<typeof PlannedChange>;

/** A difference between what this app made on the site and what is there, as found by the last check. */
export const Drift = v.strictObject({
  checkedAt: UtcTime,
  steps: v.array(v.strictObject({ step: SetupStep, changes: v.array(PlannedChange) })),
});
export type Drift = v.InferOutput<typeof Drift>;
