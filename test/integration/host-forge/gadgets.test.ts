import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Seed } from '../../../host/contract';
import { createHost, type Host, type HostOptions } from '../../../host/create-host';
import { temporaryFolder, type TemporaryFolder } from '../../../scripts/local/temporary-folder';
import { buildPanel } from './fixture-panel';
import { appDir, cacheDir } from './fixture-platform';

const user = (accountId: string): Seed['users'][number] => ({
  accountId,
  displayName: accountId,
  email: `${accountId}@example.com`,
  accountType: 'atlassian',
  groups: [],
});
const seed: Seed = {
  site: { name: 'fixture', cloudId: 'cloud-1' },
  users: [user('alice'), user('bob')],
  groups: [],
  project: { key: 'QC', name: 'Query Change', leadAccountId: 'alice' },
};

let folder: TemporaryFolder;
let options: HostOptions;
let host: Host;
let cookie: string;

async function enter(): Promise<void> {
  const entered = await fetch(host.openUrl, { redirect: 'manual' });
  cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
}

beforeAll(async () => {
  folder = await temporaryFolder('gadgets');
  options = { appDir, seed, cacheDir, snapshotFile: path.join(folder.path, 'state.json') };
  await buildPanel();
  host = await createHost(options);
  await enter();
});
afterAll(async () => {
  await host.close();
  await folder.remove();
});

