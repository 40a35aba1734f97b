import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { sha256Hex } from '#core/hash';
import { PrivateJwk } from '#core/protocol/jwk';
import { signCompact } from '#core/protocol/jws';
import { requestHeader, requestTyp } from '#core/protocol/request';
import { orderContentType, paths } from '#core/protocol/transport';
import { Settings } from '#core/settings/settings';
import type { TestSite } from './local-site';

/** What a test found in the app's storage, parsed. */
export function stored(site: TestSite, space: string, key: string): unknown {
  const record = site.host.platform.kvs.get(space, key);
  return record && (JSON.parse(record.value) as unknown);
}

/** The app's settings as stored. */
export function settingsOf(site: TestSite): Settings {
  return v.parse(v.object({ settings: Settings }), stored(site, 'entity/settings', 'settings')).settings;
}

/** The app's signing key, as a thief of its storage would have it. */
export function appKey(site: TestSite): PrivateJwk {
  return v.parse(PrivateJwk, stored(site, 'secret', 'signing-key'));
}

/** Sends a compact order to the executor, past the app. */
export async function sendOrder(
  site: TestSite,
  order: string | null,
): Promise<{ status: number; body: unknown }> {
  const body = order ?? '';
  const iat = Math.floor(site.clock.now() / 1000);
  const { installation } = settingsOf(site);
  const claims = {
    iss: installation,
    aud: site.executor().executorId,
    jti: randomUUID(),
    iat,
    exp: iat + 60,
    method: 'POST',
    path: paths.orders,
    bodySha256: await sha256Hex(body),
  };
  const response = await fetch(site.executor().url + paths.orders, {
    method: 'POST',
    headers: {
      [requestHeader]: await signCompact(claims, requestTyp, appKey(site)),
      'content-type': orderContentType,
    },
    body,
  });
  return { status: response.status, body: await response.json() };
}

/** Dispatch records of an issue that the sweep would still look at. */
export function openExecutions(site: TestSite, issueId: string): unknown[] {
  const Record = v.object({ issueId: v.string(), open: v.boolean() });
  return site.host.platform.kvs
    .view('entity/execution')
    .map(([, { value }]) => v.parse(v.looseObject(Record.entries), JSON.parse(value)))
    .filter((record) => record.issueId === issueId && record.open);
}

/** Makes the web trigger unreachable; answers how to bring it back. */
export function refuseReceipts(site: TestSite): () => void {
  const { webTriggers } = site.host.platform;
  const serve = webTriggers.serve.bind(webTriggers);
  webTriggers.serve = async () => new Response('', { status: 503 });
  return () => {
    webTriggers.serve = serve;
  };
}

/** Makes every push into a queue fail; answers how to bring it back. */
export function failQueuePushes(site: TestSite): () => void {
  const { queues } = site.host.platform;
  const publish = queues.publish.bind(queues);
  queues.publish = () => Response.json({ message: 'Service unavailable' }, { status: 503 });
  return () => {
    queues.publish = publish;
  };
}

/** Holds every push into a queue back; answers what delivers them, once each time it is called. */
export function holdQueuePushes(site: TestSite): () => void {
  const { queues } = site.host.platform;
  const publish = queues.publish.bind(queues);
  const held: Parameters<typeof publish>[] = [];
  queues.publish = (...push) => {
    held.push(push);
    return new Response(null, { status: 201 });
  };
  return () => {
    queues.publish = publish;
    for (const push of held) publish(...push);
  };
}

/** Posts a delivery to the app's web trigger, as an executor or anybody else may. */
export async function deliver(site: TestSite, delivery: unknown): Promise<number> {
  const response = await fetch(site.host.webTriggerUrl('receipt'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof delivery === 'string' ? delivery : JSON.stringify(delivery),
  });
  await response.arrayBuffer();
  return response.status;
}
