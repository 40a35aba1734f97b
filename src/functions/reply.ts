import * as v from 'valibot';
import type { Reply } from '#core/panel/contract';
import type { Outcome } from '../app/refusal';

/**
 * Turns one resolver call into the one reply shape: parses the payload, runs the use case, and keeps unknown errors to
 * the log. Refusals are shown as they are; faults say only that something went wrong.
 */
export async function reply<TSchema extends v.GenericSchema, T>(
  name: string,
  schema: TSchema,
  payload: unknown,
  handle: (parsed: v.InferOutput<TSchema>) => Promise<Outcome<T>>,
): Promise<Reply<T>> {
  const parsed = v.safeParse(schema, payload ?? {});
  if (!parsed.success) {
    return { ok: false, error: { code: 'bad-request', message: parsed.issues[0].message } };
  }
  try {
    const outcome = await handle(parsed.output);
    return outcome.ok ? { ok: true, value: outcome.value } : { ok: false, error: outcome.error };
  } catch (error) {
    console.error(JSON.stringify({ message: 'call failed', call: name, error: String(error) }));
    return {
      ok: false,
      error: { code: 'internal', message: 'Something went wrong. Nothing was changed; try again.' },
    };
  }
}
