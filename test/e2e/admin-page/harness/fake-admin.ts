import * as v from 'valibot';
import {
  adminCalls,
  setupSteps,
  type AdminCallName,
  type AdminOverview,
  type AdminPayload,
  type AdminValue,
  type PlannedChange,
  type RemovalStep,
  type SettingsEntry,
  type SetupStep,
} from '#core/panel/admin-contract';
import type { Backend } from '../../panel/harness/backend';
import { Refused } from './refused';
import { ReviewDesk } from './review-desk';
import { address, admin, empty, groups, key, names, projects, reported } from './site';

type Handlers = {
  [N in AdminCallName]: (payload: AdminPayload<N>) => AdminValue<N> | Promise<AdminValue<N>>;
};

const token = 'one-time-token';
const receiptUrl = 'https://site.example/x1/receipt';

/**
 * Plays the resolver of the admin page as the contract says: payloads and values are parsed by its schemas, so this
 * cannot drift from it. Steps become right when they are made; a test says what Jira refuses, breaks or keeps waiting.
 */
export class FakeAdmin implements Backend {
  overview: AdminOverview;
  /** Steps that are right. */
  readonly made = new Set<SetupStep>();
  /** Steps that Jira refuses, with what a person does instead. */
  readonly refuses = new Map<SetupStep, string>();
  /** Steps that Jira refuses only when they are made; the plan does not know. */
  readonly refusesWhenMade = new Map<SetupStep, string>();
  /** Differences that somebody made after the set-up. */
  readonly broken = new Map<SetupStep, PlannedChange[]>();
  /** Calls that are refused in words while they stand here. */
  readonly refusals = new Map<AdminCallName, string>();
  /** Calls that throw while they stand here. */
  readonly throwing = new Set<AdminCallName>();
  readonly removed = new Set<RemovalStep>();
  readonly calls: { readonly name: string; readonly payload: Record<string, unknown> }[] = [];
  readonly opened: string[] = [];
  history: SettingsEntry[] = [];
  historyProblem: string | null = null;
  /** The address of the customer-managed remote, and whether the administrator agrees in Jira's dialog. */
  remote: string | null;
  agrees = true;
  /** False: the site refuses to say which address is set. */
  saysAddress = true;
  #held: { readonly name: string; readonly until: Promise<void> } | undefined;
  #ledger = 0;
  /** The rules of the review are the app's own, over settings in memory. */
  readonly review = new ReviewDesk((what, differences) => this.note(what, [...differences]));

  constructor(overview: AdminOverview) {
    this.overview = structuredClone(overview);
    this.remote = overview.executor === null ? null : address;
    if (overview.jiraReady) for (const step of setupSteps) this.made.add(step);
  }

  /** Lets every call of this name wait until the returned function is called. */
  hold(name: AdminCallName): () => void {
    let release = (): void => undefined;
    this.#held = { name, until: new Promise<void>((resolve) => (release = resolve)) };
    return () => {
      this.#held = undefined;
      release();
    };
  }

  /** Payloads of the calls named `name`, in order. */
  called(name: AdminCallName): Record<string, unknown>[] {
    return this.calls.filter((call) => call.name === name).map((call) => call.payload);
  }

