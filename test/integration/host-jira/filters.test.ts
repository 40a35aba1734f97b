import { must } from './provision';
import { createIssue, testSite, type TestSite } from './site';

const JQL = 'project = QC';
const filter = (name: string, more: object = {}) => ({ name, jql: JQL, ...more });

async function make(t: TestSite, who: string, body: object): Promise<string> {
  return String((await must(t, who, 'POST', '/filter', body)).body.id);
}

const names = (body: { name: string }[]): string[] => body.map(({ name }) => name);

async function found(t: TestSite, query: string, who = 'dana'): Promise<string[]> {
  return names((await must(t, who, 'GET', `/filter/search?${query}`)).body.values);
}

async function keysOf(t: TestSite, jql: string, who = 'dana'): Promise<string[] | string> {
  const reply = await t.as(who, 'POST', '/search/jql', { jql, fields: ['key'] });
  if (reply.status !== 200) return String(reply.body.errorMessages[0]);
  return reply.body.issues.map((issue: { key: string }) => issue.key);
}

describe('filters', () => {
  test('shares have their full shape and decide who sees the filter', async () => {
    const t = testSite();
    const dba = (await must(t, 'admin', 'GET', '/group/bulk?groupName=dba')).body.values[0];
    const made = await must(
      t,
      'ana',
      'POST',
      '/filter?expand=sharedUsers',
      filter('Team', {
        sharePermissions: [
          { type: 'group', group: { groupId: dba.groupId } },
          { type: 'user', user: { accountId: 'id-dana' } },
        ],
      }),
    );
    expect(made.body).toMatchObject({
      sharePermissions: [
        { id: expect.any(Number), type: 'group', group: { name: 'dba', groupId: dba.groupId } },
        { type: 'user', user: { accountId: 'id-dana', displayName: 'Dana Test' } },
      ],
      sharedUsers: { size: 3 },
    });
    const path = `/filter/${made.body.id}`;
    const status = async (who: string) => (await t.as(who, 'GET', path)).status;
    expect([await status('ben'), await status('dana'), await status('admin')]).toEqual([200, 200, 400]);
    expect((await must(t, 'admin', 'GET', `${path}?overrideSharePermissions=true`)).body.name).toBe('Team');
    expect((await t.as('anonymous', 'GET', path)).status).toBe(400);
    const shared = await must(
      t,
      'ana',
      'PUT',
      path,
      filter('Team', { sharePermissions: [{ type: 'project', project: { id: '10000' } }] }),
    );
    expect(shared.body.sharePermissions).toMatchObject([
      { type: 'project', project: { id: '10000', key: 'QC', name: 'Query changes' } },
    ]);
    expect([await status('admin'), await status('anonymous')]).toEqual([200, 400]);
    // A project that somebody cannot browse is not named to them.
    const closed = await must(t, 'admin', 'POST', '/permissionscheme', { name: 'Closed', permissions: [] });
    const two = [
      { type: 'project', project: { id: '10000' } },
      { type: 'user', user: { accountId: 'id-dana' } },
    ];
    await must(t, 'ana', 'PUT', path, filter('Team', { sharePermissions: two }));
    await must(t, 'admin', 'PUT', '/project/QC/permissionscheme', { id: closed.body.id });
    const [unknown] = (await must(t, 'dana', 'GET', `${path}/permission`)).body;
    expect(unknown).toEqual({ id: expect.any(Number), type: 'project-unknown' });
    expect(await status('ben')).toBe(400);
  });

  test('one share after another; one for everybody overrides them', async () => {
    const t = testSite();
    const path = `/filter/${await make(t, 'ana', filter('Team'))}`;
    const share = async (body: object, who = 'ana') => await t.as(who, 'POST', `${path}/permission`, body);
    const types = (body: { type: string }[]) => body.map(({ type }) => type);
    expect((await share({ type: 'group', groupname: 'dba' })).status).toBe(201);
    const both = await share({ type: 'projectRole', projectId: '10000', projectRoleId: '10003' });
    expect(both.status).toBe(400);
    expect(types((await share({ type: 'project', projectId: 10_000 })).body)).toEqual(['group', 'project']);
    expect((await share({ type: 'user', accountId: 'id-dana' }, 'ben')).status).toBe(400);
    expect((await share({ type: 'group', groupname: 'dev' })).status).toBe(400);
    expect((await share({ type: 'group' })).status).toBe(400);
    expect(types((await share({ type: 'authenticated' })).body)).toEqual(['loggedin']);
    expect((await share({ type: 'user', accountId: 'id-dana' })).status).toBe(400);
    const [{ id }] = (await must(t, 'dana', 'GET', `${path}/permission`)).body;
    expect((await must(t, 'dana', 'GET', `${path}/permission/${id}`)).body).toEqual({ id, type: 'loggedin' });
    expect((await t.as('dana', 'DELETE', `${path}/permission/${id}`)).status).toBe(404);
    expect((await t.as('ana', 'DELETE', `${path}/permission/${id}`)).status).toBe(204);
    expect((await t.as('dana', 'GET', `${path}/permission`)).status).toBe(404);
    expect((await must(t, 'ana', 'GET', `${path}/permission`)).body).toEqual([]);
  });

  test('owners, editors, administrators and names', async () => {
    const t = testSite();
    const id = await make(
      t,
      'dana',
      filter('Open', {
        sharePermissions: [{ type: 'authenticated' }],
        editPermissions: [{ type: 'user', user: { accountId: 'id-ben' } }],
      }),
    );
    const path = `/filter/${id}`;
    expect((await t.as('dana', 'POST', '/filter', filter('OPEN'))).status).toBe(400);
    await make(t, 'ana', filter('Open'));
    expect((await t.as('ana', 'PUT', path, filter('Other'))).status).toBe(400);
    const edited = await must(t, 'ben', 'PUT', path, { name: 'Edited', jql: 'project = QC order by key' });
    expect(edited.body).toMatchObject({
      name: 'Edited',
      owner: { accountId: 'id-dana' },
      sharePermissions: [{ type: 'loggedin' }],
      editPermissions: [{ type: 'user' }],
    });
    expect((await t.as('ben', 'PUT', `${path}/owner`, { accountId: 'id-ben' })).status).toBe(403);
    expect((await t.as('dana', 'PUT', `${path}/owner`, { accountId: 'id-nobody' })).status).toBe(404);
    await must(t, 'dana', 'PUT', path, filter('Open'));
    expect((await t.as('dana', 'PUT', `${path}/owner`, { accountId: 'id-ana' })).status).toBe(400);
    expect((await t.as('admin', 'PUT', `${path}/owner`, { accountId: 'id-ben' })).status).toBe(204);
    expect((await must(t, 'dana', 'GET', path)).body.owner.accountId).toBe('id-ben');
    expect((await t.as('dana', 'DELETE', path)).status).toBe(401);
    expect((await t.as('admin', 'DELETE', path)).status).toBe(204);
    expect((await t.as('ben', 'GET', path)).status).toBe(400);
  });

  test('favourites last as long as the filter is seen', async () => {
    const t = testSite();
    const id = await make(t, 'dana', filter('Open', { sharePermissions: [{ type: 'authenticated' }] }));
    expect((await must(t, 'ana', 'PUT', `/filter/${id}/favourite`)).body).toMatchObject({
      favourite: true,
      favouritedCount: 1,
    });
    expect(names((await must(t, 'ana', 'GET', '/filter/favourite')).body)).toEqual(['Open']);
    expect(names((await must(t, 'ana', 'GET', '/filter/my?includeFavourites=true')).body)).toEqual(['Open']);
    expect((await must(t, 'ana', 'GET', '/filter/my')).body).toEqual([]);
    await must(t, 'dana', 'PUT', `/filter/${id}`, filter('Open', { sharePermissions: [] }));
    expect((await must(t, 'ana', 'GET', '/filter/favourite')).body).toEqual([]);
    expect((await t.as('ana', 'DELETE', `/filter/${id}/favourite`)).status).toBe(400);
    expect((await must(t, 'dana', 'DELETE', `/filter/${id}/favourite`)).body.favourite).toBe(false);
  });

  test('searches by words, phrase and part; sorts, expands, restricts', async () => {
    const t = testSite();
    await make(t, 'dana', filter('Query Change: ran before approval', { favourite: true }));
    await make(t, 'dana', filter('Query Change: approved by the author', { description: 'a' }));
    await make(t, 'dana', filter('approval of Query Changes'));
    const q = (text: string) => `filterName=${encodeURIComponent(text)}`;
    expect(await found(t, q('"Query Change: ran before approval"'))).toEqual([
      'Query Change: ran before approval',
    ]);
    expect(await found(t, q('"before ran"'))).toEqual([]);
    expect(await found(t, q('"Query Change"'))).toHaveLength(2);
    expect(await found(t, q('approv query'))).toHaveLength(3);
    expect(await found(t, `${q('change: app')}&isSubstringMatch=true`)).toEqual([
      'Query Change: approved by the author',
    ]);
    expect((await found(t, 'orderBy=-id'))[0]).toBe('approval of Query Changes');
    expect((await found(t, 'orderBy=is_favourite'))[0]).toBe('Query Change: ran before approval');
    const expanded = await must(t, 'dana', 'GET', `/filter/search?${q('author')}&expand=jql,description`);
    expect(expanded.body.values).toEqual([
      {
        self: expect.any(String),
        id: expect.any(String),
        name: 'Query Change: approved by the author',
        description: 'a',
        jql: JQL,
      },
    ]);
    for (const bad of ['expand=nope', 'orderBy=nope', 'groupId=x&groupname=y'])
      expect((await t.as('dana', 'GET', `/filter/search?${bad}`)).status).toBe(400);
    expect(await found(t, '', 'admin')).toEqual([]);
    expect(await found(t, 'overrideSharePermissions=true', 'admin')).toHaveLength(3);
    expect((await t.as('ana', 'GET', '/filter/search?overrideSharePermissions=true')).status).toBe(400);
  });

  test('JQL names filters by id and by name, as the viewer sees them', async () => {
    const t = testSite();
    await createIssue(t, 'dana', { labels: ['a'] });
    await createIssue(t, 'ana', { labels: ['a'] });
    await createIssue(t, 'ana');
    const mine = await make(
      t,
      'dana',
      filter('My own', {
        jql: 'reporter = currentUser() order by key',
        sharePermissions: [{ type: 'authenticated' }],
      }),
    );
    expect(await keysOf(t, `filter = ${mine}`)).toEqual(['QC-1']);
    expect(await keysOf(t, 'filter = "my own" and labels = a', 'ana')).toEqual(['QC-2']);
    expect(await keysOf(t, `project = QC and filter != ${mine}`)).toEqual(['QC-3', 'QC-2']);
    const labelled = await make(t, 'dana', filter('Labelled', { jql: `labels = a and filter = ${mine}` }));
    expect(await keysOf(t, `filter in (Labelled, ${mine})`)).toEqual(['QC-1']);
    expect(await keysOf(t, `filter not in (${labelled}) order by key`)).toEqual(['QC-2', 'QC-3']);
    expect(await keysOf(t, 'filter = Labelled', 'ana')).toBe(
      "The value 'Labelled' does not exist for the field 'filter'.",
    );
    expect(await keysOf(t, 'filter ~ Labelled')).toContain("not supported by the 'filter' field");
    const loop = await t.as('dana', 'PUT', `/filter/${mine}`, { name: 'My own', jql: 'filter = Labelled' });
    expect([loop.status, loop.body.errorMessages[0]]).toEqual([
      400,
      expect.stringContaining('cyclical reference'),
    ]);
  });
});
