import { ARI, change, MODULES, must, provision } from './provision';
import { createIssue, testApp, testSite, type TestSite } from './site';

async function refused(t: TestSite, path: string, who = 'admin'): Promise<[status: number, words: string]> {
  const reply = await t.as(who, 'DELETE', path);
  return [reply.status, String(reply.body?.errorMessages?.[0])];
}

async function provisioned() {
  const t = testSite();
  t.site.install(testApp({ modules: MODULES }).app);
  const made = await provision(t);
  const values = async (path: string) => (await must(t, 'admin', 'GET', path)).body.values;
  const named = async (path: string, name: string) =>
    String((await values(path)).find((v: { name: string }) => v.name === name).id);
  return {
    t,
    ...made,
    types: await named('/issuetypescheme', 'QC types'),
    typed: await named('/issuetypescreenscheme', 'QC typed'),
    screens: await named('/screenscheme', 'QC screens'),
    screen: await named('/screens', 'Query Change screen'),
    draft: await named('/statuses/search', 'Draft'),
  };
}

describe('removal', () => {
  test('what is in use stays, with words that say why', async () => {
    const site = await provisioned();
    const { t, types, typed, screens, screen, draft, workflow, schemeId, typeId } = site;
    await createIssue(t, 'dana', change());
    expect(await refused(t, `/issuetypescreenscheme/${typed}`)).toEqual([
      400,
      'The issue type screen scheme cannot be deleted because it is assigned to one or more projects.',
    ]);
    expect(await refused(t, `/screenscheme/${screens}`)).toEqual([
      400,
      'The screen scheme cannot be deleted as it is in use in an issue type screen scheme.',
    ]);
    expect(await refused(t, `/screens/${screen}`)).toEqual([400, 'The screen is used in a screen scheme.']);
    expect(await refused(t, `/workflow/${workflow.id}`)).toEqual([
      400,
      'Cannot delete a workflow that is associated with a workflow scheme.',
    ]);
    expect(await refused(t, `/workflowscheme/${schemeId}`)).toEqual([
      400,
      expect.stringContaining('used by a project'),
    ]);
    expect(await refused(t, `/statuses?id=${draft}`)).toEqual([
      400,
      "The status 'Draft' cannot be deleted because the workflow 'Query change workflow' uses it.",
    ]);
    expect(await refused(t, `/issuetype/${typeId}`)).toEqual([404, expect.stringContaining('in use by 1')]);
    expect((await refused(t, `/issuetype/${typeId}?alternativeIssueTypeId=${typeId}`))[0]).toBe(409);
    expect((await refused(t, `/issuetype/${typeId}?alternativeIssueTypeId=10003`))[0]).toBe(409);
    expect((await refused(t, `/issuetype/${typeId}?alternativeIssueTypeId=99`))[0]).toBe(404);
    // The project offers the new type only.
    expect((await refused(t, `/issuetype/${typeId}?alternativeIssueTypeId=10002`))[0]).toBe(400);
    expect(await refused(t, `/issuetypescheme/${types}/issuetype/${typeId}`)).toEqual([
      400,
      expect.stringContaining('issues use'),
    ]);
    for (const path of [
      '/issuetypescheme/10000',
      '/issuetypescheme/10000/issuetype/10002',
      '/issuetypescreenscheme/1',
      '/workflowscheme/10000',
      `/workflow/${(await must(t, 'admin', 'GET', '/workflows/search')).body.values[0].id}`,
      '/statuses',
      '/statuses?id=99',
    ])
      expect((await refused(t, path))[0]).toBe(400);
    for (const path of [
      `/issuetypescheme/${types}`,
      `/issuetypescreenscheme/${typed}`,
      `/screenscheme/${screens}`,
      `/workflow/${workflow.id}`,
      `/resolution/10000?replaceWith=10001`,
    ])
      expect((await refused(t, path, 'dana'))[0]).toBe(403);
    for (const path of [
      '/issuetypescheme/99',
      '/issuetypescreenscheme/99',
      '/screenscheme/99',
      '/workflow/99',
    ])
      expect((await refused(t, path))[0]).toBe(404);
  });

  test('taken apart from the project down, everything goes', async () => {
    const site = await provisioned();
    const { t, project, types, typed, screens, screen, draft, workflow, schemeId, typeId } = site;
    const projectId = String(project.id);
    const gone = async (path: string) => {
      expect([path, (await t.as('admin', 'DELETE', path)).status]).toEqual([path, 204]);
    };
    await must(t, 'admin', 'PUT', '/workflowscheme/project', { workflowSchemeId: '10000', projectId });
    await gone(`/workflowscheme/${schemeId}`);
    await must(t, 'admin', 'PUT', '/issuetypescreenscheme/project', {
      issueTypeScreenSchemeId: '1',
      projectId,
    });
    await gone(`/issuetypescreenscheme/${typed}`);
    // Projects of a deleted scheme get the default one.
    await gone(`/issuetypescheme/${types}`);
    const [row] = (await must(t, 'admin', 'GET', `/issuetypescheme/project?projectId=${projectId}`)).body
      .values;
    expect(row.issueTypeScheme.id).toBe('10000');
    await gone(`/screenscheme/${screens}`);
    expect(await refused(t, `/screens/${screen}`)).toEqual([400, 'The screen is used in a workflow.']);
    await gone(`/workflow/${workflow.id}`);
    await gone(`/screens/${screen}`);
    await gone(`/statuses?id=${draft}`);
    await gone(`/issuetype/${typeId}`);
    expect((await must(t, 'admin', 'GET', '/issuetypescheme/mapping')).body.values).not.toContainEqual({
      issueTypeSchemeId: '10000',
      issueTypeId: typeId,
    });
    // The project works on with Jira's defaults.
    expect(await createIssue(t, 'dana', { project: { key: 'CHG' } })).toBe('CHG-1');
  });

  test('issues of a deleted type get the alternative; schemes forget the type', async () => {
    const t = testSite();
    const type = await must(t, 'admin', 'POST', '/issuetype', { name: 'Odd', type: 'standard' });
    const key = await createIssue(t, 'dana', { issuetype: { name: 'Odd' } });
    const mappings = [{ issueTypeId: String(type.body.id), screenSchemeId: '1' }];
    await must(t, 'admin', 'PUT', '/issuetypescreenscheme/1/mapping', { issueTypeMappings: mappings });
    expect(
      (await t.as('admin', 'DELETE', `/issuetype/${type.body.id}?alternativeIssueTypeId=10004`)).status,
    ).toBe(204);
    const issue = (await must(t, 'dana', 'GET', `/issue/${key}?expand=changelog&fields=issuetype`)).body;
    expect(issue.fields.issuetype.name).toBe('Bug');
    expect(issue.changelog.histories[0].items[0]).toMatchObject({ field: 'issuetype', toString: 'Bug' });
    expect((await must(t, 'admin', 'GET', '/issuetypescreenscheme/mapping')).body.values).toHaveLength(1);
    const remove = async (ids: string[]) =>
      (await t.as('admin', 'POST', '/issuetypescreenscheme/1/mapping/remove', { issueTypeIds: ids })).status;
    expect(await remove(['10002'])).toBe(404);
    expect(await remove(['default'])).toBe(400);
    await must(t, 'admin', 'PUT', '/issuetypescreenscheme/1/mapping', {
      issueTypeMappings: [{ issueTypeId: '10002', screenSchemeId: '1' }],
    });
    expect(await remove(['10002', '10002'])).toBe(400);
    expect(await remove(['10002'])).toBe(204);
  });

  test('panels are unpinned', async () => {
    const t = testSite();
    t.site.install(testApp({ modules: MODULES }).app);
    const pin = (action: string) => ({
      moduleId: `${ARI}panel`,
      projectList: [{ projectIdOrKey: 'QC', action }],
    });
    await must(t, 'admin', 'POST', '/forge/panel/action/bulk/async', pin('PIN'));
    expect(t.site.pinnedPanels('QC')).toEqual(['panel']);
    const reply = await must(t, 'admin', 'POST', '/forge/panel/action/bulk/async', pin('UNPIN'));
    expect(reply.status).toBe(202);
    expect(t.site.pinnedPanels('QC')).toEqual([]);
  });
});

