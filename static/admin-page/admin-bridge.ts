import { invoke, requestJira } from '@forge/bridge';
import * as v from 'valibot';
import { adminCalls, type AdminCallName } from '#core/panel/admin-contract';
import type { GroupRef } from '#core/settings/settings';

type Payload<N extends AdminCallName> = v.InferInput<(typeof adminCalls)[N]['payload']>;
type Value<N extends AdminCallName> = v.InferOutput<(typeof adminCalls)[N]['value']>;

const Envelope = v.union([
  v.object({ ok: v.literal(true), value: v.unknown() }),
  v.object({ ok: v.literal(false), error: v.object({ message: v.string() }) }),
]);

/** Calls the admin resolver; a refusal or a broken answer is an Error with words for the person. */
export async function adminCall<N extends AdminCallName>(name: N, payload: Payload<N>): Promise<Value<N>> {
  const raw = await invoke<unknown>(name, payload as Parameters<typeof invoke>[1]);
  const reply = v.parse(Envelope, raw);
  if (!reply.ok) throw new Error(reply.error.message);
  return v.parse(adminCalls[name].value, reply.value);
}

/** Finds a group by its exact name, as the viewer. */
export async function findGroup(name: string): Promise<GroupRef> {
  const response = await requestJira(`/rest/api/3/group/bulk?groupName=${encodeURIComponent(name)}`, {
    headers: { Accept: 'application/json' },
  });
  const Groups = v.object({ values: v.array(v.object({ name: v.string(), groupId: v.string() })) });
  const found = v.parse(Groups, await response.json()).values.find((group) => group.name === name);
  if (!found) throw new Error(`There is no group named ${name}.`);
  return { id: found.groupId, name: found.name };
}
