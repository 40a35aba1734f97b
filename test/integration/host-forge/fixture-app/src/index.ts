/** A small app that touches every seam of the platform through the real SDK. Only tests use it. */
import { asApp, asUser, fetch, getAppContext, invokeRemote, route, webTrigger } from '@forge/api';
import type api from '@forge/api';
import { InvocationError, Queue, type AsyncEvent } from '@forge/events';
import { Filter, FilterConditions, kvs, Sort, WhereConditions } from '@forge/kvs';
import { publish, publishGlobal, signRealtimeToken } from '@forge/realtime';
import Resolver, { type Request } from '@forge/resolver';

const definitions = new Resolver();
const queue = new Queue({ key: 'work' });

interface Entry {
  issue: string;
  seq: number;
  hash: string;
}

interface Named {
  code?: string;
  name?: string;
  message?: string;
}

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    const { code, name, message } = error as Named;
    return code ?? `${name ?? ''}: ${message ?? ''}`;
  }
}

async function whoAmI(as: { requestJira: typeof api.requestJira }): Promise<string> {
  const response = await as.requestJira(route`/rest/api/3/myself`);
  return ((await response.json()) as { accountId: string }).accountId;
}

definitions.define('echo', ({ payload, context }: Request) => ({ payload, context }));
definitions.define('throw', () => {
  throw new RangeError('as asked');
});
definitions.define('whoami', async ({ payload }: Request<{ pauseMs?: number }>) => {
  await new Promise((resolve) => setTimeout(resolve, payload.pauseMs ?? 0));
  return { user: await whoAmI(asUser()), app: await whoAmI(asApp()), context: getAppContext().moduleKey };
});
definitions.define(
  'impersonate',
  async () => await codeOf(async () => await whoAmI(asUser('somebody-else'))),
);
definitions.define('env', () => ({ ...process.env }));
definitions.define('log', () => {
  for (let line = 0; line < 150; line += 1) console.log('line', line);
});
definitions.define('context', () => {
  const context = getAppContext();
  return { ...context, remaining: context.invocationRemainingTimeInMillis() };
});
definitions.define('kvs', async ({ payload }: Request<{ operation: string; args: never[] }>) => {
  const target = kvs as unknown as Record<string, (...args: never[]) => Promise<unknown>>;
  let result: unknown;
  const code = await codeOf(async () => (result = await target[payload.operation]?.(...payload.args)));
  return { code, result: result ?? null };
});
definitions.define('kvs-page', async ({ payload }: Request<{ prefix: string; cursor?: string }>) => {
  const query = kvs.query().where('key', WhereConditions.beginsWith(payload.prefix)).limit(2);
  return await (payload.cursor === undefined ? query : query.cursor(payload.cursor)).getMany();
});
definitions.define('ledger-append', async ({ payload }: Request<{ issue: string; expected: number }>) => {
  const { issue, expected } = payload;
  const entityName = 'ledger';
  const conditions =
    expected === 0
      ? new Filter<Entry>().and('seq', FilterConditions.notExists())
      : new Filter<Entry>().and('seq', FilterConditions.equalTo(expected));
  return await codeOf(
    async () =>
      await kvs
        .transact()
        .set(
          `${issue}#head`,
          { issue: `${issue}-head`, seq: expected + 1, hash: 'h' },
          { entityName, conditions },
        )
        .set(`${issue}#${expected + 1}`, { issue, seq: expected + 1, hash: 'e' }, { entityName })
        .execute(),
  );
});
definitions.define('ledger-check', async ({ payload }: Request<{ issue: string; seq: number }>) => {
  const conditions = new Filter<Entry>().and('seq', FilterConditions.equalTo(payload.seq));
  const transaction = kvs.transact().check(`${payload.issue}#head`, { entityName: 'ledger', conditions });
  return await codeOf(async () => await transaction.set('checked', true).execute());
});
definitions.define('ledger-read', async ({ payload }: Request<{ issue: string }>) => {
  const index = kvs
    .entity<{ seq: number }>('ledger')
    .query()
    .index('by-issue', { partition: [payload.issue] });
  const { results } = await index.where(WhereConditions.greaterThan(1)).sort(Sort.DESC).limit(10).getMany();
  const head = await kvs.entity<{ seq: number }>('ledger').get(`${payload.issue}#head`);
  return { seqs: results.map(({ value }) => value.seq), head: head?.seq };
});
definitions.define('entity-set', async ({ payload }: Request<{ value: { seq: number } }>) => {
  return await codeOf(async () => await kvs.entity<{ seq: number }>('ledger').set('free', payload.value));
});
definitions.define('push', async ({ payload }: Request<{ events: never[] }>) => {
  let jobId = '';
  const code = await codeOf(async () => (jobId = (await queue.push(payload.events)).jobId));
  return { code, jobId };
});
definitions.define('job', async ({ payload }: Request<{ jobId: string; cancel?: boolean }>) => {
  if (payload.cancel === true) return await codeOf(async () => await queue.cancel(payload.jobId));
  return await queue.getStats(payload.jobId);
});
definitions.define('hook', async ({ payload }: Request<{ key: string }>) => {
  const url = await webTrigger.getUrl(payload.key);
  return { url, again: await webTrigger.getUrl(payload.key), known: await webTrigger.queryUrls(payload.key) };
});
definitions.define('unhook', async ({ payload }: Request<{ url: string }>) => {
  return await codeOf(async () => await webTrigger.deleteUrl(payload.url));
});
definitions.define('egress', async ({ payload }: Request<{ url: string }>) => {
  let body: unknown;
  const code = await codeOf(async () => (body = await (await fetch(payload.url)).json()));
  return { code, body: body ?? null };
});
definitions.define('remote', async ({ payload }: Request<{ key: string; path: string }>) => {
  let body: unknown;
  const code = await codeOf(async () => {
    const response = await invokeRemote(payload.key, { path: payload.path, method: 'POST', body: '{"a":1}' });
    body = { status: response.status, body: await response.json() };
  });
  return { code, body: body ?? null };
});
definitions.define(
  'unmodelled',
  async () => await codeOf(async () => await asApp().requestConfluence(route`/wiki/rest/api/space`)),
);
definitions.define(
  'publish',
  async ({ payload }: Request<{ channel: string; global?: boolean; signed?: boolean }>) => {
    const token =
      payload.signed === true ? (await signRealtimeToken(payload.channel, { room: 1 })).token : undefined;
    const options = typeof token === 'string' ? { token } : {};
    return await (payload.global === true ? publishGlobal : publish)(
      payload.channel,
      { hello: 'frame' },
      options,
    );
  },
);

