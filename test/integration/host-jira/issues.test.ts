import { adf, createIssue, testApp, testSite } from './site';

describe('issues over REST', () => {
  test('an issue is created, read, edited and deleted, with changelog and events', async () => {
    const t = testSite();
    const { app, events } = testApp();
    t.site.install(app);
    const key = await createIssue(
      t,
      'dana',
      { summary: 'First', labels: ['one'] },
      { properties: [{ key: 'p', value: 1 }] },
    );
    expect(key).toBe('QC-1');
    const read = await t.as(
      'ana',
      'GET',
      `/issue/${key}?properties=*all&expand=names,schema,changelog,transitions,editmeta`,
    );
    expect(read.status).toBe(200);
    expect(read.body.fields).toMatchObject({
      summary: 'First',
      labels: ['one'],
      status: { name: 'To Do' },
      reporter: { accountId: 'id-dana' },
    });
    expect(read.body.properties).toEqual({ p: 1 });
    expect(read.body.transitions).toHaveLength(3);
    expect(read.body.editmeta.fields).toHaveProperty('summary');
    expect(
      await t.as('dana', 'PUT', `/issue/${key}`, {
        fields: { summary: 'Second', description: adf('Hello') },
        update: { labels: [{ add: 'two' }] },
      }),
    ).toMatchObject({ status: 204 });
    const log = await t.as('dana', 'GET', `/issue/${key}/changelog`);
    expect(log.body.values[0].items.map((i: { field: string }) => i.field).sort()).toEqual([
      'description',
      'labels',
      'summary',
    ]);
    expect(events.map((e) => e.type)).toEqual(['avi:jira:created:issue', 'avi:jira:updated:issue']);
    expect(events[1]?.payload).toMatchObject({
      atlassianId: 'id-dana',
      selfGenerated: false,
      issue: { key },
    });
    expect((await t.as('dana', 'DELETE', `/issue/${key}`)).status).toBe(403);
    expect((await t.as('admin', 'DELETE', `/issue/${key}`)).status).toBe(204);
    expect(await t.as('dana', 'GET', `/issue/${key}`)).toMatchObject({
      status: 404,
      body: { errorMessages: ['Issue does not exist or you do not have permission to see it.'], errors: {} },
    });
  });

  test('what Jira refuses is refused in its words', async () => {
    const t = testSite();
    const key = await createIssue(t, 'dana');
    expect((await t.as('anonymous', 'GET', '/myself')).status).toBe(401);
    expect((await t.as('anonymous', 'GET', `/issue/${key}`)).status).toBe(404);
    const empty = await t.as('dana', 'POST', '/issue', {
      fields: { project: { key: 'QC' }, issuetype: { name: 'Task' } },
    });
    expect(empty).toMatchObject({
      status: 400,
      body: { errors: { summary: 'You must specify a summary of the issue.' } },
    });
    const unknown = await t.as('dana', 'PUT', `/issue/${key}`, { fields: { customfield_99999: 1 } });
    expect(unknown.body.errors.customfield_99999).toBe(
      "Field 'customfield_99999' cannot be set. It is not on the appropriate screen, or unknown.",
    );
    const text = await t.as('dana', 'PUT', `/issue/${key}`, { fields: { description: 'plain' } });
    expect(text.body.errors.description).toContain('Atlassian Document');
    expect((await t.as('dana', 'PATCH', '/issue/x')).status).toBe(501);
    expect((await t.as('dana', 'GET', '/worklog/deleted')).body).toMatchObject({
      code: 'EMULATOR_NOT_MODELLED',
      method: 'GET',
    });
  });

  test('transitions change status, set and clear the resolution, and are logged', async () => {
    const t = testSite();
    const key = await createIssue(t, 'dana');
    const list = await t.as('dana', 'GET', `/issue/${key}/transitions?expand=transitions.fields`);
    expect(list.body.transitions.map((x: { name: string }) => x.name)).toEqual([
      'To Do',
      'In Progress',
      'Done',
    ]);
    expect(
      (
        await t.as('dana', 'POST', `/issue/${key}/transitions`, {
          transition: { id: '31' },
          update: { comment: [{ add: { body: adf('done') } }] },
        })
      ).status,
    ).toBe(204);
    const done = await t.as('dana', 'GET', `/issue/${key}`);
    expect(done.body.fields).toMatchObject({
      status: { name: 'Done' },
      resolution: { name: 'Done' },
      comment: { total: 1 },
    });
    await t.as('dana', 'POST', `/issue/${key}/transitions`, { transition: { id: '21' } });
    expect((await t.as('dana', 'GET', `/issue/${key}`)).body.fields).toMatchObject({
      resolution: null,
      resolutiondate: null,
    });
    expect(
      await t.as('dana', 'POST', `/issue/${key}/transitions`, { transition: { id: '999' } }),
    ).toMatchObject({
      status: 400,
      body: { errorMessages: ["Transition id '999' is not valid for this issue."] },
    });
    const bulk = await t.as('admin', 'POST', '/bulk/issues/transition', {
      bulkTransitionInputs: [{ selectedIssueIdsOrKeys: [key, 'QC-77'], transitionId: '11' }],
    });
    expect(bulk.status).toBe(201);
    const progress = await t.as('admin', 'GET', `/bulk/queue/${bulk.body.taskId}`);
    expect(progress.body).toMatchObject({
      status: 'COMPLETE',
      totalIssueCount: 2,
      invalidOrInaccessibleIssueCount: 1,
    });
    expect(
      (await t.as('ana', 'GET', '/bulk/issues/transition?issueIdsOrKeys=' + key)).body.availableTransitions,
    ).toHaveLength(1);
    expect(
      (await t.as('ana', 'POST', '/changelog/bulkfetch', { issueIdsOrKeys: [key] })).body.issueChangeLogs[0]
        .changeHistories,
    ).toHaveLength(3);
    expect(
      (await t.as('ana', 'POST', '/issue/bulkfetch', { issueIdsOrKeys: [key, 'QC-9'], fields: ['status'] }))
        .body,
    ).toMatchObject({ issues: [{ key }], issueErrors: [{ id: 'QC-9' }] });
  });

  test('comments: create, page, edit own, delete, limits', async () => {
    const t = testSite();
    const key = await createIssue(t, 'dana');
    const added = await t.as('ana', 'POST', `/issue/${key}/comment`, { body: adf('Looks fine') });
    expect(added.status).toBe(201);
    expect(
      (await t.as('dana', 'PUT', `/issue/${key}/comment/${added.body.id}`, { body: adf('no') })).status,
    ).toBe(400);
    expect(
      (await t.as('ana', 'PUT', `/issue/${key}/comment/${added.body.id}`, { body: adf('yes') })).status,
    ).toBe(200);
    expect((await t.as('ana', 'POST', `/issue/${key}/comment`, { body: 'plain' })).body.errors.comment).toBe(
      'Comment body is not valid!',
    );
    expect(
      (await t.as('ana', 'POST', `/issue/${key}/comment`, { body: adf('x'.repeat(32_768)) })).status,
    ).toBe(400);
    const hidden = await t.as('ana', 'POST', `/issue/${key}/comment`, {
      body: adf('secret'),
      visibility: { type: 'group', value: 'dba' },
    });
    expect((await t.as('ben', 'GET', `/issue/${key}/comment`)).body.total).toBe(2);
    expect((await t.as('dana', 'GET', `/issue/${key}/comment`)).body.total).toBe(1);
    expect((await t.as('dana', 'GET', `/issue/${key}/comment/${hidden.body.id}`)).status).toBe(404);
    expect(
      (await t.as('ben', 'POST', '/comment/list', { ids: [Number(added.body.id)] })).body.values,
    ).toHaveLength(1);
    expect((await t.as('ana', 'DELETE', `/issue/${key}/comment/${added.body.id}`)).status).toBe(204);
  });

  test('properties: one by one and in bulk, with limits and tasks', async () => {
    const t = testSite();
    const key = await createIssue(t, 'dana');
    const id = Number((await t.as('dana', 'GET', `/issue/${key}?fields=-*all`)).body.id);
    expect(
      (await t.as('dana', 'PUT', `/issue/${key}/properties/query-change`, { status: 'draft' })).status,
    ).toBe(201);
    expect(
      (await t.as('dana', 'PUT', `/issue/${key}/properties/query-change`, { status: 'review' })).status,
    ).toBe(200);
    expect((await t.as('dana', 'GET', `/issue/${key}/properties/query-change`)).body).toEqual({
      key: 'query-change',
      value: { status: 'review' },
    });
    expect((await t.as('dana', 'PUT', `/issue/${key}/properties/big`, 'x'.repeat(32_768))).status).toBe(400);
    expect((await t.as('dana', 'PUT', `/issue/${key}/properties/big`, 'x'.repeat(32_766))).status).toBe(201);
    expect((await t.as('dana', 'GET', `/issue/${key}/properties`)).body.keys).toHaveLength(2);
    expect((await t.as('dana', 'DELETE', `/issue/${key}/properties/big`)).status).toBe(204);
    expect((await t.as('dana', 'GET', `/issue/${key}/properties/big`)).status).toBe(404);
    const task = await t.as('dana', 'POST', '/issue/properties', {
      entitiesIds: [id],
      properties: { a: { b: 1 } },
    });
    expect(task.status).toBe(303);
    expect(task.headers.get('location')).toContain('/rest/api/3/task/');
    await t.as('dana', 'POST', '/issue/properties/multi', {
      issues: [{ issueID: id, properties: { c: 2 } }],
    });
    await t.as('dana', 'PUT', '/issue/properties/d', {
      expression: 'issue.key',
      filter: { entityIds: [id] },
    });
    const all = await t.as('dana', 'GET', `/issue/${key}?fields=summary&properties=*all`);
    expect(all.body.properties).toEqual({ 'query-change': { status: 'review' }, a: { b: 1 }, c: 2, d: key });
    expect((await t.as('dana', 'DELETE', '/issue/properties/d', { entityIds: [id] })).status).toBe(303);
    expect((await t.as('dana', 'GET', `/issue/${key}/properties/d`)).status).toBe(404);
  });
});
