import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHost, type Host, type HostOptions } from '../../../host/create-host';
import type { Seed } from '../../../host/contract';
import { PortBusyError } from '../../../host/server';
import { buildPanel } from './fixture-panel';
import { appDir, cacheDir } from './fixture-platform';
import { createFixtureSite } from './fixture-site';

const user = (accountId: string, admin = false): Seed['users'][number] => ({
  accountId,
  displayName: accountId,
  email: `${accountId}@example.com`,
  accountType: 'atlassian',
  groups: [],
  admin,
});
const seed: Seed = {
  site: { name: 'fixture', cloudId: 'cloud-1' },
  users: [user('alice'), user('root', true)],
  groups: [],
  project: { key: 'QC', name: 'Query Change', leadAccountId: 'root' },
};

const folder = mkdtempSync(path.join(tmpdir(), 'host-'));
const options: HostOptions = {
  appDir,
  seed,
  cacheDir,
  snapshotFile: path.join(folder, 'state.json'),
  pagesDir: folder,
  createSite: () => ({ ...createFixtureSite().site, apiToken: () => 'right', pinnedPanels: () => [] }),
};

let host: Host;
let cookie: string;

beforeAll(async () => {
  await buildPanel();
  host = await createHost(options);
  const entered = await fetch(host.openUrl, { redirect: 'manual' });
  cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
});
afterAll(async () => {
  await host.close();
  rmSync(folder, { recursive: true });
});

const ask = async (
  method: string,
  at: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> =>
  await fetch(host.url + at, {
    method,
    headers: { cookie, 'x-atlassian-token': 'no-check', ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });

/** `fetch` does not let a test lie about the host. */
async function statusWithHost(name: string): Promise<number | undefined> {
  const { port } = new URL(host.url);
  return await new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, path: '/rest/api/3/myself', headers: { host: name } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    request.on('error', reject).end();
  });
}

const me = async (headers: Record<string, string>): Promise<unknown> =>
  await (await fetch(`${host.url}/rest/api/3/myself`, { headers })).json();

const basic = (token: string): string => `Basic ${Buffer.from(`bob:${token}`).toString('base64')}`;