describe('drift', () => {
  test('an administrator drops a rule and a transition; a reading shows it', async () => {
    const { t, workflow } = await provisioned();
    const read = async () =>
      (await must(t, 'admin', 'POST', '/workflows', { workflowIds: [workflow.id] })).body;
    const before = await read();
    const finish = before.workflows[0].transitions.find((x: { name: string }) => x.name === 'Finish');
    expect(finish).toMatchObject({
      conditions: {
        operation: 'ALL',
        conditions: [
          {
            ruleKey: 'forge:expression-condition',
            parameters: { key: `${ARI}not-author`, config: '{"group":"dba"}' },
          },
        ],
      },
      validators: [{ ruleKey: 'system:validate-field-value', parameters: { errorMessage: 'When?' } }],
      actions: [{ ruleKey: 'system:update-field' }, { ruleKey: 'forge:workflow-post-function' }],
      transitionScreen: { ruleKey: 'system:transition-screen' },
    });
    const save = async (transitions: unknown[]) => {
      const { workflows, statuses } = await read();
      const { id, version, description, statuses: layout } = workflows[0];
      return await must(t, 'admin', 'POST', '/workflows/update', {
        statuses: statuses.map(({ scope: _scope, ...s }: Record<string, unknown>) => s),
        workflows: [{ id, version, description, statuses: layout, transitions }],
      });
    };
    await save(
      before.workflows[0].transitions
        .filter((x: { name: string }) => x.name !== 'Reopen')
        .map((x: { name: string }) => (x.name === 'Finish' ? { ...x, conditions: null, actions: [] } : x)),
    );
    const after = (await read()).workflows[0];
    expect(after.version).toEqual({ id: expect.any(String), versionNumber: 2 });
    expect(after.version.id).not.toBe(before.workflows[0].version.id);
    expect(after.transitions.map((x: { name: string }) => x.name)).toEqual(['Create', 'Submit', 'Finish']);
    const changed = after.transitions.at(-1);
    expect(changed).not.toHaveProperty('conditions');
    expect(changed.actions).toEqual([]);
    // The rules run as they are now: the author, whom the condition kept out, may finish.
    const key = await createIssue(t, 'dana', change());
    await must(t, 'dana', 'POST', `/issue/${key}/transitions`, { transition: { id: '2' } });
    const done = { transition: { id: '3' }, fields: { duedate: '2026-12-01' } };
    expect((await t.as('dana', 'POST', `/issue/${key}/transitions`, done)).status).toBe(204);
    // Put back from the first reading, rules keep their ids and parameters.
    await save(before.workflows[0].transitions);
    expect((await read()).workflows[0].transitions).toEqual(before.workflows[0].transitions);
  });

  test('a field leaves a screen and comes back', async () => {
    const { t, screen, fieldId } = await provisioned();
    const [tab] = (await must(t, 'admin', 'GET', `/screens/${screen}/tabs`)).body;
    const fields = `/screens/${screen}/tabs/${tab.id}/fields`;
    const create = async () =>
      await t.as('dana', 'POST', '/issue', {
        fields: { ...change({ [fieldId]: { value: 'Blue' } }), summary: 'x' },
      });
    expect((await create()).status).toBe(201);
    expect((await t.as('dana', 'DELETE', `${fields}/${fieldId}`)).status).toBe(403);
    expect((await t.as('admin', 'DELETE', `${fields}/${fieldId}`)).status).toBe(204);
    expect((await t.as('admin', 'DELETE', `${fields}/${fieldId}`)).status).toBe(404);
    expect((await create()).body.errors).toHaveProperty(fieldId);
    await must(t, 'admin', 'POST', fields, { fieldId });
    expect((await create()).status).toBe(201);
  });

  test('statuses and resolutions are renamed and replaced', async () => {
    const { t, draft } = await provisioned();
    const key = await createIssue(t, 'dana', change());
    const rename = async (name: string, id = draft) =>
      await t.as('admin', 'PUT', '/statuses', { statuses: [{ id, name, statusCategory: 'TODO' }] });
    expect((await rename('In review')).status).toBe(400);
    expect((await rename('x'.repeat(256))).body.errorMessages).toEqual(['The name is too long, maxSize=255']);
    expect((await rename('Gone', '99')).status).toBe(400);
    expect((await rename('Sketch')).status).toBe(204);
    expect((await must(t, 'dana', 'GET', `/issue/${key}?fields=status`)).body.fields.status).toMatchObject({
      id: draft,
      name: 'Sketch',
    });
    const count = async (jql: string) =>
      await t.as('dana', 'POST', '/search/approximate-count', { jql: `project = CHG and ${jql}` });
    expect((await count('status = Sketch')).body.count).toBe(1);
    expect((await count('status = Draft')).status).toBe(400);

    const made = (await must(t, 'admin', 'POST', '/resolution', { name: 'Rolled back' })).body;
    const resolution = `/resolution/${made.id}`;
    expect((await t.as('admin', 'PUT', resolution, { name: 'done' })).status).toBe(400);
    expect((await t.as('dana', 'PUT', resolution, { name: 'X' })).status).toBe(403);
    expect((await t.as('admin', 'PUT', '/resolution/99', { name: 'X' })).status).toBe(404);
    expect((await t.as('admin', 'PUT', resolution, { name: 'Reverted', description: 'd' })).status).toBe(204);
    const done = await createIssue(t, 'dana');
    await must(t, 'dana', 'POST', `/issue/${done}/transitions`, { transition: { id: '31' } });
    const resolved = async () =>
      (await must(t, 'dana', 'GET', `/issue/${done}?fields=resolution,resolutiondate`)).body.fields;
    const before = await resolved();
    t.advance(60_000);
    expect((await t.as('admin', 'DELETE', '/resolution/10000')).status).toBe(400);
    expect((await t.as('admin', 'DELETE', '/resolution/10000?replaceWith=10000')).status).toBe(400);
    expect((await t.as('admin', 'DELETE', `/resolution/10000?replaceWith=${made.id}`)).status).toBe(303);
    expect(await resolved()).toMatchObject({
      resolution: { name: 'Reverted', description: 'd' },
      resolutiondate: before.resolutiondate,
    });
    expect((await must(t, 'dana', 'GET', '/resolution')).body.map((r: { id: string }) => r.id)).not.toContain(
      '10000',
    );
  });
});
