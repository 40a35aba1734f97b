import { asApp, asUser, route, type Route } from '@forge/api';
import * as v from 'valibot';
import { ok, refuse, type Result } from '#core/result';
import type { JiraRefusal } from '../app/ports';

type Body = Readonly<Record<string, unknown>> | readonly unknown[];

export interface JiraCall {
  readonly as: 'app' | 'user';
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: Route;
  readonly body?: Body;
}

/** Tries at most, for 409 (another writer) and 429 (rate limit): the ledger is the truth meanwhile. */
const maxTries = 4;
/** First wait, milliseconds; doubles. A `Retry-After` longer than this many seconds is not waited for in a request. */
const firstWaitMs = 150;
const maxRetryAfterSeconds = 3;

const ErrorBody = v.object({
  errorMessages: v.optional(v.array(v.string()), []),
  errors: v.optional(v.record(v.string(), v.string()), {}),
});

/** Sends one Jira REST call and parses its body; refusals come back in Jira's own words. */
export async function jiraCall<TSchema extends v.GenericSchema>(
  call: JiraCall,
  schema: TSchema,
): Promise<Result<v.InferOutput<TSchema>, JiraRefusal>> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await send(call);
    if (response.ok) {
      const text = await response.text();
      return ok(v.parse(schema, text === '' ? undefined : JSON.parse(text)));
    }
    const again = response.status === 409 || response.status === 429 || response.status === 503;
    const retryAfter = Number(response.headers.get('retry-after') ?? '0');
    if (!again || attempt >= maxTries || retryAfter > maxRetryAfterSeconds) {
      return refuse({ status: response.status, message: wordsOf(await response.text(), response.status) });
    }
    const waitMs = Math.max(retryAfter * 1000, firstWaitMs * 2 ** (attempt - 1));
    await new Promise((resolve) => {
      setTimeout(resolve, waitMs);
    });
  }
}

/** Like {@link jiraCall} for calls whose refusal is a fault. */
export async function jiraMust<TSchema extends v.GenericSchema>(
  call: JiraCall,
  schema: TSchema,
): Promise<v.InferOutput<TSchema>> {
  const result = await jiraCall(call, schema);
  if (!result.ok) throw new Error(`Jira answered ${result.error.status}: ${result.error.message}`);
  return result.value;
}

async function send(call: JiraCall): ReturnType<ReturnType<typeof asApp>['requestJira']> {
  const client = call.as === 'app' ? asApp() : asUser();
  return client.requestJira(call.path, {
    method: call.method,
    headers: { accept: 'application/json', ...(call.body ? { 'content-type': 'application/json' } : {}) },
    ...(call.body ? { body: JSON.stringify(call.body) } : {}),
  });
}

function wordsOf(text: string, status: number): string {
  try {
    const parsed = v.safeParse(ErrorBody, JSON.parse(text));
    if (parsed.success) {
      const words = [...parsed.output.errorMessages, ...Object.values(parsed.output.errors)].join(' ');
      if (words !== '') return words;
    }
  } catch {
    // Not JSON: the status is all we know.
  }
  return `Jira answered with status ${status}.`;
}

export { route };
