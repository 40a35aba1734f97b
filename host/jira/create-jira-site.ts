import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FaultPlan, InstalledApp, JiraSite, Meter, Principal, RequestOrigin, Seed } from '../contract';
import type { Clock } from './clock';
import { importIssues, type ImportedIssue, type ImportTarget, type IssueReference } from './import-issues';
import { installApp } from './install-app';
import { createRouter } from './router';
import { restoredState, savedState } from './saved-state';
import { seedState } from './seed';
import { projectByIdOrKey, userById, type Jira } from './store';

/** What the emulated site is made of. */
interface JiraSiteOptions {
  readonly seed: Seed;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly faults: FaultPlan;
  /** Address in `self` links; default `https://<site name>.atlassian.net`. */
  readonly baseUrl?: string;
  /** Checks every answer against Jira's OpenAPI document and answers 500 when it does not fit. For tests. */
  readonly validateResponses?: boolean;
  /** How far searches lag behind writes; default 0. */
  readonly indexDelayMs?: number;
}

/** The site with what only the host needs: tokens to print, the index delay, pinned panels. */
export interface HostedJiraSite extends JiraSite {
  /** The API token of a person, made at this start; undefined for unknown accounts and apps. */
  apiToken(accountId: string): string | undefined;
  setIndexDelay(ms: number): void;
  hasIssues(): boolean;
  /** Brings many issues with their past into the site; see {@link importIssues}. */
  importIssues(
    targets: readonly ImportTarget[],
    describe: (issue: IssueReference, index: number) => Promise<ImportedIssue>,
  ): Promise<IssueReference[]>;
  /** Keys of the panel modules pinned to a project (id or key). */
  pinnedPanels(projectIdOrKey: string): readonly string[];
}

const sameSecret = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** Starts the search index anew; it is kept only while searches lag. */
function resetIndex(jira: Jira): void {
  const lags = jira.indexDelayMs > 0;
  jira.indexed = new Map(lags ? jira.state.issues.map((issue) => [issue.id, structuredClone(issue)]) : []);
  jira.indexQueue = [];
}

function restoreInto(jira: Jira, state: unknown): void {
  jira.state = restoredState(state);
  resetIndex(jira);
  if (jira.app) installApp(jira, jira.app);
}

/** Starts an in-memory Jira Cloud site with only what a new site has. */
export function createJiraSite(options: JiraSiteOptions): HostedJiraSite {
  const jira: Jira = {
    state: seedState(options.seed, new Date(options.clock.now()).toISOString()),
    clock: options.clock,
    baseUrl: options.baseUrl ?? `https://${options.seed.site.name}.atlassian.net`,
    faults: options.faults,
    app: undefined,
    indexDelayMs: options.indexDelayMs ?? 0,
    indexQueue: [],
    indexed: new Map(),
    listeners: new Set(),
  };
  const tokens = new Map<string, string>();
  const tokenOf = (accountId: string): string | undefined => {
    if (userById(jira, accountId)?.accountType !== 'atlassian') return undefined;
    const token = tokens.get(accountId) ?? `ATATT${randomBytes(24).toString('base64url')}`;
    tokens.set(accountId, token);
    return token;
  };
  const serve = createRouter(jira, {
    meter: options.meter,
    validateResponses: options.validateResponses ?? false,
  });
  return {
    fetch: (request: Request, origin: RequestOrigin) => serve(request, origin),
    authenticate(email: string, apiToken: string): Principal | undefined {
      const user = jira.state.users.find(
        (u) => u.email !== '' && u.email.toLowerCase() === email.toLowerCase(),
      );
      const token = user?.active ? tokenOf(user.accountId) : undefined;
      if (!user || token === undefined || !sameSecret(token, apiToken)) return undefined;
      return { kind: 'user', accountId: user.accountId };
    },
    apiToken: tokenOf,
    install: (app: InstalledApp) => installApp(jira, app),
    onIssueChanged(listener) {
      jira.listeners.add(listener);
      return () => jira.listeners.delete(listener);
    },
    snapshot: () => savedState(jira.state),
    restore: (state: unknown) => restoreInto(jira, state),
    hasIssues: () => jira.state.issues.length > 0,
    importIssues: (targets, describe) => importIssues(jira, targets, describe),
    setIndexDelay(ms: number) {
      jira.indexDelayMs = ms;
      resetIndex(jira);
    },
    pinnedPanels: (idOrKey) => jira.state.pinnedPanels[projectByIdOrKey(jira, idOrKey)?.id ?? ''] ?? [],
  };
}
