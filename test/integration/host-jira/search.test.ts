import { adf, createIssue, testApp, testSite, type TestSite } from './site';

const MODULES = {
  'jira:entityPropertySet': [
    {
      key: 'index',
      properties: [
        {
          propertyKey: 'query-change',
          values: [
            { path: 'status', type: 'string', searchAlias: 'queryChangeStatus' },
            { path: 'execution.rowCount', type: 'number', searchAlias: 'queryChangeRows' },
            { path: 'approvers', type: 'user', searchAlias: 'queryChangeApprover' },
            { path: 'at', type: 'date', searchAlias: 'queryChangeAt' },
            { path: 'tables.name', type: 'string', searchAlias: 'queryChangeTable' },
            { path: 'note', type: 'text', searchAlias: 'queryChangeNote' },
          ],
        },
      ],
    },
  ],
};

async function find(
  t: TestSite,
  jql: string,
  who = 'dana',
): Promise<string[] | { status: number; errors: string[] }> {
  const reply = await t.as(who, 'POST', '/search/jql', { jql, fields: ['key'], maxResults: 5000 });
  if (reply.status !== 200) return { status: reply.status, errors: reply.body.errorMessages };
  const ids: string[] = reply.body.issues.map((issue: { key: string }) => issue.key);
  return ids;
}

async function site(): Promise<TestSite> {
  const t = testSite();
  t.site.install(testApp({ modules: MODULES }).app);
  await createIssue(t, 'dana', { summary: 'Void old orders', labels: ['a', 'b'] });
  t.advance(3_600_000);
  await createIssue(t, 'ana', {
    summary: 'Index payments',
    description: adf('speed up the order report'),
    issuetype: { name: 'Bug' },
    priority: { name: 'High' },
  });
  await createIssue(t, 'ana', { summary: 'Nothing', assignee: { accountId: 'id-ben' } });
  await t.as('dana', 'PUT', '/issue/QC-1/properties/query-change', {
    status: 'draft',
    execution: { rowCount: 3 },
    approvers: ['id-ana', 'id-ben'],
    at: '2026-11-20T00:00:00Z',
    tables: [{ name: 'orders' }, { name: 'items' }],
    note: 'Handle with care',
    secret: 'x',
  });
  await t.as('dana', 'PUT', '/issue/QC-2/properties/query-change', {
    status: 'succeeded',
    execution: { rowCount: 12 },
    approvers: [],
    at: '2026-11-22T00:00:00Z',
  });
  return t;
}

