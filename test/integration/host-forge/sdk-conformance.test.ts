import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startFixture, type Fixture } from './fixture-platform';

let fixture: Fixture;
let server: Server;
const requests: { url: string | undefined; authorization: string | undefined }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push({ url: request.url, authorization: request.headers.authorization });
    response.setHeader('content-type', 'application/json').end('{"ok":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  fixture = await startFixture({ 'https://allowed.example.com': `http://127.0.0.1:${port}` });
});

afterAll(async () => {
  await fixture.platform.close();
  server.close();
});

describe('resolver', () => {
  it('gets payload and context, and never an account from the payload', async () => {
    const result = await fixture.call('echo', { accountId: 'mallory' }, 'alice', {
      issue: { id: '7' },
      type: 'x',
    });
    expect(result).toMatchObject({
      payload: { accountId: 'mallory' },
      context: {
        accountId: 'alice',
        moduleKey: 'fixture-panel',
        cloudId: 'cloud-1',
        extension: { issue: { id: '7' } },
      },
    });
  });

  it('rejects with the message of what it throws', async () => {
    await expect(fixture.call('throw')).rejects.toMatchObject({
      errorType: 'RangeError',
      message: 'as asked',
    });
  });

  it('does not mix identities of 50 parallel invocations', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `user-${index}`);
    const replies = await Promise.all(
      names.map(async (name, index) => await fixture.call('whoami', { pauseMs: (index * 7) % 20 }, name)),
    );
    const app = fixture.platform.installation.accountId;
    expect(replies).toEqual(names.map((user) => ({ user, app, context: 'fixture-panel' })));
  });

  it('refuses asUser(accountId) without declared impersonation, and asUser without a user', async () => {
    await expect(fixture.call('impersonate')).resolves.toMatch(/NEEDS_AUTHENTICATION_ERR/);
    await fixture.platform.runSchedule('sweep');
    const { result } = (await fixture.call('kvs', { operation: 'get', args: ['swept'] })) as {
      result: string;
    };
    expect(result).toMatch(/NEEDS_AUTHENTICATION_ERR/);
  });

  it('sees only declared variables', async () => {
    await expect(fixture.call('env')).resolves.toEqual({ GREETING: 'hello' });
  });

  it('keeps at most 100 log lines of an invocation', async () => {
    fixture.log.clear();
    await fixture.call('log');
    expect(fixture.log.lines()).toHaveLength(100);
    expect(fixture.log.lines()[3]).toMatchObject({
      source: 'app',
      functionKey: 'fn-resolver',
      text: 'line 3',
    });
  });

  it('shows ids as ARIs and the time that remains', async () => {
    const context = (await fixture.call('context')) as { appAri: string; remaining: number };
    expect(context.appAri).toBe('ari:cloud:ecosystem::app/11111111-2222-3333-4444-555555555555');
    expect(context.remaining).toBeGreaterThan(20_000);
  });
});

describe('workflow rules', () => {
  const { validate } = {
    validate: async (verdict: unknown) =>
      await fixture.platform.app.validate('fixture-validator', {
        issue: { key: 'QC-1' },
        configuration: { verdict },
      }),
  };

  it('asks the validator without a user', async () => {
    await expect(validate(undefined)).resolves.toEqual({ result: false, errorMessage: 'Not QC-1' });
    await expect(validate({ result: true })).resolves.toEqual({ result: true });
  });

  it('rejects when the validator throws or returns no verdict', async () => {
    await expect(validate('throw')).rejects.toThrow('broken');
    await expect(validate('yes')).rejects.toThrow('{ result: boolean }');
  });

  it('delivers a post-function event again when it asks for it', async () => {
    fixture.platform.app.postFunction('fixture-post', { again: true, transition: { executionId: 'x' } });
    await fixture.platform.idle();
    fixture.clock.advance(1000);
    await fixture.platform.idle();
    const { result } = (await fixture.call('kvs', { operation: 'get', args: ['post'] })) as {
      result: object[];
    };
    expect(result).toHaveLength(2);
    expect(result[1]).toMatchObject({
      transition: { executionId: 'x' },
      retryContext: { retryCount: 1 },
      context: { moduleKey: 'fixture-post' },
    });
  });
});

const count = async (id: string): Promise<unknown> =>
  ((await fixture.call('kvs', { operation: 'get', args: [`event:${id}`] })) as { result: unknown }).result;