  async invoke(name: AdminCallName, payload: Record<string, unknown>): Promise<unknown> {
    this.calls.push({ name, payload });
    if (this.#held?.name === name) await this.#held.until;
    if (this.throwing.has(name)) throw new Error('the function ran out of memory');
    const refusal = this.refusals.get(name);
    if (refusal !== undefined) return refused(refusal);
    const call = adminCalls[name];
    const parsed = v.safeParse(call.payload, payload);
    if (!parsed.success) return refused(parsed.issues[0].message, 'bad-request');
    try {
      const handle = this.#handlers[name] as (parsed: unknown) => unknown;
      return { ok: true, value: v.parse(call.value, structuredClone(await handle(parsed.output))) };
    } catch (error) {
      if (error instanceof Refused) return refused(error.message);
      throw error;
    }
  }

  product(path: string): { status: number; body: unknown } {
    const url = new URL(path, 'http://jira.invalid');
    const query = (url.searchParams.get('query') ?? '').toLowerCase();
    const has = (text: string): boolean => text.toLowerCase().includes(query);
    switch (url.pathname) {
      case '/rest/api/3/groups/picker':
        return { status: 200, body: { groups: groups.filter((group) => has(group.name)) } };
      case '/rest/api/3/project/search':
        return { status: 200, body: { values: projects.filter((one) => has(one.name) || has(one.key)) } };
      case '/rest/api/3/user/bulk': {
        const ids = url.searchParams.getAll('accountId').filter((id) => names[id] !== undefined);
        const values = ids.map((accountId) => ({ accountId, displayName: names[accountId] }));
        return { status: 200, body: { values } };
      }
      default:
        return { status: 501, body: {} };
    }
  }

  bridge(command: string, data: Record<string, unknown>): unknown {
    switch (command) {
      case 'navigate':
        this.opened.push(v.parse(v.object({ url: v.string() }), data).url);
        return true;
      case '__permission__remoteGet':
        if (!this.saysAddress) throw new Error('not modelled');
        return { results: [{ key: 'executor', configured: { endpoint: this.remote } }] };
      case '__permission__remoteSet': {
        if (!this.agrees) throw new Error('The request was rejected.');
        this.remote = v.parse(RemoteSet, data).remotes[0].configured.endpoint;
        return null;
      }
      default:
        throw new Error(`not modelled: ${command}`);
    }
  }

  /** Adds an entry to the settings ledger. */
  note(what: string, differences: SettingsEntry['differences'] = []): void {
    this.#ledger += 1;
    const at = new Date(Date.UTC(2026, 10, 1, 8, this.#ledger)).toISOString();
    this.history.unshift({ seq: this.#ledger, at, actor: admin, what, differences });
  }

  #set(change: Partial<AdminOverview>): AdminOverview {
    this.overview = { ...this.overview, ...change };
    return this.overview;
  }

  #plan(step: SetupStep, projectKey: string | null): AdminValue<'plan-step'> {
    const base = { step, instruction: null, changes: [] };
    if (projectKey === null && this.overview.project === null)
      return { ...base, state: 'blocked', message: 'Choose a project first.' };
    const broken = this.broken.get(step);
    if (broken) return { ...base, state: 'todo', message: 'Somebody changed it.', changes: broken };
    if (this.made.has(step)) return { ...base, state: 'right', message: 'As it should be.' };
    const instruction = this.refuses.get(step);
    if (instruction !== undefined)
      return { ...base, state: 'manual', message: 'Jira lets no app do this.', instruction };
    const changes: PlannedChange[] = [
      { kind: 'create', what: `${step} of Query Change`, detail: `in project ${projectKey}` },
    ];
    return { ...base, state: 'todo', message: 'Is not there yet.', changes };
  }

  #make(step: SetupStep, projectKey: string | null): AdminValue<'setup-step'> {
    const instruction = this.refuses.get(step) ?? this.refusesWhenMade.get(step);
    if (instruction !== undefined)
      return { step, state: 'manual', message: 'Jira answered 403.', instruction };
    if (this.made.has(step) && !this.broken.has(step))
      return { step, state: 'unchanged', message: 'As it should be.', instruction: null };
    this.broken.delete(step);
    this.made.add(step);
    this.note(`Set up: ${step}`);
    const drift = this.overview.drift && {
      ...this.overview.drift,
      steps: this.overview.drift.steps.filter((found) => found.step !== step),
    };
    const { compliance } = this.overview;
    this.#set({
      project: this.overview.project ?? { id: '10000', key: projectKey ?? '' },
      jiraReady: setupSteps.slice(0, 10).every((one) => this.made.has(one)),
      drift,
      compliance: {
        ...compliance,
        filters: this.made.has('filters') ? 8 : 0,
        dashboardId: this.made.has('dashboard') ? '10100' : null,
      },
    });
    return { step, state: 'done', message: `Made: ${step}.`, instruction: null };
  }

