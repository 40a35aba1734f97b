import { ARI, must } from './provision';
import { testApp, testSite, type TestSite } from './site';

const GADGETS = { 'jira:dashboardGadget': [{ key: 'compliance', title: 'Compliance' }] };
const FILTER_RESULTS =
  'rest/gadgets/1.0/g/com.atlassian.jira.gadgets:filter-results-gadget/gadgets/filter-results-gadget.xml';

const plain = (name: string, more: object = {}) => ({
  name,
  sharePermissions: [],
  editPermissions: [],
  ...more,
});

async function dashboard(t: TestSite, who: string, body: object): Promise<string> {
  return String((await must(t, who, 'POST', '/dashboard', body)).body.id);
}

async function layout(t: TestSite, id: string): Promise<[title: string, column: number, row: number][]> {
  const { gadgets } = (await must(t, 'dana', 'GET', `/dashboard/${id}/gadget`)).body;
  return gadgets.map((g: { title: string; position: { row: number; column: number } }) => [
    g.title,
    g.position.column,
    g.position.row,
  ]);
}

async function add(t: TestSite, id: string, title: string, position?: object): Promise<number> {
  const body = { uri: FILTER_RESULTS, title, ...(position ? { position } : {}) };
  return Number((await must(t, 'dana', 'POST', `/dashboard/${id}/gadget`, body)).body.id);
}

/** Status of a reading of the dashboard, and whether that person may change it. */
async function access(t: TestSite, id: string, who: string): Promise<[status: number, writable?: boolean]> {
  const reply = await t.as(who, 'GET', `/dashboard/${id}`);
  return reply.status === 200 ? [200, Boolean(reply.body.isWritable)] : [reply.status];
}

