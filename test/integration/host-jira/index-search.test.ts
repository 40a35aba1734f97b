import { must } from './provision';
import { createIssue, testApp, testSite, type TestSite } from './site';

const PATHS: [path: string, type: string, alias: string][] = [
  ['status', 'string', 'qcStatus'],
  ['missing', 'number', 'qcMissing'],
  ['approvers', 'user', 'qcApprover'],
  ['ranAt', 'date', 'qcRanAt'],
];
const MODULES = {
  'jira:entityProperty': [
    {
      key: 'index',
      propertyKey: 'query-change',
      values: PATHS.map(([path, type, searchAlias]) => ({ path, type, searchAlias })),
    },
  ],
};

const ROWS = [
  { status: 'draft', missing: 2, approvers: [], ranAt: '1970-01-01T00:00:00.000Z' },
  { status: 'done', missing: 0, approvers: ['id-ana', 'id-ben'], ranAt: '2026-11-21T08:00:00.000Z' },
  { status: 'failed', missing: 1, approvers: ['id-ben'], ranAt: '2026-11-21T05:59:00.000Z' },
  { status: 'Done', missing: 10, approvers: 'id-ana', ranAt: '2026-08-01T00:00:00.000Z' },
  { status: true, missing: '1', approvers: [7], ranAt: 'yesterday' },
];

/** QC-1 to QC-5 have the rows above, QC-6 has no property; now is 2026-11-21, 10:00 UTC. */
async function site(): Promise<TestSite> {
  const t = testSite();
  t.site.install(testApp({ modules: MODULES }).app);
  for (const value of [...ROWS, undefined]) {
    const key = await createIssue(t, 'dana');
    if (value) await must(t, 'dana', 'PUT', `/issue/${key}/properties/query-change`, value);
  }
  return t;
}

async function keys(t: TestSite, jql: string, who = 'dana'): Promise<string> {
  const { issues } = (await must(t, who, 'POST', '/search/jql', { jql, fields: ['key'] })).body;
  const { count } = (await must(t, who, 'POST', '/search/approximate-count', { jql })).body;
  expect(count).toBe(issues.length);
  return issues.map(({ key }: { key: string }) => key.slice(3)).join(' ');
}

describe('JQL over an index property', () => {
  test.each([
    ['qcStatus = done', '2'],
    ['qcStatus in (done, draft) order by key', '1 2'],
    ['qcStatus = "true"', '5'],
    ['qcStatus != done', '5 4 3 1'],
    ['qcStatus not in (done, draft)', '5 4 3'],
    ['project = QC and qcStatus is empty', '6'],
    ['qcStatus is not empty and qcStatus != draft', '5 4 3 2'],
    ['not qcStatus = done', '6 5 4 3 1'],
    ['qcMissing > 0', '4 3 1'],
    ['qcMissing >= 1 and qcMissing < 10', '3 1'],
    ['qcMissing = 0', '2'],
    ['qcMissing != 1', '4 2 1'],
    ['qcMissing in (1, 2)', '3 1'],
    ['qcApprover = currentUser()', '4 2'],
    ['qcApprover = id-ben and qcApprover = id-ana', '2'],
    ['qcApprover in (id-ben, id-dana)', '3 2'],
    ['qcApprover != currentUser()', '5 3'],
    ['qcApprover is empty', '6 1'],
    ['qcRanAt > "1970-01-01"', '4 3 2'],
    ['qcRanAt >= "1970-01-01"', '4 3 2 1'],
    ['qcRanAt >= "-4h"', '2'],
    ['qcRanAt < "-4h" and qcRanAt > "1970-01-01"', '4 3'],
    ['qcRanAt >= "-90d"', '3 2'],
    ['qcRanAt >= startOfDay() and qcRanAt <= now()', '3 2'],
    ['qcRanAt is empty', '6 5'],
    ['"qcStatus" = done or issue.property[query-change].missing = 10', '4 2'],
    ['project = QC order by qcMissing', '2 3 1 4 6 5'],
    ['project = QC order by qcMissing desc', '6 5 4 1 3 2'],
    ['qcRanAt > "1970-01-01" order by qcRanAt asc', '4 3 2'],
    ['qcRanAt > "1970-01-01" order by qcRanAt desc', '2 3 4'],
    ['project = QC order by created asc, qcMissing desc, key asc', '5 6 4 1 3 2'],
  ])('%s', async (jql, expected) => expect(await keys(await site(), jql, 'ana')).toBe(expected));

  test('relative dates are of the moment of the search', async () => {
    const t = await site();
    expect(await keys(t, 'qcRanAt >= "-4h"')).toBe('2');
    t.advance(3 * 3_600_000);
    expect(await keys(t, 'qcRanAt >= "-4h"')).toBe('');
  });

  test('a property written anew is found by its new value, a deleted one not at all', async () => {
    const t = await site();
    expect(await keys(t, 'qcMissing > 1 order by qcMissing')).toBe('1 4');
    await must(t, 'dana', 'PUT', '/issue/QC-4/properties/query-change', { missing: 1 });
    await must(t, 'dana', 'PUT', '/issue/QC-2/properties/query-change', { missing: 5 });
    expect(await keys(t, 'qcMissing > 1 order by qcMissing')).toBe('1 2');
    await must(t, 'dana', 'DELETE', '/issue/QC-1/properties/query-change');
    expect(await keys(t, 'qcMissing > 1 order by qcMissing')).toBe('2');
  });

  test('another version of the app declares other paths', async () => {
    const t = await site();
    expect(await keys(t, 'qcMissing = 10')).toBe('4');
    const values = [{ path: 'missing', type: 'string', searchAlias: 'qcMissing' }];
    const modules = { 'jira:entityProperty': [{ key: 'index', propertyKey: 'query-change', values }] };
    t.site.install(testApp({ modules }).app);
    expect(await keys(t, 'qcMissing = "1"')).toBe('5 3');
    expect((await t.as('dana', 'POST', '/search/approximate-count', { jql: 'qcStatus = done' })).status).toBe(
      400,
    );
  });
});

