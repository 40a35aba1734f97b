import * as v from 'valibot';
import { maxReasonLength } from '../limits';
import { ConnectionKey, Environment, Identifier, UtcTime } from '../protocol/claims';
import { PublicJwk } from '../protocol/jwk';
import { SettingsDifference } from '../settings/differences';
import { ConnectionPolicy, GroupRef, Pause } from '../settings/settings';
import { Drift, PlannedChange, SetupStep } from '../settings/site-setup';

import { reviewRuleCalls } from './review-rules';

export { Drift, PlannedChange, SetupStep, setupSteps } from '../settings/site-setup';

/** What a step would do now; nothing was changed to find out. */
export const StepPlan = v.strictObject({
  step: SetupStep,
  /**
   * `right`: nothing to do. `todo`: the changes are listed. `blocked`: an earlier step or a choice is missing.
   * `manual`: Jira refuses or a person must decide; `instruction` says what to do.
   */
  state: v.picklist(['right', 'todo', 'blocked', 'manual']),
  message: v.string(),
  instruction: v.nullable(v.string()),
  changes: v.array(PlannedChange),
});
export type StepPlan = v.InferOutput<typeof StepPlan>;

/** What became of a step. `manual`: Jira refused; `instruction` says what a person does instead. */
export const StepReport = v.strictObject({
  step: SetupStep,
  state: v.picklist(['done', 'unchanged', 'manual']),
  message: v.string(),
  instruction: v.nullable(v.string()),
});
export type StepReport = v.InferOutput<typeof StepReport>;

/** What removal takes away, in its order. The ledger stays in the app's storage until the app is uninstalled. */
export const removalSteps = [
  'dispatch',
  'dashboard',
  'filters',
  'panel',
  'schemes',
  'workflow',
  'screens',
  'issue-type',
  'statuses',
  'executor',
] as const;
export const RemovalStep = v.picklist(removalSteps);
export type RemovalStep = v.InferOutput<typeof RemovalStep>;

/** `keep`: it stays, and `why` says why (issues use it, others use it, it was not ours). `gone`: already away. */
export const RemovalPlan = v.strictObject({
  step: RemovalStep,
  state: v.picklist(['remove', 'keep', 'gone']),
  what: v.array(v.string()),
  why: v.nullable(v.string()),
});
export type RemovalPlan = v.InferOutput<typeof RemovalPlan>;

export const RemovalReport = v.strictObject({
  step: RemovalStep,
  state: v.picklist(['removed', 'kept', 'gone', 'manual']),
  message: v.string(),
  instruction: v.nullable(v.string()),
});
export type RemovalReport = v.InferOutput<typeof RemovalReport>;

/** What an admin copies into the executor's configuration (`executor enrol` takes it as it is). */
export const EnrolmentFacts = v.strictObject({
  installation: Identifier,
  /** One key, or two while the app's key rotates. */
  keys: v.pipe(v.array(PublicJwk), v.minLength(1), v.maxLength(2)),
  receiptUrl: v.string(),
});
export type EnrolmentFacts = v.InferOutput<typeof EnrolmentFacts>;

/** A group as Jira has it now. */
const GroupState = v.strictObject({
  group: GroupRef,
  /** Active people; null when there are more than can be listed, or Jira does not know the group. */
  members: v.nullable(v.number()),
  /** Null, or what is wrong with it: gone, or empty. */
  problem: v.nullable(v.string()),
});
export type GroupState = v.InferOutput<typeof GroupState>;

/** A connection as the executor reported it last, with the site's policy. */
export const ConnectionOverview = v.strictObject({
  key: ConnectionKey,
  name: v.string(),
  environment: Environment,
  /** `PostgreSQL 18.4`. */
  engine: v.string(),
  writable: v.boolean(),
  protected: v.boolean(),
  dataClasses: v.array(v.string()),
  /** The executor's own floor, which the app cannot lower. */
  minimumApprovals: v.number(),
  /** Null when usable; else what is wrong, in words. */
  problem: v.nullable(v.string()),
  /** Null: nobody may approve, so nothing can be submitted. */
  policy: v.nullable(ConnectionPolicy),
  /** Null without a policy. */
  approvers: v.nullable(GroupState),
});
export type ConnectionOverview = v.InferOutput<typeof ConnectionOverview>;

/** Everything the admin page shows at once. */
export const AdminOverview = v.strictObject({
  /** Site address, for links. */
  project: v.nullable(v.strictObject({ id: Identifier, key: v.string() })),
  /** True once every step up to `permissions` has been right: changes can be made. */
  jiraReady: v.boolean(),
  operators: v.nullable(GroupState),
  executor: v.nullable(
    v.strictObject({
      id: Identifier,
      version: v.string(),
      /** RFC 7638 thumbprints of the pinned keys; two while they rotate. */
      keys: v.array(v.string()),
      /** When it last answered. */
      lastSeen: UtcTime,
    }),
  ),
  /** The app's own keys, by thumbprint; `next` while it rotates. */
  appKey: v.strictObject({ current: v.string(), next: v.nullable(v.string()) }),
  connections: v.array(ConnectionOverview),
  /** Not null: nothing is sent to the executor. */
  pause: v.nullable(Pause),
  drift: v.nullable(Drift),
  firstChange: v.nullable(v.strictObject({ issueKey: v.string(), status: v.string(), done: v.boolean() })),
  compliance: v.strictObject({
    filters: v.number(),
    dashboardId: v.nullable(Identifier),
    /** Not null: Jira did not take the gadget; what a person does instead. */
    gadgetInstruction: v.nullable(v.string()),
  }),
});
export type AdminOverview = v.InferOutput<typeof AdminOverview>;

