import * as v from 'valibot';
import { AccountId, ConnectionKey, Environment, Identifier, Sha256Hex, UtcTime } from '../protocol/claims';
import { PublicJwk } from '../protocol/jwk';
import { ConnectionInfo } from '../protocol/connection';
import { Drift } from './site-setup';

/** Group named by an admin; the id is what counts, the name is what Jira expressions and people see. */
export const GroupRef = v.strictObject({ id: Identifier, name: v.string() });
export type GroupRef = v.InferOutput<typeof GroupRef>;

/** What the site asks for of lower environments before a change runs on a connection. */
export const EvidencePolicy = v.strictObject({
  required: v.boolean(),
  /** Environments that count; absent: every lower one. */
  environments: v.optional(v.pipe(v.array(Environment), v.minLength(1))),
  maxAgeDays: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(366)),
});
export type EvidencePolicy = v.InferOutput<typeof EvidencePolicy>;

/** Who must approve on one connection. A richer policy language comes later behind the same port. */
export const ConnectionPolicy = v.strictObject({
  approverGroup: GroupRef,
  /** Distinct people. */
  approvals: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Absent: evidence is shown where there is some, and not asked for. */
  evidence: v.optional(EvidencePolicy),
});
export type ConnectionPolicy = v.InferOutput<typeof ConnectionPolicy>;

/** What provisioning made or found on the site. */
export const SiteIds = v.strictObject({
  projectId: Identifier,
  projectKey: v.string(),
  issueTypeId: Identifier,
  appAccountId: AccountId,
  /** Our status → Jira status id. */
  statusIds: v.record(v.string(), Identifier),
  fields: v.strictObject({
    author: v.string(),
    approverGroup: v.string(),
    connection: v.string(),
    approvals: v.string(),
    outcome: v.string(),
    /** Sites that were set up by an earlier release have none until they are checked again. */
    risk: v.optional(v.string()),
  }),
});
export type SiteIds = v.InferOutput<typeof SiteIds>;

/** The executor as enrolled: keys pinned by an admin, connections as it last reported them. */
const EnrolledExecutor = v.strictObject({
  id: Identifier,
  /** Two overlap during rotation. */
  keys: v.pipe(v.array(PublicJwk), v.minLength(1), v.maxLength(2)),
  connections: v.array(ConnectionInfo),
  /** When the connections were last fetched, milliseconds since 1970. */
  fetchedAt: v.number(),
  version: v.string(),
});

/** While it is set, nothing is sent to the executor. */
export const Pause = v.strictObject({ by: AccountId, at: UtcTime, reason: v.string() });
export type Pause = v.InferOutput<typeof Pause>;

/** Saved filters and the dashboard of the compliance rules, as made on the site. */
const Compliance = v.strictObject({
  /** Key of the rule → id of the saved filter. */
  filters: v.record(v.string(), Identifier),
  dashboardId: v.nullable(Identifier),
  /** Not null: Jira did not take the gadget; what a person does instead. */
  gadgetInstruction: v.nullable(v.string()),
});

/** Everything the app is configured with, per installation; one KVS value, read once per invocation. */
export const Settings = v.strictObject({
  v: v.literal(1),
  /** Installation ARI. */
  installation: Identifier,
  site: v.nullable(SiteIds),
  executor: v.nullable(EnrolledExecutor),
  /** Thumbprints of the app's own keys, as orders are signed with and as prepared; the keys are in the secret store. */
  appKeys: v.strictObject({ current: v.nullable(v.string()), next: v.nullable(v.string()) }),
  policies: v.record(ConnectionKey, ConnectionPolicy),
  operatorGroup: v.nullable(GroupRef),
  /** Members of the operator group when last asked, for display only. */
  operators: v.array(AccountId),
  pause: v.nullable(Pause),
  compliance: Compliance,
  /** The issue on which an admin walks the whole path once. */
  firstChange: v.nullable(v.strictObject({ issueId: Identifier, issueKey: v.string() })),
  /** What the last check of the site found; null before the first. */
  drift: v.nullable(Drift),
  /**
   * Digest of the site's configuration of the review rules; null: nothing is configured. The text stands in a record of its
   * own, so that rules and triggers, which read the settings at every transition, do not carry it.
   */
  review: v.optional(v.nullable(Sha256Hex), null),
});
export type Settings = v.InferOutput<typeof Settings>;

/** The settings of an installation on which nobody has set up anything. */
export function emptySettings(installation: string): Settings {
  return {
    v: 1,
    installation,
    site: null,
    executor: null,
    appKeys: { current: null, next: null },
    policies: {},
    operatorGroup: null,
    operators: [],
    pause: null,
    compliance: { filters: {}, dashboardId: null, gadgetInstruction: null },
    firstChange: null,
    drift: null,
    review: null,
  };
}

/** Why changes cannot run yet, in words; null when the app is set up. */
export function setupProblem(settings: Settings): string | null {
  if (!settings.site) return 'Query Change is not set up on this site yet. Ask a Jira administrator.';
  if (!settings.executor) return 'No executor is enrolled yet. Ask a Jira administrator.';
  return null;
}

/** What the executor said of a connection, with our policy for it. Undefined: unknown, or nobody may approve on it. */
export function findConnection(
  settings: Settings,
  key: string,
): { info: ConnectionInfo; policy: ConnectionPolicy } | undefined {
  const info = settings.executor?.connections.find((candidate) => candidate.key === key);
  const policy = settings.policies[key];
  return info && policy ? { info, policy } : undefined;
}
