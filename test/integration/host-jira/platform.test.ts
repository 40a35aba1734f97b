import { readFileSync } from 'node:fs';
import { COVERAGE, coverageTable } from '../../../host/jira/coverage';
import { operationOf } from '../../../host/jira/openapi/operations';
import { ALL_ROUTES } from '../../../host/jira/routes/all';
import { createIssue, testApp, testSite } from './site';

describe('the platform around the endpoints', () => {
  test('the app needs scopes, pays points, and meets planned faults', async () => {
    const t = testSite();
    const key = await createIssue(t, 'dana');
    t.site.install(testApp({ scopes: ['read:jira-work'] }).app);
    expect((await t.as('app', 'GET', `/issue/${key}`)).status).toBe(200);
    expect(await t.as('app', 'PUT', `/issue/${key}/properties/x`, 1)).toMatchObject({
      status: 401,
      body: { message: 'Unauthorized; scope does not match' },
    });
    expect((await t.as('forge:dana', 'PUT', `/issue/${key}/properties/x`, 1)).status).toBe(401);
    expect((await t.as('dana', 'PUT', `/issue/${key}/properties/x`, 1)).status).toBe(201);
    t.site.install(testApp().app);
    t.faults.jira.push({
      method: 'PUT',
      pathPattern: '/properties/',
      status: 429,
      times: 1,
      retryAfterSeconds: 7,
    });
    const limited = await t.as('app', 'PUT', `/issue/${key}/properties/y`, 1);
    expect(limited).toMatchObject({ status: 429, body: { errorMessages: expect.any(Array) } });
    expect(limited.headers.get('retry-after')).toBe('7');
    expect((await t.as('app', 'PUT', `/issue/${key}/properties/y`, 1)).status).toBe(201);
    await t.as('app', 'GET', '/group/member?groupname=dba');
    expect(t.calls.map(({ method, status, points }) => [method, status, points])).toEqual([
      ['GET', 200, 2],
      ['PUT', 401, 1],
      ['PUT', 401, 1],
      ['PUT', 429, 1],
      ['PUT', 201, 1],
      ['GET', 200, 5],
    ]);
  });

  test('events say whether the app made the change itself', async () => {
    const t = testSite();
    const { app, events } = testApp();
    t.site.install(app);
    const key = await createIssue(t, 'dana');
    await t.as('app', 'POST', `/issue/${key}/transitions`, { transition: { id: '21' } });
    expect(events.map((e) => [e.type, e.payload['selfGenerated']])).toEqual([
      ['avi:jira:created:issue', false],
      ['avi:jira:updated:issue', true],
    ]);
    await t.as('app', 'PUT', `/issue/${key}/properties/p`, 1);
    expect(events).toHaveLength(2);
  });

  test('people: search, groups, permissions, roles', async () => {
    const t = testSite();
    t.site.install(testApp().app);
    const key = await createIssue(t, 'dana');
    expect(
      (await t.as('dana', 'GET', '/user/search?query=an')).body.map(
        (u: { accountId: string }) => u.accountId,
      ),
    ).toEqual(['id-ana']);
    expect((await t.as('dana', 'GET', '/user?accountId=app-user')).body).toMatchObject({
      accountType: 'app',
      displayName: 'Query Change',
    });
    expect(
      (await t.as('dana', 'GET', '/user/bulk?accountId=id-ana&accountId=id-ben')).body.values,
    ).toHaveLength(2);
    expect(
      (await t.as('dana', 'GET', '/user/groups?accountId=id-ana')).body.map((g: { name: string }) => g.name),
    ).toEqual(expect.arrayContaining(['dba']));
    const groups = (await t.as('dana', 'GET', '/group/bulk?groupName=dba')).body.values;
    const members = await t.as('dana', 'GET', `/group/member?groupId=${groups[0].groupId}&maxResults=1`);
    expect(members.body).toMatchObject({ total: 2, isLast: false, values: [{ accountId: 'id-ana' }] });
    expect((await t.as('dana', 'GET', `/user/assignable/search?issueKey=${key}&query=b`)).body).toHaveLength(
      1,
    );
    expect(
      (
        await t.as(
          'dana',
          'GET',
          '/user/permission/search?permissions=ADMINISTER_PROJECTS&projectKey=QC&query=',
        )
      ).body.map((u: { accountId: string }) => u.accountId),
    ).toEqual(['id-admin']);
    expect(
      (await t.as('dana', 'GET', '/mypermissions?permissions=ADMINISTER,BROWSE_PROJECTS&projectKey=QC')).body
        .permissions,
    ).toMatchObject({ ADMINISTER: { havePermission: false }, BROWSE_PROJECTS: { havePermission: true } });
    const check = {
      accountId: 'id-ana',
      globalPermissions: ['ADMINISTER'],
      projectPermissions: [{ permissions: ['EDIT_ISSUES'], projects: [10_000], issues: [10_001] }],
    };
    expect((await t.as('dana', 'POST', '/permissions/check', check)).status).toBe(403);
    expect((await t.as('app', 'POST', '/permissions/check', check)).body).toEqual({
      globalPermissions: [],
      projectPermissions: [{ permission: 'EDIT_ISSUES', projects: [10_000], issues: [10_001] }],
    });
    await t.as('admin', 'POST', '/group/user?groupname=dba', { accountId: 'id-dana' });
    expect((await t.as('dana', 'GET', '/group/member?groupname=dba')).body.total).toBe(3);
    expect((await t.as('admin', 'DELETE', '/group/user?groupname=dba&accountId=id-dana')).status).toBe(200);
    expect((await t.as('dana', 'GET', '/project/QC/role')).body).toHaveProperty('Administrators');
    expect(
      (await t.as('admin', 'POST', '/project/QC/role/10002', { user: ['id-ana'] })).body.actors,
    ).toHaveLength(2);
    expect((await t.as('dana', 'GET', '/project/search')).body.values[0]).toMatchObject({
      key: 'QC',
      style: 'classic',
    });
    // The app reaches projects through its role; an admin can take that away.
    const scheme = (await t.as('admin', 'GET', '/permissionscheme/0?expand=permissions')).body;
    for (const grant of scheme.permissions.filter(
      (g: { permission: string; holder: { value?: string } }) =>
        g.permission === 'BROWSE_PROJECTS' && g.holder.value === '10003',
    )) {
      await t.as('admin', 'DELETE', `/permissionscheme/0/permission/${grant.id}`);
    }
    expect((await t.as('app', 'GET', `/issue/${key}`)).status).toBe(404);
  });

  test('metadata, links, watchers, site and expressions', async () => {
    const t = testSite();
    const a = await createIssue(t, 'dana');
    const b = await createIssue(t, 'dana');
    expect((await t.as('dana', 'GET', '/issue/createmeta/QC/issuetypes')).body.issueTypes).toHaveLength(5);
    expect(
      (await t.as('dana', 'GET', '/issue/createmeta/QC/issuetypes/10002')).body.fields.find(
        (f: { fieldId: string }) => f.fieldId === 'summary',
      ),
    ).toMatchObject({ required: true });
    expect((await t.as('dana', 'GET', `/issue/${a}/editmeta`)).body.fields).toHaveProperty(
      'priority.allowedValues',
    );
    expect(
      (
        await t.as('dana', 'POST', '/issueLink', {
          type: { name: 'Blocks' },
          inwardIssue: { key: a },
          outwardIssue: { key: b },
        })
      ).status,
    ).toBe(201);
    const linkId = (await t.as('dana', 'GET', `/issue/${a}?fields=issuelinks`)).body.fields.issuelinks[0].id;
    expect((await t.as('dana', 'GET', `/issueLink/${linkId}`)).body).toMatchObject({
      inwardIssue: { key: a },
    });
    expect((await t.as('dana', 'GET', '/issueLinkType')).body.issueLinkTypes.length).toBeGreaterThan(2);
    expect((await t.as('ana', 'POST', `/issue/${a}/watchers`, 'id-ana')).status).toBe(204);
    expect((await t.as('ana', 'GET', `/issue/${a}/watchers`)).body.watchCount).toBe(2);
    expect((await t.as('anonymous', 'GET', '/serverInfo')).body.deploymentType).toBe('Cloud');
    expect(
      (await t.as('admin', 'POST', '/resolution', { name: 'Rolled back', description: '' })).status,
    ).toBe(201);
    expect((await t.as('dana', 'GET', '/resolution/search')).body.values.at(-1).name).toBe('Rolled back');
    expect((await t.as('dana', 'GET', '/priority')).body).toHaveLength(5);
    expect((await t.as('dana', 'GET', '/priority/search')).status).toBe(200);
    expect((await t.as('dana', 'GET', '/project/QC/statuses')).body[0].statuses).toHaveLength(3);
    expect(
      (
        await t.as('dana', 'POST', '/expression/evaluate', {
          expression: 'issue.key',
          context: { issue: { key: a } },
        })
      ).body,
    ).toEqual({ value: a });
    expect(
      (
        await t.as('dana', 'POST', '/expression/evaluate', {
          expression: 'issue.nope',
          context: { issue: { key: a } },
        })
      ).status,
    ).toBe(400);
    expect(
      (await t.as('dana', 'POST', '/expression/analyse', { expressions: ['1 +'] })).body.results[0].valid,
    ).toBe(false);
    expect((await t.as('dana', 'GET', '/myself?expand=groups')).body.groups.size).toBe(2);
    expect((await t.as('admin', 'GET', '/role')).body).toHaveLength(3);
    expect((await t.as('dana', 'GET', '/project/QC')).body.lead.accountId).toBe('id-admin');
    expect((await t.as('admin', 'PUT', '/project/QC', { description: 'New' })).body.description).toBe('New');
    expect((await t.as('dana', 'GET', '/status/In%20Progress')).body.statusCategory.key).toBe(
      'indeterminate',
    );
    expect((await t.as('dana', 'GET', '/statuses?id=3')).body).toHaveLength(1);
    expect(
      (
        await t.as('admin', 'POST', '/statuses', {
          scope: { type: 'GLOBAL' },
          statuses: [{ name: 'Odd', statusCategory: 'TODO' }],
        })
      ).body[0].name,
    ).toBe('Odd');
    expect(
      (await t.as('dana', 'GET', '/project/QC/permissionscheme?expand=permissions')).body.permissions.length,
    ).toBeGreaterThan(10);
  });

  test('a snapshot is plain JSON and restores the site; tokens are random and checked', async () => {
    const t = testSite();
    const key = await createIssue(t, 'dana');
    const changed: string[] = [];
    const stop = t.site.onIssueChanged((id) => changed.push(id));
    await t.as('dana', 'PUT', `/issue/${key}/properties/p`, { a: 1 });
    stop();
    expect(changed).toEqual(['10001']);
    const state: unknown = JSON.parse(JSON.stringify(t.site.snapshot()));
    const other = testSite();
    other.site.restore(state);
    expect((await other.as('ana', 'GET', `/issue/${key}?properties=p`)).body).toMatchObject({
      key,
      properties: { p: { a: 1 } },
    });
    expect(await createIssue(other, 'dana')).toBe('QC-2');
    expect(() => other.site.restore({})).toThrow('not a snapshot');
    const token = t.site.apiToken('id-dana') ?? '';
    expect(t.site.authenticate('dana@example.com', token)).toEqual({ kind: 'user', accountId: 'id-dana' });
    expect(t.site.authenticate('dana@example.com', other.site.apiToken('id-dana') ?? '')).toBeUndefined();
    expect(t.site.authenticate('ana@example.com', token)).toBeUndefined();
  });

  test('the coverage matrix is the routes, and every route is documented or marked', () => {
    const routes = ALL_ROUTES.map((r) => `${r.method} ${r.path}`).sort();
    expect(COVERAGE.map((row) => `${row.method} ${row.path}`).sort()).toEqual(routes);
    expect(new Set(routes).size).toBe(routes.length);
    for (const row of COVERAGE) {
      expect(operationOf(row.method, row.path)).toBeDefined();
      if (row.status === '⚠') expect(row.notes).not.toBe('');
    }
    const page = new URL('../../../docs/host-coverage.md', import.meta.url);
    expect(readFileSync(page, 'utf8')).toBe(coverageTable());
  });
});
