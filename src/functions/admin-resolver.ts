import { webTrigger } from '@forge/api';
import Resolver from '@forge/resolver';
import { sha256Hex } from '#core/hash';
import { maxListedApprovers } from '#core/limits';
import { adminCalls, type AdminCallName } from '#core/panel/admin-contract';
import type { Reply } from '#core/panel/contract';
import { publicHalf } from '#core/protocol/jws';
import { ok } from '#core/result';
import { enrolExecutor, refreshConnections } from '../app/enrol-executor';
import type { Ports } from '../app/ports';
import { runStep } from '../app/provision/run-step';
import { no, type Outcome } from '../app/refusal';
import { composePorts } from '../forge/compose';
import { siteAdmin, viewerIsAdmin } from '../forge/site-admin';
import type * as v from 'valibot';
import { reply } from './reply';

/** Manifest key of the web trigger that takes receipts. */
const receiptTrigger = 'receipt';

type Handlers = {
  [N in AdminCallName]: (
    ports: Ports,
    payload: v.InferOutput<(typeof adminCalls)[N]['payload']>,
  ) => Promise<Outcome<v.InferOutput<(typeof adminCalls)[N]['value']>>>;
};

const handlers: Handlers = {
  'setup-step': async (ports, request) => ok(await runStep(ports, siteAdmin(), request)),
  'enrolment-facts': async (ports) => {
    const { installation } = await ports.settings.read();
    const appKey = publicHalf(await ports.keys.signingKey());
    return ok({ installation, appKey, receiptUrl: await webTrigger.getUrl(receiptTrigger) });
  },
  'enrolment-token': async (ports) => {
    const token = `${ports.newId()}${ports.newId()}`.replaceAll('-', '');
    return ok({ token, sha256: await sha256Hex(token) });
  },
  'enrol-executor': async (ports, input) => {
    const receiptUrl = await webTrigger.getUrl(receiptTrigger);
    const enrolled = await enrolExecutor(ports, { ...input, receiptUrl });
    if (!enrolled.ok) return enrolled;
    const { id, connections } = enrolled.value;
    return ok({ executorId: id, connections: connections.map(({ key }) => key) });
  },
  'refresh-connections': async (ports) => {
    const { executor } = await ports.settings.read();
    if (!executor) return no('not-set-up', 'No executor is enrolled yet.');
    const refreshed = await refreshConnections(ports, executor.id, executor.keys);
    return refreshed.ok ? ok({ connections: refreshed.value.connections.map(({ key }) => key) }) : refreshed;
  },
  'save-policies': async (ports, { policies, operatorGroup }) => {
    const operators = await ports.jira.members(operatorGroup.id, maxListedApprovers);
    const settings = await ports.settings.read();
    await ports.settings.write({ ...settings, policies, operatorGroup, operators: operators ?? [] });
    return ok({ saved: true as const });
  },
};

const resolver = new Resolver();
for (const name of Object.keys(adminCalls) as AdminCallName[]) {
  resolver.define(name, async ({ payload }): Promise<Reply<unknown>> => answer(name, payload));
}

type AdminValue<N extends AdminCallName> = v.InferOutput<(typeof adminCalls)[N]['value']>;

async function answer<N extends AdminCallName>(name: N, payload: unknown): Promise<Reply<AdminValue<N>>> {
  return reply(name, adminCalls[name].payload, payload, async (parsed): Promise<Outcome<AdminValue<N>>> => {
    if (!(await viewerIsAdmin()))
      return no('not-allowed', 'Only Jira administrators can set up Query Change.');
    const handler: Handlers[N] = handlers[name];
    return handler(composePorts(), parsed);
  });
}

/** Resolver of the setup page. */
export const adminResolver = resolver.getDefinitions();
