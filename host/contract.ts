/**
 * What the two halves of the local host say to each other: `host/jira` plays Jira Cloud, `host/forge` plays the
 * Forge platform. Neither imports the other; `create-host.ts` joins them through these types.
 */

/** Who a request acts as. Decided by the transport (basic auth, session, Forge provider), never by a header. */
export type Principal =
  | { readonly kind: 'user'; readonly accountId: string }
  | { readonly kind: 'app'; readonly accountId: string }
  | { readonly kind: 'anonymous' };

/** How a request came in: `rest` for ordinary clients, `forge` for calls of the app (scopes are enforced then). */
export interface RequestOrigin {
  readonly principal: Principal;
  readonly via: 'rest' | 'forge';
  /** Set when `via` is `forge`: the invocation that called, for the meter (see `Meter`). */
  readonly invocationId?: string;
}

/** One Forge module of the manifest, as written there (`key` and module specific properties). */
export interface AppModule {
  readonly key: string;
  readonly [property: string]: unknown;
}

/** The reply of a function-type workflow validator. */
export interface ValidatorReply {
  readonly result: boolean;
  readonly errorMessage?: string;
}

/** What Jira needs to know of, and may ask of, the installed app. */
export interface InstalledApp {
  /** `ari:cloud:ecosystem::app/<uuid>` of manifest `app.id`; the uuid alone is `appUuid`. */
  readonly appId: string;
  readonly appUuid: string;
  readonly environmentId: string;
  readonly installationId: string;
  /** accountId of the app's own Jira user (accountType `app`). */
  readonly accountId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Manifest `modules`, by type (`jira:customField`, `jira:workflowValidator`, `trigger`, …). */
  readonly modules: Readonly<Record<string, readonly AppModule[]>>;
  /** Runs a function-type validator. Rejects when the function throws or times out (Jira then blocks). */
  validate(moduleKey: string, payload: unknown): Promise<ValidatorReply>;
  /** Hands a post-function event to the app: asynchronous, at least once, after the transition. */
  postFunction(moduleKey: string, payload: unknown): void;
  /** Delivers a product event (`avi:jira:updated:issue`, …) to the triggers that subscribe to it. */
  productEvent(eventType: string, payload: Record<string, unknown>): void;
}

/**
 * The extension ARI of a module, by which Jira names Forge fields and workflow rules. ⚠ For gadgets the same form is
 * taken.
 */
export function extensionAri(
  app: Pick<InstalledApp, 'appUuid' | 'environmentId'>,
  moduleKey: string,
): string {
  return `ari:cloud:ecosystem::extension/${app.appUuid}/${app.environmentId}/static/${moduleKey}`;
}

/** The module key in an extension ARI: its last part. */
export function moduleKeyOf(ari: string): string {
  return ari.slice(ari.lastIndexOf('/') + 1);
}

/** Jira as the rest of the host sees it. */
export interface JiraSite {
  /** Serves one REST request; the URL's path starts with `/rest/api/3/` (or `/rest/atlassian-connect/…`). */
  fetch(request: Request, origin: RequestOrigin): Promise<Response>;
  /** Checks HTTP basic credentials (e-mail, API token); undefined when they are wrong. */
  authenticate(email: string, apiToken: string): Principal | undefined;
  /** Installs the app: creates its user and its Forge custom fields. Idempotent. */
  install(app: InstalledApp): void;
  /** Calls back after every committed change to an issue (id), so that pages can refresh. Returns unsubscribe. */
  onIssueChanged(listener: (issueId: string) => void): () => void;
  /** The whole state as plain JSON, and its inverse; the snapshot file is the host's business. */
  snapshot(): unknown;
  restore(state: unknown): void;
}

/** What the platform would charge or limit; both halves report to it, the inspector page and bench read it. */
export interface Meter {
  /** One Jira REST call of the app: points by Jira's published cost model (GET 1 + 1 per object, write 1). */
  jiraCall(entry: {
    invocationId: string | undefined;
    method: string;
    path: string;
    status: number;
    points: number;
    as: 'app' | 'user';
  }): void;
  /** One function invocation. `gbSeconds` = memory in GB × billed seconds. */
  invocation(entry: {
    invocationId: string;
    functionKey: string;
    moduleType: string;
    ms: number;
    gbSeconds: number;
    outcome: 'ok' | 'error';
  }): void;
  /** One KVS operation; bytes of JSON written or read. */
  kvs(entry: {
    invocationId: string | undefined;
    operation: string;
    readBytes: number;
    writtenBytes: number;
  }): void;
  /** Events pushed to a queue. */
  queue(entry: { invocationId: string | undefined; queue: string; events: number }): void;
}

/** Faults that tests and the inspector can switch on. */
export interface FaultPlan {
  /** The next `times` Jira REST calls of the app whose method and path match answer `status` (409, 429, 500, …). */
  readonly jira: {
    method?: string;
    pathPattern: string;
    status: number;
    times: number;
    retryAfterSeconds?: number;
  }[];
  /** Extra delay before product events are delivered, and how often each is delivered (duplicates). */
  readonly events: { delayMs: number; copies: number };
  /** Dashboards over REST know no Forge gadgets: adding one answers 400 and the list of gadgets has none. */
  refuseForgeGadgets: boolean;
}

/** A person (or app) seeded on the site. */
export interface SeedUser {
  readonly accountId: string;
  readonly displayName: string;
  readonly email: string;
  readonly accountType: 'atlassian' | 'app' | 'customer';
  readonly groups: readonly string[];
  readonly admin?: boolean;
  /** What this person plays, in words, for the user switcher. */
  readonly role?: string;
}

/** The host seeds only this: a site, users, groups and an empty project. Everything else is provisioned by REST. */
export interface Seed {
  readonly site: { readonly name: string; readonly cloudId: string };
  readonly users: readonly SeedUser[];
  readonly groups: readonly string[];
  readonly project: { readonly key: string; readonly name: string; readonly leadAccountId: string };
}