const ask = async (method: string, at: string, body?: unknown): Promise<Response> =>
  await fetch(host.url + at, {
    method,
    headers: { cookie, 'x-atlassian-token': 'no-check', 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
const json = async (answer: Promise<Response>): Promise<Record<string, unknown>> =>
  (await (await answer).json()) as Record<string, unknown>;
const become = async (accountId: string): Promise<void> => {
  expect((await ask('POST', '/__host/session', { accountId })).status).toBe(204);
};

async function dashboard(sharePermissions: object[]): Promise<string> {
  const body = { name: `Dashboard ${sharePermissions.length}`, sharePermissions, editPermissions: [] };
  return String((await json(ask('POST', '/rest/api/3/dashboard', body)))['id']);
}
async function gadgetOn(id: string): Promise<string> {
  const placed = await json(ask('POST', `/__host/dashboards/${id}/gadgets`, { moduleKey: 'fixture-gadget' }));
  return String(placed['id']);
}
const placeOf = (id: string, gadget: string, entry = 'view'): string =>
  `dashboard=${id}&gadget=${gadget}&entry=${entry}`;
const context = async (query: string): Promise<Response> =>
  await ask('GET', `/__host/frames/fixture-gadget/context?${query}`);
const save = async (query: string, configuration: unknown): Promise<number> =>
  (await ask('PUT', `/__host/frames/fixture-gadget/configuration?${query}`, configuration)).status;

describe('a gadget of the app', () => {
  it('knows its dashboard, its own id and what was saved, each read as the viewer', async () => {
    const id = await dashboard([{ type: 'authenticated' }]);
    const gadget = await gadgetOn(id);
    const other = await gadgetOn(id);
    const fresh = await json(context(placeOf(id, gadget)));
    expect(fresh['extension']).toEqual({
      type: 'jira:dashboardGadget',
      entryPoint: 'view',
      dashboard: { id },
      gadget: { id: gadget },
    });
    expect(await save(placeOf(id, gadget), { project: 'QC', days: 30 })).toBe(204);
    const edited = await json(context(placeOf(id, gadget, 'edit')));
    expect(edited['extension']).toMatchObject({
      entryPoint: 'edit',
      gadgetConfiguration: { project: 'QC', days: 30 },
    });
    const beside = await json(context(placeOf(id, other)));
    expect(beside['extension']).not.toHaveProperty('gadgetConfiguration');
    expect(beside['localId']).not.toBe(fresh['localId']);

    const call = { moduleKey: 'fixture-gadget', dashboard: id, gadget, functionKey: 'echo', payload: {} };
    expect(await json(ask('POST', '/__host/invoke', call))).toMatchObject({
      ok: true,
      value: { context: { extension: { gadget: { id: gadget }, gadgetConfiguration: { days: 30 } } } },
    });
  });

  it.each([
    ['no place', ''],
    ['no gadget', 'dashboard=10000'],
    ['a dashboard that is not there', 'dashboard=99999&gadget=1'],
    ['a dashboard with another name', 'dashboard=..%2F..%2Fmyself&gadget=1'],
  ])('is not shown at %s', async (_, query) => {
    expect((await context(query)).status).toBe(404);
  });

  it('is configured only by those who may edit, and is hidden with its dashboard', async () => {
    const id = await dashboard([{ type: 'global' }, { type: 'authenticated' }]);
    const hidden = await dashboard([]);
    const [gadget, secret] = [await gadgetOn(id), await gadgetOn(hidden)];
    expect((await context(placeOf(id, secret))).status).toBe(404);
    expect(await save(placeOf(id, gadget), 'text')).toBe(400);
    await become('bob');
    expect((await context(placeOf(id, gadget))).status).toBe(200);
    expect((await context(placeOf(id, gadget, 'edit'))).status).toBe(404);
    expect(await save(placeOf(id, gadget), { stolen: true })).toBe(404);
    expect((await context(placeOf(hidden, secret))).status).toBe(404);
    expect((await ask('POST', `/__host/dashboards/${id}/gadgets`, { moduleKey: 'fixture-gadget' })).ok).toBe(
      false,
    );
    await become('alice');
    expect(await save(placeOf(hidden, secret), { mine: true })).toBe(204);
  });

  it('is offered with its edit view, and added where REST knows no Forge gadgets', async () => {
    const { modules } = await json(ask('GET', '/__host/gadgets'));
    const src = `${host.panelOrigin}/panel/index.html`;
    expect(modules).toMatchObject([
      { key: 'fixture-gadget', description: 'Sits on a dashboard', src, edit: { src } },
    ]);
    host.faults.refuseForgeGadgets = true;
    const id = await dashboard([{ type: 'authenticated' }, { type: 'authenticated' }, { type: 'global' }]);
    const gadget = await gadgetOn(id);
    host.faults.refuseForgeGadgets = false;
    expect((await context(placeOf(id, gadget))).status).toBe(200);
  });

  it('keeps its configuration over a restart, and a reset forgets it', async () => {
    const found = await json(ask('GET', '/rest/api/3/dashboard/search?dashboardName=Dashboard%201'));
    const [{ id }] = found['values'] as [{ id: string }];
    const { gadgets } = await json(ask('GET', `/rest/api/3/dashboard/${id}/gadget`));
    const configured = async (): Promise<unknown[]> =>
      await Promise.all(
        (gadgets as { id: number }[]).map(async (gadget) => {
          const answer = await json(context(placeOf(id, String(gadget.id))));
          return (answer['extension'] as Record<string, unknown>)['gadgetConfiguration'];
        }),
      );
    expect(await configured()).toContainEqual({ project: 'QC', days: 30 });
    await host.close();
    host = await createHost(options);
    await enter();
    expect(await configured()).toContainEqual({ project: 'QC', days: 30 });
    host.reset();
    expect((await context(placeOf(id, '1'))).status).toBe(404);
    // Ids begin again after a reset.
    const again = await dashboard([]);
    const first = await gadgetOn(again);
    expect((gadgets as { id: number }[]).map((gadget) => String(gadget.id))).toContain(first);
    const answer = await json(context(placeOf(again, first)));
    expect(answer['extension']).not.toHaveProperty('gadgetConfiguration');
  });
});

describe('customer-managed remotes over the bridge', () => {
  const get = async (payload: unknown): Promise<unknown> =>
    await json(ask('POST', '/__host/permissions/remotes/get', payload));

  it('are answered in pages and by key', async () => {
    const none = { key: 'executor', configured: { endpoint: null } };
    expect(await get({})).toEqual({ results: [none] });
    expect(await get({ keys: ['other'] })).toEqual({ results: [] });
    expect(await get({ nextPageToken: 'executor' })).toEqual({ results: [] });
    host.setRemote('executor', 'https://db.example.com/');
    const set = { key: 'executor', configured: { endpoint: 'https://db.example.com' } };
    expect(await get({ pageSize: 1 })).toEqual({ results: [set] });
  });

  it('are set by administrators only', async () => {
    const call = { remotes: [{ key: 'executor', configured: { endpoint: null } }] };
    for (const method of ['POST', 'PUT'])
      expect((await ask(method, '/__host/permissions/remotes', call)).status).toBe(403);
    expect(host.platform.remotes.url('executor')).toBe('https://db.example.com');
  });
});