  #executor(): NonNullable<AdminOverview['executor']> {
    if (this.overview.executor === null) throw new Refused('No executor is enrolled yet.');
    return this.overview.executor;
  }

  readonly #handlers: Handlers = {
    overview: () => this.overview,
    'plan-step': ({ step, projectKey }) => this.#plan(step, projectKey),
    'setup-step': ({ step, projectKey }) => this.#make(step, projectKey),
    'plan-removal': ({ step }) =>
      step === 'statuses'
        ? { step, state: 'keep', what: ['Status "In review"'], why: 'Another workflow uses them.' }
        : {
            step,
            state: this.removed.has(step) ? 'gone' : 'remove',
            what: [`${step} of Query Change`],
            why: null,
          },
    'removal-step': ({ step }) => {
      this.removed.add(step);
      if (step === 'schemes') this.#set({ project: null, jiraReady: false });
      if (step === 'executor') this.#set({ executor: null, connections: [] });
      return step === 'statuses'
        ? { step, state: 'kept', message: 'Another workflow uses them.', instruction: null }
        : { step, state: 'removed', message: `Removed: ${step}.`, instruction: null };
    },
    'choose-operators': ({ group }) => {
      this.note('Operators chosen', [
        {
          path: 'operatorGroup.name',
          before: this.overview.operators && JSON.stringify(this.overview.operators.group.name),
          after: JSON.stringify(group.name),
        },
      ]);
      return this.#set({ operators: { group, members: 4, problem: null } });
    },
    'save-policy': ({ connection, policy }) => {
      const connections = this.overview.connections.map((one) =>
        one.key === connection
          ? {
              ...one,
              policy,
              approvers: policy && { group: policy.approverGroup, members: 3, problem: null },
            }
          : one,
      );
      return this.#set({ connections });
    },
    'enrolment-facts': () => ({
      installation: 'ari:cloud:ecosystem::installation/1',
      keys: this.overview.appKey.next === null ? [key('a')] : [key('a'), key('b')],
      receiptUrl,
    }),
    'enrolment-token': () => ({ token, sha256: 'ab'.repeat(32) }),
    'enrol-executor': ({ executorId, executorKey, token: given }) => {
      if (given !== token) throw new Refused('The token is not the one that this page made.');
      const executor = {
        id: executorId,
        version: '1.4.0',
        keys: [executorKey.kid],
        lastSeen: '2026-11-21T09:40:00Z',
      };
      const known = this.overview.connections;
      return this.#set({ executor, connections: known.length > 0 ? known : [...reported] });
    },
    'test-executor': () => {
      this.#executor();
      return { milliseconds: 41.6, overview: this.overview };
    },
    'add-executor-key': ({ executorKey }) => {
      const executor = this.#executor();
      return this.#set({ executor: { ...executor, keys: [...executor.keys, executorKey.kid] } });
    },
    'drop-executor-key': ({ kid }) => {
      const executor = this.#executor();
      if (executor.keys.length === 1) throw new Refused('The last key stays.');
      return this.#set({ executor: { ...executor, keys: executor.keys.filter((one) => one !== kid) } });
    },
    'prepare-app-key': () => {
      this.#set({ appKey: { current: key('a').kid, next: key('b').kid } });
      return this.#handlers['enrolment-facts']({});
    },
    'switch-app-key': () => this.#set({ appKey: { current: key('b').kid, next: null } }),
    'discard-app-key': () => this.#set({ appKey: { current: key('a').kid, next: null } }),
    pause: ({ reason }) => this.#set({ pause: { by: admin, at: '2026-11-21T10:00:00Z', reason } }),
    resume: () => this.#set({ pause: null }),
    'settings-history': ({ before }) => {
      const older = this.history.filter(({ seq }) => before === null || seq < before);
      return { entries: older.slice(0, 25), more: older.length > 25, problem: this.historyProblem };
    },
    'first-change': () => {
      this.#set({ firstChange: { issueKey: 'DB-1', status: 'Draft', done: false } });
      return { issueKey: 'DB-1' };
    },
    'review-rules': () => this.review.show(),
    'save-review-rules': (payload) => this.review.save(payload),
    'try-rule': (payload) => this.review.try(payload),
  };
}

const RemoteSet = v.object({
  remotes: v.tuple([
    v.object({ key: v.literal('executor'), configured: v.object({ endpoint: v.nullable(v.string()) }) }),
  ]),
});

function refused(message: string, code = 'illegal'): unknown {
  return { ok: false, error: { code, message } };
}

/** A fake on a site where the app is only installed. */
export function emptySite(): FakeAdmin {
  return new FakeAdmin(empty);
}