describe('searches', () => {
  test('the first page in order is the first page of the whole order', async () => {
    const t = testSite();
    for (let n = 0; n < 90; n += 1) await createIssue(t, 'dana', { summary: `S${(n * 37) % 90}` });
    const jql = 'project = QC order by summary desc, key asc';
    const read = async (more: object) =>
      (await must(t, 'dana', 'POST', '/search/jql', { jql, ...more })).body;
    const whole = (await read({ maxResults: 100 })).issues.map((i: { id: string }) => i.id);
    expect(whole).toHaveLength(90);
    for (const maxResults of [1, 7, 63, 64, 89]) {
      const page = await read({ maxResults });
      expect(page.isLast).toBe(false);
      expect(page.issues.map((i: { id: string }) => i.id)).toEqual(whole.slice(0, maxResults));
      const next = await read({ maxResults, nextPageToken: page.nextPageToken });
      expect(next.issues.map((i: { id: string }) => i.id)).toEqual(whole.slice(maxResults, 2 * maxResults));
    }
    expect((await read({ maxResults: 90 })).isLast).toBe(true);
  });

  test('who may browse own issues only finds these', async () => {
    const t = testSite();
    await createIssue(t, 'dana');
    await createIssue(t, 'ana', { assignee: { accountId: 'id-dana' } });
    await createIssue(t, 'ana');
    const scheme = (
      await must(t, 'admin', 'POST', '/permissionscheme', {
        name: 'Own only',
        permissions: [
          { holder: { type: 'reporter' }, permission: 'BROWSE_PROJECTS' },
          { holder: { type: 'assignee' }, permission: 'BROWSE_PROJECTS' },
          { holder: { type: 'projectRole', parameter: '10002' }, permission: 'BROWSE_PROJECTS' },
        ],
      })
    ).body;
    await must(t, 'admin', 'PUT', '/project/QC/permissionscheme', { id: scheme.id });
    expect(await keys(t, 'status = "To Do"')).toBe('2 1');
    expect(await keys(t, 'status = "To Do"', 'ana')).toBe('3 2');
    expect(await keys(t, 'status = "To Do"', 'ben')).toBe('');
    expect(await keys(t, 'status = "To Do"', 'admin')).toBe('3 2 1');
  });

  test('a deleted issue is gone by id, by key and from searches; others stay', async () => {
    const t = testSite();
    for (let n = 0; n < 3; n += 1) await createIssue(t, 'dana');
    const { id } = (await must(t, 'dana', 'GET', '/issue/qc-2')).body;
    expect((await t.as('admin', 'DELETE', '/issue/QC-2')).status).toBe(204);
    expect((await t.as('dana', 'GET', '/issue/QC-2')).status).toBe(404);
    expect((await t.as('dana', 'GET', `/issue/${id}`)).status).toBe(404);
    expect(await createIssue(t, 'dana')).toBe('QC-4');
    expect((await must(t, 'dana', 'GET', '/issue/QC-4')).body.key).toBe('QC-4');
    expect(await keys(t, 'project = QC')).toBe('4 3 1');
  });

  test('the app pays for what a search returns; a count is one object', async () => {
    const t = testSite();
    t.site.install(testApp().app);
    for (let n = 0; n < 3; n += 1) await createIssue(t, 'dana');
    await must(t, 'app', 'POST', '/search/approximate-count', { jql: 'project = QC' });
    await must(t, 'app', 'POST', '/search/jql', { jql: 'project = QC', maxResults: 1 });
    await must(t, 'app', 'POST', '/search/jql', { jql: 'project = QC' });
    await must(t, 'app', 'POST', '/search/jql', { jql: 'project = QC and labels = none' });
    expect(t.calls.map(({ points }) => points)).toEqual([2, 2, 4, 1]);
  });

  test('a snapshot holds each issue as it was, whatever changes afterwards', async () => {
    const t = testSite();
    const key = await createIssue(t, 'dana', { summary: 'Before' });
    const issues = () =>
      (t.site.snapshot() as { issues: { fields: { summary: string }; watcherIds: string[] }[] }).issues;
    const first = issues();
    await must(t, 'dana', 'PUT', `/issue/${key}`, { fields: { summary: 'After' } });
    const second = issues();
    await must(t, 'ana', 'POST', `/issue/${key}/watchers`, 'id-ana');
    await createIssue(t, 'dana');
    const third = issues();
    expect([first, second, third].map(([issue]) => issue?.fields.summary)).toEqual([
      'Before',
      'After',
      'After',
    ]);
    expect([second, third].map(([issue]) => issue?.watcherIds.length)).toEqual([1, 2]);
    expect([first, second, third].map((list) => list.length)).toEqual([1, 1, 2]);
  });
});