export const resolver = definitions.getDefinitions();

export function validator(payload: {
  issue: { key: string };
  configuration?: { verdict?: unknown };
}): unknown {
  if (payload.configuration?.verdict === 'throw') throw new Error('broken');
  return payload.configuration?.verdict ?? { result: false, errorMessage: `Not ${payload.issue.key}` };
}

export async function postFunction(event: Record<string, unknown>): Promise<unknown> {
  const seen = (await kvs.get<unknown[]>('post')) ?? [];
  await kvs.set('post', [...seen, event]);
  return event['again'] === true && seen.length === 0
    ? new InvocationError({ retryAfter: 1, retryReason: 'FUNCTION_RETRY_REQUEST' as never })
    : undefined;
}

export async function trigger(event: { issue: { id: string } }): Promise<void> {
  const count = (await kvs.get<number>(`event:${event.issue.id}`)) ?? 0;
  await kvs.set(`event:${event.issue.id}`, count + 1);
}

export async function sweep(): Promise<void> {
  await kvs.set('swept', await codeOf(async () => await whoAmI(asUser())));
}

export async function staticHook(request: { body: string }): Promise<{ outputKey: string }> {
  await kvs.set('hook', request);
  return { outputKey: request.body === 'wrong' ? 'nothing' : 'accepted' };
}

export function dynamicHook(request: { method: string; userPath: string }): object {
  return { statusCode: 418, headers: { 'x-seen': [request.method, request.userPath] }, body: 'tea' };
}

export async function consumer(event: AsyncEvent): Promise<unknown> {
  const { name, mode, holdMs } = event.body as { name: string; mode?: string; holdMs?: number };
  const tries = ((await kvs.get<number>(`tries:${name}`)) ?? 0) + 1;
  await kvs.set(`tries:${name}`, tries);
  const running = ((await kvs.get<number>('running')) ?? 0) + 1;
  await kvs.set('running', running);
  await kvs.set('most', Math.max((await kvs.get<number>('most')) ?? 0, running));
  if (holdMs !== undefined) await new Promise((resolve) => setTimeout(resolve, holdMs));
  await kvs.set('running', ((await kvs.get<number>('running')) ?? 1) - 1);
  if (mode === 'throw' && tries === 1) throw new Error('once');
  if (mode === 'fail') throw new Error('always');
  if (mode === 'retry' && tries < 3)
    return new InvocationError({
      retryAfter: 10,
      retryReason: 'FUNCTION_RETRY_REQUEST' as never,
      retryData: { tries },
    });
  await kvs.set(`done:${name}`, { tries, retry: event.retryContext ?? null });
  return undefined;
}

export async function slow(): Promise<void> {
  await kvs.set('slow', 'started');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await kvs.set('slow', 'finished');
}
