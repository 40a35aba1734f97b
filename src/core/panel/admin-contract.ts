import * as v from 'valibot';
import { ConnectionKey, Identifier } from '../protocol/claims';
import { PublicJwk } from '../protocol/jwk';
import { ConnectionPolicy, GroupRef } from '../settings/settings';

/** The steps that set a site up, in their order. Each is one call of well under ten seconds, and may be repeated. */
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
] as const;
export const SetupStep = v.picklist(setupSteps);
export type SetupStep = v.InferOutput<typeof SetupStep>;

/** What became of a step. `manual`: Jira refused; `instruction` says what a person does instead. */
export const StepReport = v.strictObject({
  step: SetupStep,
  state: v.picklist(['done', 'unchanged', 'pending', 'manual']),
  message: v.string(),
  instruction: v.nullable(v.string()),
});
export type StepReport = v.InferOutput<typeof StepReport>;

/** What an admin copies into the executor's configuration. */
export const EnrolmentFacts = v.strictObject({
  installation: Identifier,
  appKey: PublicJwk,
  receiptUrl: v.string(),
});
export type EnrolmentFacts = v.InferOutput<typeof EnrolmentFacts>;

/** Calls of the setup page; Jira administrators only, checked in the resolver. Replies as in the panel contract. */
export const adminCalls = {
  'setup-step': { payload: v.strictObject({ step: SetupStep, projectKey: v.string() }), value: StepReport },
  'enrolment-facts': { payload: v.strictObject({}), value: EnrolmentFacts },
  /** A fresh one-time token; the app keeps nothing of it. Its SHA-256 goes into the executor's configuration. */
  'enrolment-token': {
    payload: v.strictObject({}),
    value: v.strictObject({ token: v.string(), sha256: v.string() }),
  },
  'enrol-executor': {
    payload: v.strictObject({ executorId: Identifier, executorKey: PublicJwk, token: v.string() }),
    value: v.strictObject({ executorId: v.string(), connections: v.array(v.string()) }),
  },
  /** Asks the enrolled executor for its connections now; otherwise the schedule does. */
  'refresh-connections': {
    payload: v.strictObject({}),
    value: v.strictObject({ connections: v.array(v.string()) }),
  },
  'save-policies': {
    payload: v.strictObject({
      policies: v.record(ConnectionKey, ConnectionPolicy),
      operatorGroup: GroupRef,
    }),
    value: v.strictObject({ saved: v.literal(true) }),
  },
} as const;

type AdminCalls = typeof adminCalls;
export type AdminCallName = keyof AdminCalls;