describe('JQL', () => {
  test('system fields, functions, ordering and permissions', async () => {
    const t = await site();
    expect(await find(t, 'project = QC')).toEqual(['QC-3', 'QC-2', 'QC-1']);
    expect(await find(t, 'project = QC order by key')).toEqual(['QC-1', 'QC-2', 'QC-3']);
    expect(await find(t, 'reporter = currentUser()')).toEqual(['QC-1']);
    expect(await find(t, 'reporter in membersOf("dba") and issuetype = Bug')).toEqual(['QC-2']);
    expect(await find(t, 'assignee is empty order by priority desc, created')).toEqual(['QC-2', 'QC-1']);
    expect(await find(t, 'assignee != id-dana')).toEqual(['QC-3']);
    expect(await find(t, 'assignee = id-ben or labels in (b, c)')).toEqual(['QC-3', 'QC-1']);
    expect(await find(t, 'summary ~ "order*" or text ~ "report"')).toEqual(['QC-2', 'QC-1']);
    expect(await find(t, 'created >= startOfDay() and created < "-30m" order by created asc')).toEqual([
      'QC-1',
    ]);
    expect(await find(t, 'not issuetype = Task')).toEqual(['QC-2']);
    expect(
      await find(t, 'key in (QC-1, QC-2) and resolution = Unresolved and statusCategory = "To Do"'),
    ).toEqual(['QC-2', 'QC-1']);
    expect(await find(t, 'project = QC', 'anonymous')).toMatchObject({ status: 400 });
  });

  test('entity properties: paths, aliases, types, arrays, emptiness', async () => {
    const t = await site();
    expect(await find(t, 'issue.property[query-change].execution.rowCount > 3')).toEqual(['QC-2']);
    expect(await find(t, "issue.property['query-change'].status = succeeded")).toEqual(['QC-2']);
    expect(await find(t, 'queryChangeRows <= 3')).toEqual(['QC-1']);
    expect(await find(t, 'queryChangeStatus in (draft, succeeded) order by queryChangeRows')).toEqual([
      'QC-1',
      'QC-2',
    ]);
    expect(await find(t, 'queryChangeStatus != draft')).toEqual(['QC-2']);
    expect(await find(t, 'project = QC and queryChangeStatus is empty')).toEqual(['QC-3']);
    expect(await find(t, 'queryChangeApprover = currentUser()', 'ben')).toEqual(['QC-1']);
    expect(await find(t, 'queryChangeAt > "2026-11-21"')).toEqual(['QC-2']);
    expect(await find(t, 'queryChangeTable = items')).toEqual(['QC-1']);
    expect(await find(t, 'queryChangeNote ~ care')).toEqual(['QC-1']);
    expect(await find(t, 'queryChangeStatus ~ draft')).toEqual({
      status: 400,
      errors: ["The operator '~' is not supported by the 'queryChangeStatus' field."],
    });
    expect(await find(t, 'project = QC order by queryChangeStatus')).toMatchObject({ status: 400 });
    expect(await find(t, 'issue.property[query-change].secret = x')).toMatchObject({ status: 400 });
  });

  test('was and changed read the changelog', async () => {
    const t = await site();
    await t.as('ana', 'POST', '/issue/QC-1/transitions', { transition: { id: '21' } });
    t.advance(3_600_000);
    await t.as('ben', 'POST', '/issue/QC-1/transitions', { transition: { id: '31' } });
    expect(await find(t, 'status was "In Progress"')).toEqual(['QC-1']);
    expect(await find(t, 'status changed from "To Do" to "In Progress" by id-ana')).toEqual(['QC-1']);
    expect(await find(t, 'status changed to Done by id-ana')).toEqual([]);
    expect(await find(t, 'status changed to Done after "-5m"')).toEqual(['QC-1']);
    expect(await find(t, 'status was "To Do" before "-3h"')).toEqual([]);
    expect(await find(t, 'status was not in (Done, "In Progress")')).toEqual(['QC-3', 'QC-2']);
    expect(await find(t, 'status changed during (startOfDay(), endOfDay())')).toEqual(['QC-1']);
    expect(await find(t, 'summary was x')).toMatchObject({ status: 400 });
  });

  test('errors in Jira’s words, unbounded queries, count, match, parse', async () => {
    const t = await site();
    expect(await find(t, 'nope = 1')).toEqual({
      status: 400,
      errors: ["Field 'nope' does not exist or you do not have permission to view it."],
    });
    expect(await find(t, 'project = NOPE')).toEqual({
      status: 400,
      errors: ["The value 'NOPE' does not exist for the field 'project'."],
    });
    expect(await find(t, 'key = QC-99')).toEqual({
      status: 400,
      errors: ["An issue with key 'QC-99' does not exist for field 'key'."],
    });
    expect(await find(t, 'project = ')).toMatchObject({ status: 400 });
    for (const jql of ['', 'order by key'])
      expect(await find(t, jql)).toMatchObject({
        status: 400,
        errors: [expect.stringContaining('Unbounded')],
      });
    expect((await t.as('dana', 'POST', '/search/approximate-count', { jql: 'project = QC' })).body).toEqual({
      count: 3,
    });
    const ids = [1, 2, 3].map(async (n) =>
      Number((await t.as('dana', 'GET', `/issue/QC-${n}?fields=-*all`)).body.id),
    );
    const issueIds = await Promise.all(ids);
    const match = await t.as('dana', 'POST', '/jql/match', {
      issueIds,
      jqls: ['queryChangeRows = 12', 'nope = 1'],
    });
    expect(match.body.matches).toMatchObject([
      { matchedIssues: [issueIds[1]] },
      { errors: [expect.any(String)] },
    ]);
    const parsed = await t.as('dana', 'POST', '/jql/parse', {
      queries: ['issue.property[query-change].status = draft order by key', 'a = '],
    });
    expect(parsed.body.queries[0].structure.where).toMatchObject({
      operator: '=',
      field: { property: [{ key: 'query-change', path: 'status' }] },
    });
    expect(parsed.body.queries[1].errors).toHaveLength(1);
    expect(
      (await t.as('dana', 'GET', '/jql/autocompletedata')).body.visibleFieldNames.length,
    ).toBeGreaterThan(10);
  });

  test('pages by token, returns ids by default, lags and reconciles', async () => {
    const t = await site();
    const first = await t.as(
      'dana',
      'GET',
      `/search/jql?jql=${encodeURIComponent('project = QC')}&maxResults=2`,
    );
    expect(first.body).toMatchObject({ isLast: false, issues: [{ id: expect.any(String) }, {}] });
    expect(first.body.issues[0].fields).toBeUndefined();
    const second = await t.as(
      'dana',
      'GET',
      `/search/jql?jql=${encodeURIComponent('project = QC')}&maxResults=2&nextPageToken=${first.body.nextPageToken}`,
    );
    expect(second.body).toMatchObject({ isLast: true, issues: [{ key: 'QC-1' }] });
    expect(
      (
        await t.as('dana', 'POST', '/search/jql', {
          jql: 'project = QC',
          properties: ['1', '2', '3', '4', '5', '6'],
        })
      ).status,
    ).toBe(400);
    t.site.setIndexDelay(5000);
    await t.as('dana', 'PUT', '/issue/QC-3/properties/query-change', { status: 'draft' });
    expect(await find(t, 'queryChangeStatus = draft')).toEqual(['QC-1']);
    const id = Number((await t.as('dana', 'GET', '/issue/QC-3?fields=-*all')).body.id);
    const reconciled = await t.as('dana', 'POST', '/search/jql', {
      jql: 'queryChangeStatus = draft',
      reconcileIssues: [id],
      properties: ['query-change'],
    });
    expect(reconciled.body.issues).toMatchObject([
      { key: 'QC-3', properties: { 'query-change': { status: 'draft' } } },
      { key: 'QC-1' },
    ]);
    t.advance(5000);
    expect(await find(t, 'queryChangeStatus = draft')).toEqual(['QC-3', 'QC-1']);
  });

  test('filters keep queries and share them', async () => {
    const t = await site();
    const made = await t.as('dana', 'POST', '/filter', {
      name: 'Mine',
      jql: 'project = QC',
      favourite: true,
    });
    expect(made.status).toBe(200);
    expect((await t.as('ana', 'GET', `/filter/${made.body.id}`)).status).toBe(400);
    expect(
      (
        await t.as('dana', 'PUT', `/filter/${made.body.id}`, {
          name: 'Ours',
          jql: 'project = QC',
          sharePermissions: [{ type: 'authenticated' }],
        })
      ).status,
    ).toBe(200);
    expect((await t.as('ana', 'GET', '/filter/search?expand=jql,owner')).body.values).toMatchObject([
      { name: 'Ours', jql: 'project = QC' },
    ]);
    expect((await t.as('dana', 'POST', '/filter', { name: 'Bad', jql: 'nope = 1' })).status).toBe(400);
    expect((await t.as('dana', 'DELETE', `/filter/${made.body.id}`)).status).toBe(204);
  });
});