/** An entry of the settings ledger, as the page shows it. */
export const SettingsEntry = v.strictObject({
  seq: v.number(),
  at: UtcTime,
  /** accountId of the admin; `app` for what the app itself found out (a connection that appeared, say). */
  actor: v.string(),
  /** What was done, in words: `Dispatch paused`. */
  what: v.string(),
  differences: v.array(SettingsDifference),
});
export type SettingsEntry = v.InferOutput<typeof SettingsEntry>;

const Nothing = v.strictObject({});
const Reason = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, 'A reason is required.'),
  v.maxLength(maxReasonLength),
);

/** Calls of the admin page; Jira administrators only, checked in the resolver. Replies as in the panel contract. */
export const adminCalls = {
  overview: { payload: Nothing, value: AdminOverview },
  /** What a step would do. `projectKey` is needed until the step `project` was done once. */
  'plan-step': {
    payload: v.strictObject({ step: SetupStep, projectKey: v.nullable(v.string()) }),
    value: StepPlan,
  },
  /** Does what the plan says; also how a step is repaired. */
  'setup-step': {
    payload: v.strictObject({ step: SetupStep, projectKey: v.nullable(v.string()) }),
    value: StepReport,
  },
  'plan-removal': { payload: v.strictObject({ step: RemovalStep }), value: RemovalPlan },
  'removal-step': { payload: v.strictObject({ step: RemovalStep }), value: RemovalReport },
  /** Who may run and resolve; the workflow's rules name this group, so a change here is drift until it is repaired. */
  'choose-operators': { payload: v.strictObject({ group: GroupRef }), value: AdminOverview },
  /** `policy` null takes the connection out of use. */
  'save-policy': {
    payload: v.strictObject({ connection: ConnectionKey, policy: v.nullable(ConnectionPolicy) }),
    value: AdminOverview,
  },
  'enrolment-facts': { payload: Nothing, value: EnrolmentFacts },
  /** A fresh one-time token; the app keeps nothing of it. Its SHA-256 goes into the executor's configuration. */
  'enrolment-token': {
    payload: Nothing,
    value: v.strictObject({ token: v.string(), sha256: v.string() }),
  },
  /** Pins the key, proves the token on both sides. Also how a lost enrolment is repaired. */
  'enrol-executor': {
    payload: v.strictObject({ executorId: Identifier, executorKey: PublicJwk, token: v.string() }),
    value: AdminOverview,
  },
  /** Asks the enrolled executor for its connections now; `milliseconds` is the round trip. Refused with why it failed. */
  'test-executor': {
    payload: Nothing,
    value: v.strictObject({ milliseconds: v.number(), overview: AdminOverview }),
  },
  /** Pins a second key of the executor, for the time in which it rotates. */
  'add-executor-key': { payload: v.strictObject({ executorKey: PublicJwk }), value: AdminOverview },
  /** Refused for the last one. */
  'drop-executor-key': { payload: v.strictObject({ kid: v.string() }), value: AdminOverview },
  /** Makes the app's next key; orders are signed with the current one until `switch-app-key`. */
  'prepare-app-key': { payload: Nothing, value: EnrolmentFacts },
  /** Proves to the executor with the next key; when it accepts, the next key is the current one and the old one is gone. */
  'switch-app-key': { payload: Nothing, value: AdminOverview },
  'discard-app-key': { payload: Nothing, value: AdminOverview },
  pause: { payload: v.strictObject({ reason: Reason }), value: AdminOverview },
  resume: { payload: Nothing, value: AdminOverview },
  /** Newest first, 25 at a time, older than `before`. */
  'settings-history': {
    payload: v.strictObject({ before: v.nullable(v.pipe(v.number(), v.integer())) }),
    value: v.strictObject({
      entries: v.array(SettingsEntry),
      more: v.boolean(),
      /** Null when the hash chain holds over these entries; else where and how it is broken. */
      problem: v.nullable(v.string()),
    }),
  },
  /** Opens an issue with `SELECT 1` as its draft, as the admin, so that the whole path can be walked once. */
  'first-change': {
    payload: v.strictObject({ connection: ConnectionKey }),
    value: v.strictObject({ issueKey: v.string() }),
  },
  ...reviewRuleCalls,
} as const;

type AdminCalls = typeof adminCalls;
export type AdminCallName = keyof AdminCalls;
export type AdminPayload<N extends AdminCallName> = v.InferInput<AdminCalls[N]['payload']>;
export type AdminValue<N extends AdminCallName> = v.InferOutput<AdminCalls[N]['value']>;
