import type * as v from 'valibot';
import {
  adminCalls,
  type AdminCallName,
  type AdminPayload,
  type AdminValue,
} from '#core/panel/admin-contract';
import type { Reply } from '#core/panel/contract';
import { ask } from '../../shared/bridge';

/** Calls the resolver of the admin page. Never rejects: a refusal, or no readable answer, is an error reply with words. */
export async function adminCall<N extends AdminCallName>(
  name: N,
  payload: AdminPayload<N>,
): Promise<Reply<AdminValue<N>>> {
  return ask(name, payload, adminCalls[name].value as v.GenericSchema<unknown, AdminValue<N>>);
}