describe('product events', () => {
  it('leaves out the events of the app itself, and delivers copies and late ones on demand', async () => {
    const { app, installation } = fixture.platform;
    app.productEvent('avi:jira:updated:issue', { issue: { id: '1' }, atlassianId: installation.accountId });
    app.productEvent('avi:jira:deleted:issue', { issue: { id: '1' }, atlassianId: 'alice' });
    Object.assign(fixture.faults.events, { delayMs: 5000, copies: 2 });
    app.productEvent('avi:jira:updated:issue', { issue: { id: '2' }, atlassianId: 'alice' });
    Object.assign(fixture.faults.events, { delayMs: 0, copies: 1 });
    await fixture.platform.idle();
    expect([await count('1'), await count('2')]).toEqual([null, null]);
    fixture.clock.advance(5000);
    await fixture.platform.idle();
    expect(await count('2')).not.toBeNull();
  });
});

describe('outbound', () => {
  it('refuses what the manifest does not name and maps what it does', async () => {
    await expect(fixture.call('egress', { url: 'https://other.example.com/x' })).resolves.toMatchObject({
      code: expect.stringMatching(/^REQUEST_EGRESS_ALLOWLIST_ERR: URL not included/),
    });
    await expect(fixture.call('egress', { url: 'http://allowed.example.com/' })).resolves.toMatchObject({
      code: expect.stringMatching(/^REQUEST_EGRESS/),
    });
    await expect(fixture.call('egress', { url: 'https://allowed.example.com/path?q=1' })).resolves.toEqual({
      code: 'ok',
      body: { ok: true },
    });
    expect(requests.at(-1)?.url).toBe('/path?q=1');
  });

  it('calls a customer-managed remote with a signed invocation token', async () => {
    const { port } = server.address() as AddressInfo;
    await expect(fixture.call('remote', { key: 'executor', path: '/v1/orders' })).resolves.toMatchObject({
      code: expect.stringMatching(/INVALID_REMOTE_ERR/),
    });
    expect(() => fixture.platform.remotes.set('executor', 'http://executor.example.com')).toThrow('https');
    fixture.platform.remotes.set('executor', `http://127.0.0.1:${port}/base`);
    await expect(fixture.call('remote', { key: 'executor', path: '/v1/orders' })).resolves.toEqual({
      code: 'ok',
      body: { status: 200, body: { ok: true } },
    });
    expect(requests.at(-1)?.url).toBe('/base/v1/orders');
    const { createLocalJWKSet, jwtVerify } = await import('jose');
    const token = requests.at(-1)?.authorization?.replace('Bearer ', '') ?? '';
    const { payload } = await jwtVerify(token, createLocalJWKSet(await fixture.platform.remotes.jwks()), {
      issuer: 'forge/invocation-token',
      currentDate: new Date(fixture.clock.now()),
    });
    expect(payload).toMatchObject({
      aud: 'ari:cloud:ecosystem::app/11111111-2222-3333-4444-555555555555',
      principal: 'user-1',
    });
  });

  it('names what it does not model', async () => {
    await expect(fixture.call('unmodelled')).resolves.toMatch(/EMULATOR_NOT_MODELLED/);
    expect(fixture.platform.gateway.unmodelled().at(-1)).toMatch(
      /\/wiki\/rest\/api\/space.*remote=confluence/,
    );
  });
});

describe('limits', () => {
  it('ends a function that runs too long; nothing it does afterwards counts', async () => {
    await expect(fixture.platform.invoker.raw('slow', [])).rejects.toMatchObject({
      errorType: 'FUNCTION_TIME_OUT',
    });
    await new Promise((resolve) => setTimeout(resolve, 700));
    await expect(fixture.call('kvs', { operation: 'get', args: ['slow'] })).resolves.toMatchObject({
      result: 'started',
    });
  });

  it('ends a function that never yields, and serves the next one', async () => {
    await expect(fixture.platform.invoker.raw('spin', [])).rejects.toMatchObject({
      errorType: 'FUNCTION_TIME_OUT',
    });
    await expect(fixture.call('echo', { n: 1 })).resolves.toMatchObject({ payload: { n: 1 } });
  });

  it('meters invocations by memory and time', async () => {
    const mark = fixture.meter.mark();
    await fixture.call('whoami', { pauseMs: 20 });
    const used = fixture.meter.since(mark);
    expect(used.invocations).toBe(1);
    expect(used.gbSeconds).toBeCloseTo((used.invocationMs / 1000) * 0.25, 8);
    expect(used.invocationMs).toBeGreaterThanOrEqual(19);
  });
});
