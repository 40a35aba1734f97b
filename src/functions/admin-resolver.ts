import { webTrigger } from '@forge/api';
import Resolver from '@forge/resolver';
import * as v from 'valibot';
import { sha256Hex } from '#core/hash';
import {
  adminCalls,
  type AdminCallName,
  type AdminOverview,
  type AdminValue,
} from '#core/panel/admin-contract';
import type { Reply } from '#core/panel/contract';
import { ok } from '#core/result';
import { discardAppKey, enrolmentFacts, prepareAppKey, switchAppKey } from '../app/admin/app-key';
import { refreshConnections } from '../app/admin/connections';
import { forgetDrift } from '../app/admin/drift';
import { addExecutorKey, dropExecutorKey, enrolExecutor } from '../app/admin/enrol-executor';
import { openFirstChange } from '../app/admin/first-change';
import { adminOverview } from '../app/admin/overview';
import { pauseDispatch, resumeDispatch } from '../app/admin/pause';
import { chooseOperators, savePolicy } from '../app/admin/policies';
import { settingsHistory } from '../app/admin/settings-history';
import type { Ports } from '../app/ports';
import { saveRules } from '../app/review-rules/save-rules';
import { showRules } from '../app/review-rules/show-rules';
import { tryRule } from '../app/review-rules/try-rule';
import { planRemoval, removeStep } from '../app/provision/remove-step';
import { planStep, runStep } from '../app/provision/run-step';
import { no, type Outcome } from '../app/refusal';
import { composePorts } from '../forge/compose';
import { jiraAdmin } from '../forge/jira-admin';
import { sqlParser } from '../forge/sql-parser/parser';
import { siteAdmin, viewerIsAdmin } from '../forge/site-admin';
import { reply } from './reply';

/** Manifest key of the web trigger that takes receipts. */
const receiptTrigger = 'receipt';

/** What every call knows: the viewer as the platform says, never as the payload says. */
interface AdminCall {
  readonly ports: Ports;
  readonly admin: string;
}

const AdminContext = v.object({ accountId: v.string() });

type Handlers = {
  [N in AdminCallName]: (
    call: AdminCall,
    payload: v.InferOutput<(typeof adminCalls)[N]['payload']>,
  ) => Promise<Outcome<AdminValue<N>>>;
};

const overview = ({ ports }: AdminCall): Promise<AdminOverview> =>
  adminOverview(ports, jiraAdmin, async () => {
    const { projectId, projectKey } = await siteAdmin().ids();
    return projectId && projectKey ? { id: projectId, key: projectKey } : null;
  });

/** Answers an action with the overview after it. */
const overviewAfter = async (
  call: AdminCall,
  action: Promise<Outcome<unknown> | void>,
): Promise<Outcome<AdminOverview>> => {
  const done = await action;
  return !done || done.ok ? ok(await overview(call)) : done;
};

const receiptUrl = (): Promise<string> => webTrigger.getUrl(receiptTrigger);

const handlers: Handlers = {
  overview: async (call) => ok(await overview(call)),
  'plan-step': async ({ ports }, request) => {
    const plan = await planStep(ports, siteAdmin(), request);
    if (plan.state === 'right') await forgetDrift(ports, request.step);
    return ok(plan);
  },
  'setup-step': async ({ ports }, request) => {
    const report = await runStep(ports, siteAdmin(), request);
    if (report.state !== 'manual') await forgetDrift(ports, request.step);
    return ok(report);
  },
  'plan-removal': async ({ ports }, { step }) => ok(await planRemoval(ports, siteAdmin(), step)),
  'removal-step': async ({ ports }, { step }) => ok(await removeStep(ports, siteAdmin(), step)),
  'choose-operators': (call, { group }) =>
    overviewAfter(call, chooseOperators(call.ports, jiraAdmin, call.admin, group)),
  'save-policy': (call, payload) =>
    overviewAfter(call, savePolicy(call.ports, jiraAdmin, call.admin, payload)),
  'enrolment-facts': async ({ ports }) => ok(await enrolmentFacts(ports, await receiptUrl())),
  'enrolment-token': async ({ ports }) => {
    const token = `${ports.newId()}${ports.newId()}`.replaceAll('-', '');
    return ok({ token, sha256: await sha256Hex(token) });
  },
  'enrol-executor': async (call, input) =>
    overviewAfter(call, enrolExecutor(call.ports, call.admin, { ...input, receiptUrl: await receiptUrl() })),
  'test-executor': async (call) => {
    const since = call.ports.clock();
    const refreshed = await refreshConnections(call.ports);
    if (!refreshed.ok) return refreshed;
    const milliseconds = call.ports.clock() - since;
    return ok({ milliseconds, overview: await overview(call) });
  },
  'add-executor-key': (call, { executorKey }) =>
    overviewAfter(call, addExecutorKey(call.ports, call.admin, executorKey)),
  'drop-executor-key': (call, { kid }) => overviewAfter(call, dropExecutorKey(call.ports, call.admin, kid)),
  'prepare-app-key': async ({ ports, admin }) => {
    await prepareAppKey(ports, admin);
    return ok(await enrolmentFacts(ports, await receiptUrl()));
  },
  'switch-app-key': (call) => overviewAfter(call, switchAppKey(call.ports, call.admin)),
  'discard-app-key': (call) => overviewAfter(call, discardAppKey(call.ports, call.admin)),
  pause: (call, { reason }) => overviewAfter(call, pauseDispatch(call.ports, call.admin, reason)),
  resume: (call) => overviewAfter(call, resumeDispatch(call.ports, call.admin)),
  'settings-history': async ({ ports }, { before }) => ok(await settingsHistory(ports, before)),
  'first-change': ({ ports, admin }, { connection }) => openFirstChange(ports, jiraAdmin, admin, connection),
  'review-rules': async ({ ports }) => ok(await showRules(ports)),
  'save-review-rules': async ({ ports, admin }, payload) => {
    const saved = await saveRules(ports, admin, payload);
    return saved.ok ? ok(await showRules(ports)) : saved;
  },
  'try-rule': async (_call, payload) => tryRule(sqlParser, payload),
};

const resolver = new Resolver();
for (const name of Object.keys(adminCalls) as AdminCallName[]) {
  resolver.define(name, async ({ payload, context }): Promise<Reply<unknown>> =>
    answer(name, payload, context),
  );
}

/** Jira is asked in every call whether the viewer administers it now: a hidden page protects nothing. */
async function answer<N extends AdminCallName>(
  name: N,
  payload: unknown,
  context: unknown,
): Promise<Reply<AdminValue<N>>> {
  return reply(name, adminCalls[name].payload, payload, async (parsed): Promise<Outcome<AdminValue<N>>> => {
    const { accountId } = v.parse(AdminContext, context);
    if (!(await viewerIsAdmin()))
      return no('not-allowed', 'Only Jira administrators can set up Query Change.');
    const handler: Handlers[N] = handlers[name];
    return handler({ ports: composePorts(), admin: accountId }, parsed);
  });
}

/** Resolver of the admin page. */
export const adminResolver = resolver.getDefinitions();
