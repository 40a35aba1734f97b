import * as v from 'valibot';
import {
  adminCalls,
  setupSteps,
  type AdminCallName,
  type AdminPayload,
  type AdminValue,
  type StepReport,
} from '#core/panel/admin-contract';
import type { PublicJwk } from '#core/protocol/jwk';
import type { GroupRef } from '#core/settings/settings';
import type { Host } from '../../host/create-host';
import { approverGroup, operatorGroup, people, projectKey } from './seed';

const adminModule = 'query-change-admin';

/** Calls the admin resolver as the seeded administrator, as the setup page does. */
export async function adminCall<N extends AdminCallName>(
  host: Host,
  name: N,
  payload: AdminPayload<N>,
): Promise<AdminValue<N>> {
  const reply = v.parse(
    v.union([
      v.object({ ok: v.literal(true), value: v.unknown() }),
      v.object({ ok: v.literal(false), error: v.object({ code: v.string(), message: v.string() }) }),
    ]),
    await host.resolverInvoke(adminModule, name, payload, people.admin.accountId, { type: 'jira:adminPage' }),
  );
  if (!reply.ok) throw new Error(`${name}: ${reply.error.message}`);
  return v.parse(adminCalls[name].value, reply.value);
}

/** Runs every provisioning step with the admin's rights; a step that Jira refuses stops the set-up with its instruction. */
export async function provision(host: Host): Promise<StepReport[]> {
  await adminCall(host, 'choose-operators', { group: await groupNamed(host, operatorGroup) });
  const reports: StepReport[] = [];
  for (const step of setupSteps) {
    const report = await adminCall(host, 'setup-step', { step, projectKey });
    if (report.state === 'manual') throw new Error(`${step}: ${report.message} ${report.instruction ?? ''}`);
    reports.push(report);
  }
  return reports;
}

/** Two approvals on prod, one elsewhere and on the user's own; the executor's own minimum holds besides. */
export async function choosePolicies(host: Host, ownConnections: readonly string[]): Promise<void> {
  const group = await groupNamed(host, approverGroup);
  const { connections } = await adminCall(host, 'overview', {});
  const wanted: Record<string, number> = {
    'shop-dev': 1,
    'shop-qa': 1,
    'shop-prod': 2,
    ...Object.fromEntries(ownConnections.map((key) => [key, 1])),
  };
  for (const { key, policy } of connections) {
    const approvals = wanted[key];
    if (approvals === undefined || policy) continue;
    await adminCall(host, 'save-policy', { connection: key, policy: { approverGroup: group, approvals } });
  }
}

async function groupNamed(host: Host, name: string): Promise<GroupRef> {
  const query = new URLSearchParams({ groupName: name }).toString();
  const response = await restAs(host, people.admin.email, 'GET', `/rest/api/3/group/bulk?${query}`);
  const { values } = v.parse(
    v.object({ values: v.array(v.object({ name: v.string(), groupId: v.string() })) }),
    await response.json(),
  );
  return { id: values[0]?.groupId ?? '', name };
}

/** Sends one REST request with a seeded user's API token, as an ordinary client does. */
export async function restAs(
  host: Host,
  email: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Response> {
  const token = host.users.find((user) => user.email === email)?.apiToken ?? '';
  return fetch(`${host.url}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Enrols the executor from both sides with a one-time token. `start` starts it with the facts and the token's hash. */
export async function enrol(
  host: Host,
  start: (
    facts: AdminValue<'enrolment-facts'> & { enrolmentTokenSha256: string },
  ) => Promise<{ executorId: string; publicJwk: PublicJwk; url: string }>,
): Promise<void> {
  const facts = await adminCall(host, 'enrolment-facts', {});
  const { token, sha256 } = await adminCall(host, 'enrolment-token', {});
  const executor = await start({ ...facts, enrolmentTokenSha256: sha256 });
  host.setRemote('executor', executor.url);
  const { executorId, publicJwk } = executor;
  await adminCall(host, 'enrol-executor', { executorId, executorKey: publicJwk, token });
}
