import * as v from 'valibot';
import {
  adminCalls,
  removalSteps,
  setupSteps,
  type AdminCallName,
  type AdminPayload,
  type AdminValue,
  type PlannedChange,
  type RemovalReport,
  type SetupStep,
  type StepReport,
} from '#core/panel/admin-contract';
import type { SeedUser } from '../../../host/contract';
import { createHost, type Host } from '../../../host/create-host';
import { operatorGroup, people, projectKey, seed } from '../../../scripts/local/seed';
import { restAs } from '../../../scripts/local/set-up-site';
import { createMovingClock, type MovingClock } from '../../support/moving-clock';

/** Another Jira administrator. */
export const secondAdmin: SeedUser = {
  accountId: 'qc-admin-0002',
  displayName: 'Bo Admin',
  email: 'bo@example.com',
  accountType: 'atlassian',
  groups: ['jira-users', 'jira-administrators'],
  admin: true,
};

/** A site with the app installed and nothing set up, and hands for an admin at the page and at Jira. */
export interface AdminSite {
  readonly host: Host;
  readonly clock: MovingClock;
  call<N extends AdminCallName>(
    name: N,
    payload: AdminPayload<N>,
    accountId?: string,
  ): Promise<AdminValue<N>>;
  plan(step: SetupStep, accountId?: string): Promise<AdminValue<'plan-step'>>;
  run(step: SetupStep, accountId?: string): Promise<StepReport>;
  /** Chooses the operators and runs every step. */
  setUp(accountId?: string): Promise<StepReport[]>;
  /** Runs every step of the removal. */
  takeDown(accountId?: string): Promise<RemovalReport[]>;
  chooseOperators(group: string): Promise<void>;
  /** REST as the first administrator, or whom the address names; throws unless Jira agrees. */
  rest(method: string, path: string, body?: unknown, email?: string): Promise<Json>;
  /** Jira's records by kind, without what only grows: counters, tasks, times. */
  records(): Json;
  /** Changes Jira's records as no REST call of the host does. */
  edit(change: (state: Json) => void): void;
  /** What the app keeps of the ids; undefined before the first step. */
  kept(): Record<string, string> | undefined;
}

/** Answers of Jira are walked by tests as they come. */
// eslint-disable-next-line typescript/no-explicit-any
export type Json = any;

export async function startAdminSite(): Promise<AdminSite> {
  const clock = createMovingClock();
  const host = await createHost({
    clock,
    appDir: process.cwd(),
    seed: { ...seed, users: [...seed.users, secondAdmin] },
    appName: 'Query Change',
  });
  const call: AdminSite['call'] = async (name, payload, accountId = people.admin.accountId) => {
    const reply = await host.resolverInvoke('query-change-admin', name, payload, accountId, {
      type: 'jira:adminPage',
    });
    const { ok, value, error } = v.parse(
      v.object({ ok: v.boolean(), value: v.optional(v.unknown()), error: v.optional(v.unknown()) }),
      reply,
    );
    if (!ok) throw new Error(`${name}: ${JSON.stringify(error)}`);
    return v.parse(adminCalls[name].value, value);
  };
  const rest: AdminSite['rest'] = async (method, path, body, email = people.admin.email) => {
    const response = await restAs(host, email, method, `/rest/api/3${path}`, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const chooseOperators: AdminSite['chooseOperators'] = async (name) => {
    const { values } = await rest('GET', '/group/bulk?maxResults=50');
    const { groupId } = values.find((group: Json) => group.name === name);
    await call('choose-operators', { group: { id: groupId, name } });
  };
  const run: AdminSite['run'] = (step, accountId) => call('setup-step', { step, projectKey }, accountId);
  return {
    host,
    clock,
    call,
    rest,
    chooseOperators,
    run,
    plan: (step, accountId) => call('plan-step', { step, projectKey }, accountId),
    async setUp(accountId) {
      await chooseOperators(operatorGroup);
      const reports: StepReport[] = [];
      for (const step of setupSteps) reports.push(await run(step, accountId));
      return reports;
    },
    async takeDown(accountId) {
      const reports: RemovalReport[] = [];
      for (const step of removalSteps) reports.push(await call('removal-step', { step }, accountId));
      return reports;
    },
    records() {
      const { counters: _counters, tasks: _tasks, ...records } = host.jira.snapshot() as Json;
      return structuredClone(records);
    },
    edit(change) {
      const state = structuredClone(host.jira.snapshot()) as Json;
      change(state);
      host.jira.restore(state);
    },
    kept() {
      const record = host.platform.kvs.get('kv', 'provisioned');
      return record && (JSON.parse(record.value) as Record<string, string>);
    },
  };
}

/** Changes in one line each. */
export function words(changes: readonly PlannedChange[]): string[] {
  return changes.map(({ kind, what, detail }) => `${kind} ${what}: ${detail ?? ''}`);
}
