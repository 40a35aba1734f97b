import type {
  FaultPlan,
  InstalledApp,
  Meter,
  Principal,
  RequestOrigin,
  Seed,
  ValidatorReply,
} from '../../../host/contract';
import { createJiraSite, type HostedJiraSite } from '../../../host/jira/create-jira-site';

/** A person of the test site. */
const person = (name: string, groups: string[] = [], admin = false) => ({
  accountId: `id-${name}`,
  displayName: `${name[0]?.toUpperCase() ?? ''}${name.slice(1)} Test`,
  email: `${name}@example.com`,
  accountType: 'atlassian' as const,
  groups,
  admin,
});

const SEED: Seed = {
  site: { name: 'test', cloudId: 'cloud-1' },
  groups: ['dba', 'dev'],
  users: [person('admin', [], true), person('dana', ['dev']), person('ana', ['dba']), person('ben', ['dba'])],
  project: { key: 'QC', name: 'Query changes', leadAccountId: 'id-admin' },
};

/** A recorded answer. */
interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** What a test does with the site. */
export interface TestSite {
  readonly site: HostedJiraSite;
  readonly faults: FaultPlan;
  readonly calls: { method: string; path: string; status: number; points: number }[];
  /** Calls as a person by name, or as nobody (`anonymous`), or as the app (`app`). */
  as(who: string, method: string, path: string, body?: unknown): Promise<Reply>;
  advance(ms: number): void;
}

const originOf = (who: string): RequestOrigin => {
  const principals: Record<string, Principal> = {
    anonymous: { kind: 'anonymous' },
    app: { kind: 'app', accountId: 'app-user' },
  };
  if (who.startsWith('forge:')) {
    return {
      principal: { kind: 'user', accountId: `id-${who.slice(6)}` },
      via: 'forge',
      invocationId: 'inv-1',
    };
  }
  const principal = principals[who] ?? { kind: 'user', accountId: `id-${who}` };
  return { principal, via: who === 'app' ? 'forge' : 'rest', invocationId: 'inv-1' };
};

/** Starts a site whose answers are checked against Jira's OpenAPI document. */
export function testSite(options: { indexDelayMs?: number } = {}): TestSite {
  let now = Date.parse('2026-11-21T10:00:00Z');
  const calls: TestSite['calls'] = [];
  const meter: Meter = {
    jiraCall: ({ method, path, status, points }) => calls.push({ method, path, status, points }),
    invocation: () => undefined,
    kvs: () => undefined,
    queue: () => undefined,
  };
  const faults: FaultPlan = { jira: [], events: { delayMs: 0, copies: 1 }, refuseForgeGadgets: false };
  const site = createJiraSite({
    seed: SEED,
    meter,
    clock: { now: () => now },
    faults,
    validateResponses: true,
    ...options,
  });
  return {
    site,
    faults,
    calls,
    advance: (ms) => {
      now += ms;
    },
    async as(who, method, path, body) {
      const request = new Request(`https://test.atlassian.net/rest/api/3${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const response = await site.fetch(request, originOf(who));
      const text = await response.text();
      if (response.status === 500) throw new Error(`${method} ${path}: ${text}`);
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
    },
  };
}

/** An app that records what Jira hands to it; its validator answers as told. */
export function testApp(
  overrides: Partial<InstalledApp> = {},
  validate: (key: string, payload: unknown) => Promise<ValidatorReply> = () =>
    Promise.resolve({ result: true }),
) {
  const events: { type: string; payload: Record<string, unknown> }[] = [];
  const postFunctions: { key: string; payload: unknown }[] = [];
  const app: InstalledApp = {
    appId: 'ari:cloud:ecosystem::app/11111111-1111-4111-8111-111111111111',
    appUuid: '11111111-1111-4111-8111-111111111111',
    environmentId: '22222222-2222-4222-8222-222222222222',
    installationId: '33333333-3333-4333-8333-333333333333',
    accountId: 'app-user',
    name: 'Query Change',
    scopes: [
      'read:jira-work',
      'write:jira-work',
      'read:jira-user',
      'manage:jira-configuration',
      'manage:jira-project',
      'write:app-data:jira',
    ],
    modules: {},
    validate,
    postFunction: (key, payload) => postFunctions.push({ key, payload }),
    productEvent: (type, payload) => events.push({ type, payload }),
    ...overrides,
  };
  return { app, events, postFunctions };
}

/** A document of one paragraph. */
export const adf = (text: string) => ({
  type: 'doc',
  version: 1,
  content: [{ type: 'paragraph', content: text === '' ? [] : [{ type: 'text', text }] }],
});

/** Creates an issue and returns its key. */
export async function createIssue(
  t: TestSite,
  who: string,
  fields: Record<string, unknown> = {},
  more: object = {},
): Promise<string> {
  const reply = await t.as(who, 'POST', '/issue', {
    fields: { project: { key: 'QC' }, issuetype: { name: 'Task' }, summary: 'A change', ...fields },
    ...more,
  });
  if (reply.status !== 201) throw new Error(`create answered ${reply.status} ${JSON.stringify(reply.body)}`);
  return String(reply.body.key);
}
