import { ARI, MODULES, must, provision, status, workflowPayload } from './provision';
import { createIssue, testApp, testSite } from './site';

describe('provisioning', () => {
  test('workflows: capabilities, validation, stale versions, unmodelled rules', async () => {
    const t = testSite();
    t.site.install(testApp({ modules: MODULES }).app);
    const rules = (await must(t, 'admin', 'GET', '/workflows/capabilities')).body.forgeRules;
    expect(rules.map((r: { ruleKey: string }) => r.ruleKey)).toContain('forge:workflow-post-function');
    expect((await t.as('dana', 'GET', '/workflows/capabilities')).status).toBe(403);
    const { workflow } = await provision(t);
    const bad = workflowPayload('1', 'Other');
    bad.workflows[0]?.transitions.push({
      id: '9',
      name: 'Odd',
      type: 'GLOBAL',
      toStatusReference: 'draft',
      links: [],
      validators: [{ ruleKey: 'system:proforma-forms-attached', parameters: {} }],
    } as never);
    bad.statuses = [];
    const wrong = await must(t, 'admin', 'POST', '/workflows/create/validation', {
      payload: bad,
      validationOptions: { levels: ['ERROR'] },
    });
    expect(wrong.body.errors.map((e: { code: string }) => e.code)).toEqual(
      expect.arrayContaining(['STATUS_MISSING', 'RULE_KEY_UNSUPPORTED']),
    );
    expect((await t.as('admin', 'POST', '/workflows/create', bad)).status).toBe(400);
    expect(
      (
        await t.as('admin', 'POST', '/workflows/create', {
          ...workflowPayload('1'),
          statuses: workflow.statuses.map(() => status('x', 'y', 'TODO')).slice(0, 0),
        })
      ).status,
    ).toBe(409);
    const read = (await must(t, 'admin', 'POST', '/workflows', { workflowNames: [workflow.name] })).body;
    expect((await must(t, 'admin', 'GET', '/workflows/search?queryString=query')).body.values).toHaveLength(
      1,
    );
    const current = read.workflows[0];
    const edit = {
      statuses: read.statuses.map(({ scope: _scope, ...s }: Record<string, unknown>) => s),
      workflows: [
        {
          id: current.id,
          version: current.version,
          description: 'new',
          statuses: current.statuses,
          transitions: current.transitions,
        },
      ],
    };
    const validated = await must(t, 'admin', 'POST', '/workflows/update/validation', { payload: edit });
    expect(validated.body.errors).toEqual([]);
    const updated = await must(t, 'admin', 'POST', '/workflows/update', edit);
    expect(updated.body.workflows[0].version.versionNumber).toBe(2);
    expect((await t.as('admin', 'POST', '/workflows/update', edit)).status).toBe(409);
  });

  test('schemes move a project; issues need status mappings', async () => {
    const t = testSite();
    t.site.install(testApp({ modules: MODULES }).app);
    await createIssue(t, 'dana');
    const { schemeId, typeId } = await provision(t);
    await must(t, 'admin', 'GET', '/issuetypescheme/project?projectId=10000');
    await must(t, 'admin', 'GET', '/issuetypescreenscheme/project?projectId=10000');
    await must(t, 'admin', 'GET', '/issuetypescheme/mapping');
    await must(t, 'admin', 'GET', '/issuetypescreenscheme/mapping');
    await must(t, 'admin', 'GET', '/screenscheme');
    const schemes = await must(t, 'admin', 'GET', '/workflowscheme/project?projectId=10000');
    expect(schemes.body.values[0].projectIds).toEqual(['10000']);
    expect(
      (
        await t.as('admin', 'PUT', '/workflowscheme/project', {
          workflowSchemeId: schemeId,
          projectId: '10000',
        })
      ).status,
    ).toBe(400);
    expect(
      (
        await t.as('admin', 'POST', '/workflowscheme/project/switch', {
          projectId: '10000',
          targetSchemeId: schemeId,
        })
      ).status,
    ).toBe(400);
    const statuses = (await must(t, 'admin', 'GET', '/statuses/search?searchString=draft')).body.values;
    const switched = await t.as('admin', 'POST', '/workflowscheme/project/switch', {
      projectId: '10000',
      targetSchemeId: schemeId,
      mappingsByIssueTypeOverride: [
        { issueTypeId: '10002', statusMappings: [{ oldStatusId: '10000', newStatusId: statuses[0].id }] },
      ],
    });
    expect(switched.status).toBe(303);
    await must(t, 'admin', 'GET', `/task/${switched.headers.get('location')?.split('/').at(-1) ?? ''}`);
    expect((await t.as('dana', 'GET', '/issue/QC-1?fields=status')).body.fields.status.name).toBe('Draft');
    const read = (await must(t, 'admin', 'POST', '/workflowscheme/read', { workflowSchemeIds: [schemeId] }))
      .body[0];
    const update = {
      id: read.id,
      name: read.name,
      description: 'd',
      version: read.version,
      defaultWorkflowId: read.defaultWorkflow.id,
      workflowsForIssueTypes: [{ workflowId: read.defaultWorkflow.id, issueTypeIds: [typeId] }],
    };
    await must(t, 'admin', 'POST', '/workflowscheme/update', update);
    expect((await t.as('admin', 'POST', '/workflowscheme/update', update)).status).toBe(409);
    await must(t, 'admin', 'GET', `/workflowscheme/${schemeId}`);
  });

  test('read-only app fields are written by the app only, and panels are pinned', async () => {
    const t = testSite();
    const { app } = testApp({ modules: MODULES });
    t.site.install(app);
    t.site.install(app);
    const field = (await must(t, 'admin', 'GET', '/field/search?type=custom&query=risk')).body.values[0];
    expect(field).toMatchObject({ name: 'Risk', isLocked: true });
    await must(t, 'admin', 'POST', '/screens/1/tabs/10000/fields', { fieldId: field.id });
    const key = await createIssue(t, 'dana');
    const id = Number((await t.as('dana', 'GET', `/issue/${key}?fields=-*all`)).body.id);
    expect((await t.as('dana', 'PUT', `/issue/${key}`, { fields: { [field.id]: 'low' } })).status).toBe(400);
    expect(
      (
        await t.as('admin', 'PUT', `/app/field/${field.id}/value`, {
          updates: [{ issueIds: [id], value: 'low' }],
        })
      ).status,
    ).toBe(403);
    expect(
      (
        await t.as('app', 'PUT', `/app/field/${encodeURIComponent(`${ARI}risk`)}/value`, {
          updates: [{ issueIds: [id], value: 'low' }],
        })
      ).status,
    ).toBe(204);
    expect(
      (
        await t.as('app', 'POST', '/app/field/value', {
          updates: [{ customField: field.id, issueIds: [id], value: 'high' }],
        })
      ).status,
    ).toBe(204);
    expect((await t.as('dana', 'GET', `/issue/${key}?fields=${field.id}`)).body.fields[field.id]).toBe(
      'high',
    );
    expect(
      (await t.as('dana', 'POST', '/search/jql', { jql: `project = QC and Risk ~ "high"` })).body.issues,
    ).toHaveLength(1);
    const pin = { moduleId: `${ARI}panel`, projectList: [{ projectIdOrKey: 'QC', action: 'PIN' }] };
    expect((await t.as('dana', 'POST', '/forge/panel/action/bulk/async', pin)).status).toBe(403);
    const pinned = await t.as('admin', 'POST', '/forge/panel/action/bulk/async', pin);
    expect(pinned.status).toBe(202);
    expect((await must(t, 'admin', 'GET', `/task/${pinned.body.taskId}`)).body.status).toBe('COMPLETE');
    expect(t.site.pinnedPanels('QC')).toEqual(['panel']);
  });
});