describe('who gets in', () => {
  it('wants the secret of this start, once, and then a strict cookie', async () => {
    expect((await fetch(`${host.url}/`)).status).toBe(401);
    expect((await fetch(`${host.url}/?secret=guess`)).status).toBe(403);
    const entered = await fetch(host.openUrl, { redirect: 'manual' });
    expect(entered.headers.get('location')).toBe('/');
    expect(entered.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict$/);
    expect((await ask('GET', '/')).status).toBe(200);
  });

  it('refuses foreign hosts, foreign origins, and writes that a foreign form could send', async () => {
    expect(await statusWithHost('evil.example.com')).toBe(421);
    expect(
      (await ask('GET', '/__host/session', undefined, { origin: 'https://evil.example.com' })).status,
    ).toBe(403);
    expect((await ask('GET', '/__host/session', undefined, { origin: host.panelOrigin })).status).toBe(403);
    const form = await fetch(`${host.url}/__host/session`, {
      method: 'POST',
      headers: { cookie },
      body: '{"accountId":"root"}',
    });
    expect(form.status).toBe(403);
    const rest = await fetch(`${host.url}/rest/api/3/issue`, {
      method: 'POST',
      headers: { cookie },
      body: '{}',
    });
    expect([rest.status, await rest.text()]).toEqual([403, 'XSRF check failed']);
  });

  it('knows REST callers by basic auth or by the session, else by nothing', async () => {
    expect(await me({ authorization: basic('right') })).toEqual({ accountId: 'bob' });
    expect(await me({ authorization: basic('wrong'), cookie })).toMatchObject({
      errorMessages: expect.any(Array),
    });
    expect(await me({ cookie })).toEqual({ accountId: 'alice' });
    expect(await me({})).toEqual({ accountId: 'nobody' });
  });

  it('says which port is busy', async () => {
    const port = Number(new URL(host.url).port);
    const start = createHost({ ...options, ports: { site: port } });
    await expect(start).rejects.toThrow(PortBusyError);
    await expect(start).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use`);
  });
});

describe('the API of the pages', () => {
  it('switches the user, and invokes as that user whatever the frame says', async () => {
    const call = {
      moduleKey: 'fixture-panel',
      issue: '7',
      functionKey: 'echo',
      payload: { accountId: 'mallory' },
    };
    const invoke = async (): Promise<unknown> => await (await ask('POST', '/__host/invoke', call)).json();
    expect(await invoke()).toMatchObject({
      ok: true,
      value: { context: { accountId: 'alice', extension: { issue: { id: '7', key: 'QC-7' } } } },
    });
    expect((await ask('POST', '/__host/session', { accountId: 'root' })).status).toBe(204);
    expect(await invoke()).toMatchObject({ value: { context: { accountId: 'root' } } });
    expect((await ask('POST', '/__host/session', { accountId: 'nobody' })).status).toBe(400);
    await ask('POST', '/__host/session', { accountId: 'alice' });
    expect(await (await ask('POST', '/__host/invoke', { ...call, functionKey: 'throw' })).json()).toEqual({
      ok: false,
      message: 'as asked',
    });
  });

  it('hides a panel until somebody adds it', async () => {
    const added = async (): Promise<unknown> => {
      const reply = (await (await ask('GET', '/__host/issues/7/modules')).json()) as {
        modules: { added: boolean; src: string }[];
      };
      expect(reply.modules[0]?.src).toBe(`${host.panelOrigin}/panel/index.html`);
      return reply.modules.map((module) => module.added);
    };
    expect(await added()).toEqual([false]);
    await ask('POST', '/__host/issues/7/panels/fixture-panel');
    expect(await added()).toEqual([true]);
  });

  it('lets only an administrator set a remote', async () => {
    const url = 'http://127.0.0.1:1';
    expect((await ask('PUT', '/__host/remotes/executor', { url })).status).toBe(403);
    await ask('POST', '/__host/session', { accountId: 'root' });
    expect((await ask('PUT', '/__host/remotes/executor', { url })).status).toBe(204);
    await ask('POST', '/__host/session', { accountId: 'alice' });
    expect(await (await ask('GET', '/__host/remotes')).json()).toEqual({ executor: url });
  });

  it('streams realtime events of the issue that the page is on', async () => {
    const stream = await ask('GET', '/__host/realtime');
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (pattern: RegExp): Promise<string> => {
      while (!pattern.test(text)) text += (await reader?.read())?.value ?? '';
      return pattern.exec(text)?.[1] ?? '';
    };
    const id = await until(/"stream":"([^"]+)"/);
    const channel = { moduleKey: 'fixture-panel', issue: '7', channelName: 'news', isGlobal: false };
    expect((await ask('PUT', `/__host/realtime/${id}/1`, channel)).status).toBe(204);
    await host.resolverInvoke('fixture-panel', 'publish', { channel: 'news' }, 'alice', {
      issueIdOrKey: '7',
    });
    expect(await until(/"payload":"(.*?)"\}/)).toContain('hello');
    await reader?.cancel();
  });

  it('shows what it has metered and does not show secrets', async () => {
    await host.platform.invoker.resolver(
      'fixture-panel',
      'kvs',
      { operation: 'setSecret', args: ['key', 'hush'] },
      'alice',
      {},
    );
    const text = await (await ask('GET', '/__host/inspector')).text();
    expect(text).toContain('(secret)');
    expect(text).not.toContain('hush');
  });
});

describe('Custom UI', () => {
  it('serves a resource with the bridge first, the genuine policy, and nothing outside its folder', async () => {
    const page = await fetch(`${host.panelOrigin.replace('localhost', '127.0.0.1')}/panel/index.html`);
    const html = await page.text();
    expect(html.indexOf('/__host/global-bridge.js')).toBeLessThan(html.indexOf('panel.js'));
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`frame-ancestors 'self'`);
    expect(policy).toContain(host.url);
    expect(/script-src ([^;]*)/.exec(policy)?.[1]).not.toMatch(/unsafe|localhost/);
    expect(policy).toMatch(/sandbox .*allow-scripts/);
    const base = host.panelOrigin.replace('localhost', '127.0.0.1');
    expect((await fetch(`${base}/panel/..%2fmanifest.yml`)).status).toBe(404);
    expect((await fetch(`${base}/__host/session`)).status).toBe(404);
    expect(await (await fetch(`${base}/__host/tokens.css`)).text()).toContain('--ds-');
    expect(await (await fetch(`${base}/__host/global-bridge.js`)).text()).toContain('callBridge');
  });
});

describe('a restart', () => {
  it('keeps storage, remotes, panels and web trigger addresses, unless it starts fresh', async () => {
    const hook = new URL(host.webTriggerUrl('static-hook')).pathname;
    await host.resolverInvoke('fixture-panel', 'kvs', { operation: 'set', args: ['kept', 1] }, 'alice');
    await host.close();
    host = await createHost(options);
    const kept = async (): Promise<unknown> =>
      await host.resolverInvoke('fixture-panel', 'kvs', { operation: 'get', args: ['kept'] }, 'alice');
    expect(await kept()).toMatchObject({ result: 1 });
    expect(new URL(host.webTriggerUrl('static-hook')).pathname).toBe(hook);
    expect(host.platform.remotes.url('executor')).toBe('http://127.0.0.1:1');
    const reply = await fetch(host.webTriggerUrl('static-hook'), { method: 'POST', body: 'x' });
    expect(reply.status).toBe(202);
    await host.close();
    host = await createHost({ ...options, fresh: true });
    expect(await kept()).toMatchObject({ result: null });
  });
});