describe('dashboards', () => {
  test('a private dashboard belongs to its owner; names are unique for each', async () => {
    const t = testSite();
    const made = await must(t, 'dana', 'POST', '/dashboard', plain('Mine', { description: 'x' }));
    expect(made.body).toMatchObject({
      name: 'Mine',
      description: 'x',
      owner: { accountId: 'id-dana' },
      isWritable: true,
      systemDashboard: false,
      sharePermissions: [],
    });
    const { id } = made.body;
    expect(await access(t, id, 'ana')).toEqual([404]);
    expect(await access(t, id, 'admin')).toEqual([404]);
    expect(await access(t, id, 'anonymous')).toEqual([404]);
    expect((await t.as('dana', 'POST', '/dashboard', plain('mine'))).status).toBe(400);
    expect((await t.as('dana', 'POST', '/dashboard', { name: 'No shares' })).status).toBe(400);
    expect((await t.as('anonymous', 'POST', '/dashboard', plain('X'))).status).toBe(401);
    await must(t, 'ana', 'POST', '/dashboard', plain('Mine'));
    expect((await t.as('ana', 'DELETE', `/dashboard/${id}`)).status).toBe(404);
    expect((await t.as('ana', 'PUT', `/dashboard/${id}`, plain('Theirs'))).status).toBe(404);
    // An administrator reaches it only with the permissions extended.
    expect((await t.as('admin', 'PUT', `/dashboard/${id}`, plain('Theirs'))).status).toBe(404);
    const extended = `/dashboard/${id}?extendAdminPermissions=true`;
    expect((await must(t, 'admin', 'PUT', extended, plain('Renamed'))).body).toMatchObject({
      name: 'Renamed',
      owner: { accountId: 'id-dana' },
    });
    expect((await t.as('ana', 'PUT', extended, plain('Theirs'))).status).toBe(404);
    expect((await t.as('dana', 'DELETE', `/dashboard/${id}`)).status).toBe(204);
    expect(await access(t, id, 'dana')).toEqual([404]);
  });

  test('shares of every type decide who sees and who edits', async () => {
    const t = testSite();
    const groups = (await must(t, 'admin', 'GET', '/group/bulk?groupName=dba&groupName=dev')).body.values;
    const groupId = (name: string) => groups.find((g: { name: string }) => g.name === name).groupId;
    const seenBy = async (share: object, owner = 'dana') => {
      const id = await dashboard(t, owner, plain(JSON.stringify(share), { sharePermissions: [share] }));
      const people = ['ana', 'ben', 'admin', 'anonymous'];
      const seen = await Promise.all(people.map(async (who) => await access(t, id, who)));
      return people.filter((_, at) => seen[at]?.[0] === 200);
    };
    expect(await seenBy({ type: 'global' })).toEqual(['ana', 'ben', 'admin', 'anonymous']);
    expect(await seenBy({ type: 'authenticated' })).toEqual(['ana', 'ben', 'admin']);
    expect(await seenBy({ type: 'group', group: { groupId: groupId('dba') } }, 'ana')).toEqual([
      'ana',
      'ben',
    ]);
    expect(await seenBy({ type: 'group', group: { name: 'dev' } })).toEqual([]);
    expect(await seenBy({ type: 'user', user: { accountId: 'id-ben' } })).toEqual(['ben']);
    expect(await seenBy({ type: 'project', project: { id: '10000' } })).toEqual(['ana', 'ben', 'admin']);
    const admins = { type: 'project', project: { id: '10000' }, role: { id: '10002' } };
    expect(await seenBy(admins, 'admin')).toEqual(['admin']);

    for (const share of [
      { type: 'group', group: { name: 'dba' } },
      { type: 'group', group: { name: 'nobody' } },
      { type: 'project', project: { id: '99' } },
      { type: 'user', user: { accountId: 'id-nobody' } },
      admins,
    ]) {
      const reply = await t.as('dana', 'POST', '/dashboard', plain('Bad', { sharePermissions: [share] }));
      expect([reply.status, reply.body.errorMessages.length]).toEqual([400, 1]);
    }

    const id = await dashboard(t, 'dana', {
      name: 'Team',
      sharePermissions: [{ type: 'group', group: { name: 'dev' } }],
      editPermissions: [{ type: 'user', user: { accountId: 'id-ben' } }],
    });
    expect(await access(t, id, 'ben')).toEqual([200, true]);
    expect(await access(t, id, 'ana')).toEqual([404]);
    expect((await must(t, 'ben', 'GET', `/dashboard/${id}`)).body).toMatchObject({
      sharePermissions: [{ type: 'group', group: { name: 'dev', groupId: groupId('dev') } }],
      editPermissions: [{ type: 'user', user: { accountId: 'id-ben', displayName: 'Ben Test' } }],
    });
    const update = { name: 'Team', sharePermissions: [{ type: 'authenticated' }], editPermissions: [] };
    expect((await must(t, 'ben', 'PUT', `/dashboard/${id}`, update)).body.isWritable).toBe(false);
    expect(await access(t, id, 'ana')).toEqual([200, false]);
    expect((await t.as('ana', 'DELETE', `/dashboard/${id}`)).status).toBe(400);
  });

  test('lists, searches, and the system dashboard', async () => {
    const t = testSite();
    await dashboard(t, 'dana', plain('Bravo', { sharePermissions: [{ type: 'authenticated' }] }));
    await dashboard(t, 'dana', plain('Alpha'));
    const names = (body: { name: string }[]) => body.map(({ name }) => name);
    expect(names((await must(t, 'dana', 'GET', '/dashboard')).body.dashboards)).toEqual([
      'System Dashboard',
      'Bravo',
      'Alpha',
    ]);
    const paged = (await must(t, 'dana', 'GET', '/dashboard?maxResults=1&startAt=1')).body;
    expect(paged).toMatchObject({
      total: 3,
      prev: expect.stringContaining('startAt=0'),
      next: expect.stringContaining('startAt=2'),
    });
    expect(names((await must(t, 'dana', 'GET', '/dashboard?filter=my')).body.dashboards)).toHaveLength(2);
    expect((await must(t, 'dana', 'GET', '/dashboard?filter=favourite')).body.total).toBe(0);
    expect(names((await must(t, 'ana', 'GET', '/dashboard/search')).body.values)).toEqual([
      'Bravo',
      'System Dashboard',
    ]);
    expect(names((await must(t, 'anonymous', 'GET', '/dashboard/search')).body.values)).toEqual([
      'System Dashboard',
    ]);
    const found = await must(
      t,
      'dana',
      'GET',
      '/dashboard/search?dashboardName=A&accountId=id-dana&orderBy=-name&expand=owner,sharePermissions',
    );
    expect(found.body.values).toMatchObject([
      { name: 'Bravo', owner: { accountId: 'id-dana' }, sharePermissions: [{ type: 'loggedin' }] },
      { name: 'Alpha' },
    ]);
    expect(found.body.values[0]).not.toHaveProperty('description');
    for (const bad of ['expand=nope', 'orderBy=nope', 'groupId=x&groupname=y'])
      expect((await t.as('dana', 'GET', `/dashboard/search?${bad}`)).status).toBe(400);
    expect(await access(t, '10000', 'dana')).toEqual([200, false]);
    expect(await access(t, '10000', 'admin')).toEqual([200, true]);
    expect((await t.as('admin', 'DELETE', '/dashboard/10000')).status).toBe(400);
  });

  test('gadgets have places: others move down and up', async () => {
    const t = testSite();
    const id = await dashboard(t, 'dana', plain('Board', { sharePermissions: [{ type: 'global' }] }));
    const a = await add(t, id, 'A');
    await add(t, id, 'B');
    const c = await add(t, id, 'C', { column: 0, row: 1 });
    await add(t, id, 'D', { column: 1, row: 0 });
    expect(await layout(t, id)).toEqual([
      ['B', 0, 0],
      ['C', 0, 1],
      ['A', 0, 2],
      ['D', 1, 0],
    ]);
    const gadget = `/dashboard/${id}/gadget`;
    await must(t, 'dana', 'PUT', `${gadget}/${a}`, { position: { column: 1, row: 0 }, color: 'red' });
    expect(await layout(t, id)).toEqual([
      ['B', 0, 0],
      ['C', 0, 1],
      ['A', 1, 0],
      ['D', 1, 1],
    ]);
    await must(t, 'dana', 'PUT', `${gadget}/${c}`, { position: { column: 0, row: 0 }, title: 'First' });
    expect(await layout(t, id)).toMatchObject([
      ['First', 0, 0],
      ['B', 0, 1],
      ['A', 1, 0],
      ['D', 1, 1],
    ]);
    for (const position of [
      { column: 0, row: 3 },
      { column: 3, row: 0 },
      { column: 0, row: -1 },
    ])
      expect((await t.as('dana', 'PUT', `${gadget}/${c}`, { position })).status).toBe(400);
    expect((await t.as('dana', 'PUT', `${gadget}/${c}`, { color: 'mauve' })).status).toBe(400);
    expect((await t.as('dana', 'DELETE', `${gadget}/${c}`)).status).toBe(204);
    expect(await layout(t, id)).toEqual([
      ['B', 0, 0],
      ['A', 1, 0],
      ['D', 1, 1],
    ]);
    expect((await must(t, 'ana', 'GET', `${gadget}?gadgetId=${a}`)).body.gadgets).toMatchObject([
      { title: 'A', color: 'red', uri: FILTER_RESULTS },
    ]);
    expect((await t.as('dana', 'DELETE', `${gadget}/${c}`)).status).toBe(404);
    expect((await t.as('ana', 'DELETE', `${gadget}/${a}`)).status).toBe(404);
    expect((await t.as('ana', 'POST', gadget, { uri: FILTER_RESULTS })).status).toBe(404);
    expect((await t.as('dana', 'POST', gadget, { uri: 'x' })).status).toBe(400);
    expect((await t.as('dana', 'POST', gadget, {})).status).toBe(400);
    for (let n = 3; n < 20; n += 1) await add(t, id, `G${n}`);
    const full = await t.as('dana', 'POST', gadget, { uri: FILTER_RESULTS });
    expect(full).toMatchObject({
      status: 400,
      body: { errorMessages: [expect.stringContaining('maximum number of gadgets')] },
    });
  });

  test('a gadget of the app goes by its extension ARI, until Jira refuses those', async () => {
    const t = testSite();
    t.site.install(testApp({ modules: GADGETS }).app);
    const id = await dashboard(t, 'dana', plain('Board'));
    const moduleKey = `${ARI}compliance`;
    expect((await must(t, 'dana', 'GET', '/dashboard/gadgets')).body.gadgets).toContainEqual({
      moduleKey,
      title: 'Compliance',
    });
    const made = await must(t, 'dana', 'POST', `/dashboard/${id}/gadget`, { moduleKey });
    expect(made.body).toMatchObject({
      moduleKey,
      title: 'Compliance',
      color: 'blue',
      position: { column: 0, row: 0 },
    });
    const listed = `/dashboard/${id}/gadget?moduleKey=${encodeURIComponent(moduleKey)}`;
    expect((await must(t, 'dana', 'GET', listed)).body.gadgets).toHaveLength(1);
    t.faults.refuseForgeGadgets = true;
    const keys = (await must(t, 'dana', 'GET', '/dashboard/gadgets')).body.gadgets.map(
      (g: { moduleKey?: string }) => g.moduleKey,
    );
    expect(keys).not.toContain(moduleKey);
    const refused = await t.as('dana', 'POST', `/dashboard/${id}/gadget`, { moduleKey });
    expect([refused.status, refused.body.errorMessages]).toEqual([400, [expect.stringContaining(moduleKey)]]);
    const forced = { moduleKey, ignoreUriAndModuleKeyValidation: true };
    expect((await t.as('dana', 'POST', `/dashboard/${id}/gadget`, forced)).status).toBe(200);
  });

  test('items have properties; copies take gadgets along', async () => {
    const t = testSite();
    const id = await dashboard(t, 'dana', plain('Board', { sharePermissions: [{ type: 'authenticated' }] }));
    const gadget = await add(t, id, 'Results');
    const path = `/dashboard/${id}/items/${gadget}/properties`;
    expect((await t.as('dana', 'PUT', `${path}/config`, { filterId: 1 })).status).toBe(400);
    expect((await t.as('dana', 'PUT', `${path}/config`, { filterId: '1' })).status).toBe(201);
    expect((await t.as('dana', 'PUT', `${path}/config`, { filterId: '2' })).status).toBe(200);
    expect((await t.as('dana', 'PUT', `${path}/other`, { deep: { n: 1 } })).status).toBe(201);
    expect((await t.as('ana', 'PUT', `${path}/other`, 1)).status).toBe(403);
    expect((await t.as('dana', 'PUT', `${path}/long`, 'x'.repeat(32_768))).status).toBe(400);
    expect((await must(t, 'ana', 'GET', `${path}/config`)).body).toEqual({
      key: 'config',
      value: { filterId: '2' },
    });
    expect((await must(t, 'ana', 'GET', path)).body.keys.map((k: { key: string }) => k.key)).toEqual([
      'config',
      'other',
    ]);
    const copied = await must(t, 'ana', 'POST', `/dashboard/${id}/copy`, plain('Copy'));
    expect(copied.body).toMatchObject({ name: 'Copy', owner: { accountId: 'id-ana' } });
    const gadgets = (await must(t, 'ana', 'GET', `/dashboard/${copied.body.id}/gadget`)).body.gadgets;
    expect(gadgets).toMatchObject([{ title: 'Results' }]);
    expect(gadgets[0].id).not.toBe(gadget);
    expect((await t.as('dana', 'DELETE', `${path}/config`)).status).toBe(204);
    expect((await t.as('dana', 'GET', `${path}/config`)).status).toBe(404);
    const kept = `/dashboard/${copied.body.id}/items/${gadgets[0].id}/properties/config`;
    expect((await must(t, 'ana', 'GET', kept)).body.value).toEqual({ filterId: '2' });
    expect((await t.as('dana', 'GET', `/dashboard/${id}/items/1/properties`)).status).toBe(404);
  });

  test('dashboards survive a restart; a snapshot without any brings the system dashboard', async () => {
    const t = testSite();
    const id = await dashboard(t, 'dana', plain('Board'));
    await add(t, id, 'Results');
    const { dashboards, filters, ...earlier } = JSON.parse(JSON.stringify(t.site.snapshot()));
    const other = testSite();
    other.site.restore({ ...earlier, dashboards, filters });
    expect(await layout(other, id)).toEqual([['Results', 0, 0]]);
    other.site.restore({ ...earlier, filters });
    expect((await must(other, 'dana', 'GET', '/dashboard')).body.dashboards).toMatchObject([
      { systemDashboard: true },
    ]);
  });
});
