import { change, MODULES, provision } from './provision';
import { adf, createIssue, testApp, testSite } from './site';

describe('workflow rules', () => {
  test('a project is provisioned over REST and its workflow rules run', async () => {
    const t = testSite();
    let verdict: { result: boolean; errorMessage?: string } = {
      result: false,
      errorMessage: 'Not analysed yet.',
    };
    const seen: unknown[] = [];
    const { app, postFunctions, events } = testApp({ modules: MODULES }, (_key, payload) => {
      seen.push(payload);
      return Promise.resolve(verdict);
    });
    t.site.install(app);
    const { fieldId } = await provision(t);
    const key = await createIssue(t, 'dana', change({ [fieldId]: { value: 'Blue' } }));
    expect((await t.as('dana', 'GET', `/issue/${key}`)).body.fields).toMatchObject({
      status: { name: 'Draft' },
      [fieldId]: { value: 'Blue' },
    });
    const refused = await t.as('dana', 'POST', `/issue/${key}/transitions`, { transition: { id: '2' } });
    expect(refused).toMatchObject({ status: 400, body: { errorMessages: ['Not analysed yet.'] } });
    expect(seen[0]).toMatchObject({
      issue: { key },
      configuration: { a: 1 },
      transition: { id: '2', from: { name: 'Draft' }, to: { name: 'In review' }, modifiedFields: {} },
    });
    verdict = { result: true };
    expect(
      (await t.as('dana', 'POST', `/issue/${key}/transitions`, { transition: { id: '2' } })).status,
    ).toBe(204);
    expect((await t.as('dana', 'GET', `/issue/${key}/transitions`)).body.transitions).toEqual([]);
    expect(
      (await t.as('dana', 'POST', `/issue/${key}/transitions`, { transition: { id: '3' } })).body
        .errorMessages,
    ).toEqual(["Transition id '3' is not valid for this issue."]);
    const offered = await t.as('ana', 'GET', `/issue/${key}/transitions?expand=transitions.fields`);
    expect(offered.body.transitions[0]).toMatchObject({
      name: 'Finish',
      hasScreen: true,
      isConditional: true,
      fields: { duedate: { required: true } },
    });
    expect(
      (await t.as('ana', 'POST', `/issue/${key}/transitions`, { transition: { id: '3' } })).body
        .errorMessages,
    ).toEqual(['When?']);
    expect(
      (
        await t.as('ana', 'POST', `/issue/${key}/transitions`, {
          transition: { id: '3' },
          fields: { labels: ['x'] },
        })
      ).body.errors.labels,
    ).toContain('cannot be set');
    const done = {
      transition: { id: '3' },
      fields: { duedate: '2026-12-01' },
      update: { comment: [{ add: { body: adf('go') } }] },
      historyMetadata: { type: 'qc', description: 'd' },
    };
    expect((await t.as('ana', 'POST', `/issue/${key}/transitions`, done)).status).toBe(204);
    expect((await t.as('ana', 'GET', `/issue/${key}`)).body.fields).toMatchObject({
      resolution: { name: 'Done' },
      duedate: '2026-12-01',
    });
    expect(postFunctions).toHaveLength(1);
    expect(postFunctions[0]?.payload).toMatchObject({
      issue: { key },
      atlassianId: 'id-ana',
      configuration: { kind: 'apply' },
      transition: { from: { name: 'In review' }, executionId: expect.any(String) },
      changelog: { id: expect.any(String) },
      comment: { id: expect.any(String) },
    });
    expect(events.findLast((e) => e.type === 'avi:jira:updated:issue')?.payload).toMatchObject({
      eventType: 'avi:jira:updated:issue',
      changelog: {
        items: expect.arrayContaining([expect.objectContaining({ field: 'status', toString: 'Done' })]),
      },
    });
    // Separation of duties: who finished may not reopen.
    expect((await t.as('ana', 'GET', `/issue/${key}/transitions`)).body.transitions).toEqual([]);
    expect((await t.as('dana', 'GET', `/issue/${key}/transitions`)).body.transitions).toHaveLength(1);
    expect(
      (await t.as('dana', 'POST', `/issue/${key}/transitions`, { transition: { id: '4' } })).status,
    ).toBe(204);
    expect((await t.as('dana', 'GET', `/issue/${key}?fields=resolution`)).body.fields.resolution).toBeNull();
  });

  test('a throwing validator and a missing module block; the issue stays', async () => {
    const t = testSite();
    const { app } = testApp({ modules: MODULES }, () => Promise.reject(new Error('timeout')));
    t.site.install(app);
    await provision(t);
    const key = await createIssue(t, 'dana', change());
    expect(
      (await t.as('dana', 'POST', `/issue/${key}/transitions`, { transition: { id: '2' } })).status,
    ).toBe(400);
    t.site.install(testApp({ modules: { 'jira:issuePanel': [] } }).app);
    expect(
      (await t.as('dana', 'POST', `/issue/${key}/transitions`, { transition: { id: '2' } })).status,
    ).toBe(400);
    expect((await t.as('dana', 'GET', `/issue/${key}?fields=status`)).body.fields.status.name).toBe('Draft');
  });

  test('a transition that lost a race answers 409', async () => {
    const t = testSite();
    let release: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let first = true;
    const { app } = testApp({ modules: MODULES }, async () => {
      if (first) {
        first = false;
        await gate;
      }
      return { result: true };
    });
    t.site.install(app);
    await provision(t);
    const key = await createIssue(t, 'dana', change());
    const slow = t.as('dana', 'POST', `/issue/${key}/transitions`, { transition: { id: '2' } });
    await new Promise((resolve) => setImmediate(resolve));
    expect(
      (await t.as('dana', 'POST', `/issue/${key}/transitions`, { transition: { id: '2' } })).status,
    ).toBe(204);
    release?.();
    expect((await slow).status).toBe(409);
  });
});
