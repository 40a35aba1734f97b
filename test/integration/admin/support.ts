import * as v from 'valibot';
import {
  adminCalls,
  type AdminCallName,
  type AdminPayload,
  type AdminValue,
} from '#core/panel/admin-contract';
import type { Reply } from '#core/panel/contract';
import { people, type Role } from '../../../scripts/local/seed';
import type { TestSite } from '../../support/local-site';

/** One call of the admin page as a person, with the reply as it is. */
export async function callAdmin<N extends AdminCallName>(
  site: TestSite,
  role: Role,
  name: N,
  payload: AdminPayload<N>,
): Promise<Reply<AdminValue<N>>> {
  const reply = await site.host.resolverInvoke('query-change-admin', name, payload, people[role].accountId, {
    type: 'jira:adminPage',
  });
  const Envelope = v.union([
    v.object({ ok: v.literal(true), value: adminCalls[name].value }),
    v.object({ ok: v.literal(false), error: v.object({ code: v.string(), message: v.string() }) }),
  ]);
  return v.parse(Envelope, reply) as Reply<AdminValue<N>>;
}

/** A call of the administrator that must succeed. */
export async function asAdmin<N extends AdminCallName>(
  site: TestSite,
  name: N,
  payload: AdminPayload<N>,
): Promise<AdminValue<N>> {
  const reply = await callAdmin(site, 'admin', name, payload);
  if (!reply.ok) throw new Error(`${name}: ${reply.error.message}`);
  return reply.value;
}

/** Words with which a call of the administrator is refused. */
export async function refusalOf<N extends AdminCallName>(
  site: TestSite,
  name: N,
  payload: AdminPayload<N>,
): Promise<string> {
  const reply = await callAdmin(site, 'admin', name, payload);
  if (reply.ok) throw new Error(`${name} was not refused`);
  return reply.error.message;
}
