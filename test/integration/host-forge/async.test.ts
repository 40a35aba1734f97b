import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GATEWAY_COVERAGE } from '../../../host/forge/coverage';
import { startFixture, type Fixture } from './fixture-platform';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(async () => await fixture.platform.close());
beforeEach(() => fixture.platform.clear());

const read = async (key: string): Promise<unknown> =>
  ((await fixture.call('kvs', { operation: 'get', args: [key] })) as { result: unknown }).result;
const push = async (...events: unknown[]): Promise<{ code: string; jobId: string }> =>
  (await fixture.call('push', { events })) as { code: string; jobId: string };

const held = (name: string): object => ({
  body: { name, holdMs: 30 },
  concurrency: { key: 'one', limit: 1 },
});

describe('queue', () => {
  it('delivers at once, or after the delay', async () => {
    const { jobId } = await push({ body: { name: 'now' } }, { body: { name: 'later' }, delayInSeconds: 60 });
    await fixture.platform.idle();
    expect([await read('done:now'), await read('done:later')]).toEqual([{ tries: 1, retry: null }, null]);
    expect(await fixture.call('job', { jobId })).toEqual({ success: 1, inProgress: 1, failed: 0 });
    fixture.clock.advance(60_000);
    await fixture.platform.idle();
    expect(await read('done:later')).toEqual({ tries: 1, retry: null });
  });

  it('tries again when the consumer returns an InvocationError, with its retry context', async () => {
    await push({ body: { name: 'again', mode: 'retry' } });
    await fixture.platform.idle();
    fixture.clock.advance(9999);
    await fixture.platform.idle();
    expect(await read('tries:again')).toBe(1);
    fixture.clock.advance(1);
    await fixture.platform.idle();
    fixture.clock.advance(10_000);
    await fixture.platform.idle();
    expect(await read('done:again')).toEqual({
      tries: 3,
      retry: { retryCount: 2, retryReason: 'FUNCTION_RETRY_REQUEST', retryData: { tries: 2 } },
    });
  });

  it('tries again with back-off when the consumer throws, and gives up after four retries', async () => {
    const { jobId } = await push(
      { body: { name: 'bad', mode: 'fail' } },
      { body: { name: 'shaky', mode: 'throw' } },
    );
    for (const seconds of [0, 1, 2, 4, 8, 16]) {
      fixture.clock.advance(seconds * 1000);
      await fixture.platform.idle();
    }
    expect([await read('tries:bad'), await read('done:shaky')]).toMatchObject([5, { tries: 2 }]);
    expect(await fixture.call('job', { jobId })).toEqual({ success: 1, inProgress: 0, failed: 1 });
  });

  it('runs at most as many events of one concurrency key as the limit says', async () => {
    await push(held('c1'), held('c2'), held('c3'));
    await fixture.platform.idle();
    expect(await read('most')).toBe(1);
    expect(await read('done:c3')).not.toBeNull();
  });

  it('cancels what has not started', async () => {
    const { jobId } = await push({ body: { name: 'never' }, delayInSeconds: 5 });
    await fixture.call('job', { jobId, cancel: true });
    fixture.clock.advance(6000);
    await fixture.platform.idle();
    expect(await read('tries:never')).toBeNull();
  });

  it('refuses more than 50 events and more than 200 KB', async () => {
    expect((await push(...Array.from({ length: 51 }, () => ({ body: {} })))).code).toMatch(/maximum|50/i);
    expect((await push({ body: { name: 'x'.repeat(201 * 1024) } })).code).toMatch(/200/);
  });
});

const hook = async (key: string): Promise<{ url: string; again: string; known: unknown }> =>
  (await fixture.call('hook', { key })) as { url: string; again: string; known: unknown };

describe('web triggers', () => {
  it('has stable URLs and answers with a static output', async () => {
    const { url, again, known } = await hook('static-hook');
    expect(url).toMatch(/\/public\/[0-9a-f-]{36}$/);
    expect(again).toBe(url);
    expect(known).toEqual([{ moduleKey: 'static-hook', url }]);
    const reply = await fixture.platform.webTriggers.serve(
      new Request(`${url}?a=1&a=2`, { method: 'POST', body: 'hello', headers: { 'x-mine': 'yes' } }),
    );
    expect([reply.status, await reply.text()]).toEqual([202, 'accepted']);
    expect(await read('hook')).toMatchObject({
      method: 'POST',
      body: 'hello',
      headers: { 'x-mine': ['yes'] },
      queryParameters: { a: ['1', '2'] },
    });
    const wrong = await fixture.platform.webTriggers.serve(
      new Request(url, { method: 'POST', body: 'wrong' }),
    );
    expect(wrong.status).toBe(500);
  });

  it('answers dynamically, until the URL is deleted', async () => {
    const { url } = await hook('dynamic-hook');
    const reply = await fixture.platform.webTriggers.serve(new Request(`${url}/sub/path`));
    expect([reply.status, reply.headers.get('x-seen'), await reply.text()]).toEqual([
      418,
      'GET, /sub/path',
      'tea',
    ]);
    expect(await fixture.call('unhook', { url })).toBe('ok');
    expect((await fixture.platform.webTriggers.serve(new Request(url))).status).toBe(404);
  });
});

const listen = (extension: Record<string, unknown>, isGlobal = false): unknown[] => {
  const heard: unknown[] = [];
  fixture.platform.realtime.subscribe({ channelName: 'news', isGlobal, extension }, ({ payload }) =>
    heard.push(JSON.parse(payload)),
  );
  return heard;
};

describe('realtime', () => {
  it('reaches the same context only, and everybody when global', async () => {
    const same = listen({ issue: { id: '7' } });
    const other = listen({ issue: { id: '8' } });
    const everybody = listen({}, true);
    expect(await fixture.call('publish', { channel: 'news' })).toMatchObject({ eventId: expect.any(String) });
    expect([same, other, everybody]).toEqual([[{ hello: 'frame' }], [], []]);
    await fixture.call('publish', { channel: 'news', global: true });
    expect(everybody).toEqual([{ hello: 'frame' }]);
  });

  it('binds signed channels to their claims', async () => {
    const unsigned = listen({ issue: { id: '7' } });
    const { jwt } = fixture.platform.realtime.sign('news', { room: 1 }, undefined);
    const signed: unknown[] = [];
    fixture.platform.realtime.subscribe(
      { channelName: 'news', isGlobal: false, extension: { issue: { id: '7' } }, token: jwt },
      (event) => signed.push(event),
    );
    // The SDK checks the token's expiry against the real time, so the clock must not be behind it.
    fixture.clock.advance(Math.max(0, Date.now() - fixture.clock.now()));
    expect(await fixture.call('publish', { channel: 'news', signed: true })).toMatchObject({
      eventId: expect.any(String),
    });
    expect([unsigned.length, signed.length]).toEqual([0, 1]);
    const forged = `${jwt.slice(0, -3)}AAA`;
    expect(() =>
      fixture.platform.realtime.subscribe(
        { channelName: 'news', isGlobal: true, extension: {}, token: forged },
        () => undefined,
      ),
    ).toThrow('INVALID_TOKEN');
  });
});

describe('coverage', () => {
  it('lists exactly what the gateway models', () => {
    expect([...fixture.platform.gateway.routes].sort()).toEqual(Object.keys(GATEWAY_COVERAGE).sort());
  });
});
