import { setupSteps, type SetupStep } from '#core/panel/admin-contract';
import { people } from '../../../scripts/local/seed';
import { secondAdmin, startAdminSite, words, type AdminSite, type Json } from './site';

let site: AdminSite;
let kept: Record<string, string>;
beforeAll(async () => {
  site = await startAdminSite();
  await site.setUp();
  kept = site.kept() ?? {};
});
afterAll(() => site.host.close());
afterEach(() => {
  site.host.faults.jira.length = 0;
});

/** Breaks something, sees it in the plan in these words, repairs it, and sees it right. */
async function breakAndRepair(step: SetupStep, ...expected: string[]): Promise<void> {
  const plan = await site.plan(step);
  const listed = words(plan.changes);
  for (const line of expected) expect(listed).toContainEqual(expect.stringContaining(line) as string);
  expect([plan.state, listed.length]).toEqual(['todo', expected.length]);
  expect(await site.run(step)).toMatchObject({ state: 'done' });
  expect(await site.plan(step)).toMatchObject({ state: 'right', changes: [] });
}

async function allRight(): Promise<void> {
  for (const step of setupSteps) expect([step, (await site.plan(step)).state]).toEqual([step, 'right']);
}

type Transition = Json;

/** Edits the transitions of our workflow as an admin's browser would. */
async function editWorkflow(edit: (transitions: Transition[]) => Transition[]): Promise<void> {
  const { statuses, workflows } = await site.rest('POST', '/workflows', {
    workflowIds: [kept['workflowId']],
  });
  const [{ id, version, statuses: places, transitions, startPointLayout }] = workflows;
  await site.rest('POST', '/workflows/update', {
    statuses,
    workflows: [{ id, version, startPointLayout, statuses: places, transitions: edit(transitions) }],
  });
}

/** Edits one transition by its name. */
const edited =
  (name: string, edit: (transition: Transition) => Transition) =>
  (transitions: Transition[]): Transition[] => {
    expect(transitions.map((transition) => transition.name)).toContain(name);
    return transitions.flatMap((transition) => (transition.name === name ? edit(transition) : transition));
  };

describe('things', () => {
  test('the issue type renamed', async () => {
    await site.rest('PUT', `/issuetype/${kept['issueTypeId']}`, { name: 'DB ticket' });
    await breakAndRepair('issue-type', 'named "DB ticket", should be "Query Change"');
  });

  test('statuses renamed, in another category, and gone', async () => {
    await site.rest('PUT', '/statuses', {
      statuses: [
        { id: kept['status.draft'], name: 'Sketch', statusCategory: 'TODO' },
        { id: kept['status.failed'], name: 'Failed', statusCategory: 'DONE' },
      ],
    });
    await breakAndRepair(
      'statuses',
      'repair Status "Draft": named "Sketch", should be "Draft"',
      'repair Status "Failed": category Done, should be In progress',
    );
  });

  test('a resolution gone: made again, and the workflow told', async () => {
    site.edit((state) => {
      state.resolutions = state.resolutions.filter(({ name }: Json) => name !== 'Rolled back');
    });
    await breakAndRepair('resolutions', 'repair Resolution "Rolled back": gone');
    await breakAndRepair(
      'workflow',
      'Transition "Resolve as rolled back": sets another resolution',
      'Transition "Rolled back": sets another resolution',
    );
  });

  test('a field missing from the screen, another screen in the scheme, a screen gone', async () => {
    const [tab] = await site.rest('GET', `/screens/${kept['screenId']}/tabs`);
    await site.rest(
      'DELETE',
      `/screens/${kept['screenId']}/tabs/${tab.id}/fields/${kept['field.approvals']}`,
    );
    await site.rest('PUT', `/screenscheme/${kept['screenSchemeId']}`, {
      screens: { default: Number(kept['reasonScreenId']) },
    });
    await breakAndRepair(
      'screens',
      'Field "Query Change approvals": missing from the screen',
      'Screen scheme "Query Change": shows another screen',
    );
    site.edit((state) => {
      state.screens = state.screens.filter(({ id }: Json) => id !== kept['reasonScreenId']);
    });
    await breakAndRepair('screens', 'repair Screen "Query Change: reason": gone; will be made again');
    await breakAndRepair(
      'workflow',
      ...[
        'Request changes',
        'Reject',
        'Resolve as succeeded',
        'Resolve as failed',
        'Resolve as rolled back',
      ].map((name) => `Transition "${name}": does not show the screen that asks for a reason`),
    );
  });

  test('the project bound to another scheme; the issue type out of its scheme; the workflow replaced in it', async () => {
    await site.rest('PUT', '/workflowscheme/project', {
      workflowSchemeId: '10000',
      projectId: kept['projectId'],
    });
    await breakAndRepair(
      'schemes',
      'repair Project DB: will use the workflow scheme "Query Change" instead of',
    );
    const scheme = kept['issueTypeSchemeId'];
    const others = (await site.rest('GET', '/issuetype')).filter(
      ({ id, hierarchyLevel }: Json) => id !== kept['issueTypeId'] && hierarchyLevel === 0,
    );
    await site.rest('PUT', `/issuetypescheme/${scheme}/issuetype`, { issueTypeIds: [others[0].id] });
    await site.rest('DELETE', `/issuetypescheme/${scheme}/issuetype/${kept['issueTypeId']}`);
    const [read] = await site.rest('POST', '/workflowscheme/read', {
      workflowSchemeIds: [kept['workflowSchemeId']],
    });
    const { values } = await site.rest('GET', '/workflows/search');
    const other = values.find(({ id }: Json) => id !== kept['workflowId']).id;
    const { id, name, description, version } = read;
    await site.rest('POST', '/workflowscheme/update', {
      id,
      name,
      description,
      version,
      defaultWorkflowId: other,
      workflowsForIssueTypes: [],
    });
    await breakAndRepair(
      'schemes',
      'Issue type scheme "Query Change": lacks the issue type',
      'Workflow scheme "Query Change": gives the issue type "Query Change" another workflow',
    );
  });

  test('the project gone: what a person does; known by another key: written down', async () => {
    const { projects } = site.records();
    site.edit((state) => {
      state.projects = [];
    });
    const plan = await site.call('plan-step', { step: 'project', projectKey: null });
    expect(plan).toMatchObject({
      state: 'manual',
      changes: [{ kind: 'repair', what: 'Project DB' }],
      instruction: expect.stringContaining('Trash') as string,
    });
    site.edit((state) => {
      state.projects = [{ ...projects[0], key: 'DATA' }];
    });
    const step = { step: 'project', projectKey: null } as const;
    expect(words((await site.call('plan-step', step)).changes)).toEqual([
      'change Project Database changes (DATA): instead of DB',
    ]);
    await site.call('setup-step', step);
    expect((await site.call('overview', {})).project?.key).toBe('DATA');
    site.edit((state) => {
      state.projects = projects;
    });
    await site.call('setup-step', step);
    await allRight();
  });

  test('Jira binds no scheme to a project with issues: what a person does', async () => {
    const { id } = await site.rest('POST', '/issue', {
      fields: { project: { key: 'DB' }, issuetype: { id: kept['issueTypeId'] }, summary: 'One' },
    });
    site.edit((state) => {
      state.projects[0].workflowSchemeId = '10000';
    });
    expect(await site.run('schemes')).toMatchObject({
      state: 'manual',
      message: expect.stringContaining('400') as string,
      instruction: expect.stringContaining('Project settings') as string,
    });
    await site.rest('DELETE', `/issue/${id}`);
    await breakAndRepair('schemes', 'will use the workflow scheme "Query Change"');
  });

  test('a field made anew by reinstalling the app: it is used, on the screen and in every rule', async () => {
    site.edit((state) => {
      state.fields = state.fields.filter(({ id }: Json) => id !== kept['field.author']);
    });
    await breakAndRepair('fields', 'repair Field "Query Change author": another field than before');
    await breakAndRepair('screens', 'repair Field "Query Change author": missing from the screen');
    const plan = await site.plan('workflow');
    expect(plan.changes).toHaveLength(18);
    expect(words(plan.changes)[0]).toContain('has author field');
    await site.run('workflow');
    await allRight();
    kept = site.kept() ?? {};
  });

  test('the app’s user lacks a permission: what a person does', async () => {
    const scheme = await site.rest('GET', '/project/DB/permissionscheme?expand=permissions');
    const taken = scheme.permissions.filter(({ permission }: Json) => permission === 'TRANSITION_ISSUES');
    for (const { id } of taken) await site.rest('DELETE', `/permissionscheme/${scheme.id}/permission/${id}`);
    const plan = await site.plan('permissions');
    expect(plan).toMatchObject({
      state: 'manual',
      instruction: expect.stringContaining('"Transition issues"') as string,
    });
    expect(words(plan.changes)).toEqual([
      'repair Permission "Transition issues": missing from the app\'s user',
    ]);
    for (const { holder, permission } of taken) {
      await site.rest('POST', `/permissionscheme/${scheme.id}/permission`, { holder, permission });
    }
    expect((await site.plan('permissions')).state).toBe('right');
  });

  test('filters gone, renamed, with another JQL, and private', async () => {
    const id = (key: string): string => kept[`filter.${key}`] ?? '';
    await site.rest('DELETE', `/filter/${id('attempts-refused')}`);
    const jql = 'project = DB';
    await site.rest('PUT', `/filter/${id('slow-lead-time')}`, { name: 'Slow', jql });
    const { name, jql: right } = await site.rest('GET', `/filter/${id('approved-by-author')}`);
    await site.rest('PUT', `/filter/${id('approved-by-author')}`, { name, jql: right, sharePermissions: [] });
    await breakAndRepair(
      'filters',
      'repair Filter "Query Change: Attempts to go round the rules": gone; will be made again',
      'Filter "Query Change: Lead time over 24 hours": named "Slow"; its JQL is project = DB; should be',
      'Filter "Query Change: Approved by its author": not shared',
    );
    expect(site.records().filters).toHaveLength(9);
    expect((await site.call('overview', {})).compliance.filters).toBe(9);
    kept = site.kept() ?? {};
  });

  test('a filter that its owner made private is not made twice by another admin', async () => {
    const id = kept['filter.attempts-refused'] ?? '';
    const { name, jql } = await site.rest('GET', `/filter/${id}`);
    await site.rest('PUT', `/filter/${id}`, { name, jql, sharePermissions: [] });
    const report = await site.run('filters', secondAdmin.accountId);
    expect(report).toMatchObject({
      state: 'manual',
      instruction: expect.stringContaining(people.admin.displayName) as string,
    });
    expect(site.records().filters).toHaveLength(9);
    await breakAndRepair('filters', 'not shared with everybody');
  });

  test('the gadget gone, and the dashboard gone', async () => {
    const { dashboardId } = (await site.call('overview', {})).compliance;
    const [{ id }] = (await site.rest('GET', `/dashboard/${dashboardId}/gadget`)).gadgets;
    await site.rest('DELETE', `/dashboard/${dashboardId}/gadget/${id}`);
    await breakAndRepair('dashboard', 'repair Gadget "Query Change compliance"');
    await site.rest('DELETE', `/dashboard/${dashboardId}`);
    await breakAndRepair('dashboard', 'repair Dashboard', 'create Gadget');
    expect((await site.call('overview', {})).compliance.dashboardId).not.toBe(dashboardId);
  });
});

describe('the workflow', () => {
  test.each<[string, (transitions: Transition[]) => Transition[], string]>([
    ['a transition gone', edited('Cancel', () => []), 'repair Transition "Cancel": missing'],
    [
      'a transition renamed',
      edited('Run', (run) => ({ ...run, name: 'Go' })),
      'Transition "Run": named "Go", should be "Run"',
    ],
    [
      'a transition from another status too',
      edited('Run', (run) => ({
        ...run,
        links: [...run.links, { fromStatusReference: kept['status.draft'] }],
      })),
      'Transition "Run": from Approved, Draft, should be from Approved',
    ],
    [
      'a transition to another status',
      edited('Reject', (reject) => ({ ...reject, toStatusReference: kept['status.cancelled'] })),
      'Transition "Reject": to Cancelled, should be to Rejected',
    ],
    [
      'the condition removed',
      edited('Approve', ({ conditions: _conditions, ...approve }) => approve),
      'Transition "Approve": the rule "who may" is missing',
    ],
    [
      'the validator removed',
      edited('Approve', (approve) => ({ ...approve, validators: [] })),
      'Transition "Approve": the rule "the ledger agrees" is missing',
    ],
    [
      'the post-function removed',
      edited('Run', (run) => ({ ...run, actions: [] })),
      'Transition "Run": the rule "follow the transition" is missing',
    ],
    [
      'a rule disabled',
      edited('Run', (run) => {
        const [rule] = run.validators;
        return { ...run, validators: [{ ...rule, parameters: { ...rule.parameters, disabled: 'true' } }] };
      }),
      'Transition "Run": the rule "the ledger agrees" is disabled',
    ],
    [
      'a rule of another configuration',
      edited('Approve', (approve) => {
        const [rule] = approve.conditions.conditions;
        const config = JSON.stringify({ ...JSON.parse(rule.parameters.config), who: 'anyone' });
        const parameters = { ...rule.parameters, config };
        return {
          ...approve,
          conditions: { ...approve.conditions, conditions: [{ ...rule, parameters }] },
        };
      }),
      'Transition "Approve": the rule "who may" has who "anyone", should be "approver"',
    ],
    [
      'a condition that any other can stand in for',
      edited('Quorum reached', (quorum) => ({
        ...quorum,
        conditions: {
          operation: 'ANY',
          conditions: [
            ...quorum.conditions.conditions,
            { ruleKey: 'system:separation-of-duties', parameters: {} },
          ],
          conditionGroups: [],
        },
      })),
      'Transition "Quorum reached": the rule "who may" is one of several of which any suffices',
    ],
    [
      'the resolution not set',
      edited('Cancel', (cancel) => ({
        ...cancel,
        actions: cancel.actions.filter(({ ruleKey }: Json) => ruleKey !== 'system:update-field'),
      })),
      'Transition "Cancel": leaves the resolution, should set it',
    ],
    [
      'a way round',
      (all) => [
        ...all,
        {
          id: '501',
          name: 'Shortcut',
          type: 'DIRECTED',
          toStatusReference: kept['status.approved'],
          links: [{ fromStatusReference: kept['status.draft'] }],
        },
      ],
      'Transition "Shortcut": leads from Draft to Approved without a rule of Query Change; will be removed',
    ],
    [
      'a way round from everywhere',
      (all) => [
        ...all,
        { id: '502', name: 'Done', type: 'GLOBAL', toStatusReference: kept['status.succeeded'] },
      ],
      'Transition "Done": leads from any status to Succeeded',
    ],
    [
      'another beginning',
      edited('Create', (create) => ({ ...create, toStatusReference: kept['status.approved'] })),
      'Start of the workflow: new issues do not begin in Draft',
    ],
  ])('%s', async (_, edit, expected) => {
    await editWorkflow(edit);
    await breakAndRepair('workflow', expected);
  });

  test('what others added and does not weaken it stays', async () => {
    const others = { ruleKey: 'system:change-assignee', parameters: { type: 'to-current-user' } };
    await editWorkflow(
      edited('Run', (run) => ({ ...run, validators: [], actions: [...run.actions, others] })),
    );
    await breakAndRepair('workflow', 'the rule "the ledger agrees" is missing');
    const { workflows } = await site.rest('POST', '/workflows', { workflowIds: [kept['workflowId']] });
    const run = workflows[0].transitions.find(({ name }: Json) => name === 'Run');
    expect(run.actions.map(({ ruleKey }: Json) => ruleKey)).toContain('system:change-assignee');
  });

  test('another operator group: every rule names it after the repair', async () => {
    await site.chooseOperators('database-approvers');
    const plan = await site.plan('workflow');
    expect(plan.changes).toHaveLength(18);
    expect(words(plan.changes)[0]).toContain(
      'has operator group "database-operators", should be "database-approvers"',
    );
    expect((await site.run('workflow')).state).toBe('done');
    await site.chooseOperators('database-operators');
    await site.run('workflow');
    expect((await site.plan('workflow')).state).toBe('right');
  });

  test('changed by somebody else between reading and writing: read again once', async () => {
    await editWorkflow(edited('Run', (run) => ({ ...run, name: 'Go' })));
    // As many refusals as one request is tried.
    site.host.faults.jira.push({ method: 'POST', pathPattern: '/workflows/update$', status: 409, times: 4 });
    await breakAndRepair('workflow', 'named "Go"');
  });

  test('Jira refuses the repair: the menu path', async () => {
    await editWorkflow(edited('Run', (run) => ({ ...run, name: 'Go' })));
    site.host.faults.jira.push({ method: 'POST', pathPattern: '/workflows/update$', status: 403, times: 1 });
    const refused = await site.run('workflow');
    expect(refused).toMatchObject({
      state: 'manual',
      instruction: expect.stringContaining('Settings, Work items, Workflows') as string,
    });
    await breakAndRepair('workflow', 'named "Go"');
  });

  test('the workflow gone from Jira is made again, with its scheme', async () => {
    site.edit((state) => {
      const other = state.workflows.find(({ id }: Json) => id !== kept['workflowId']).id;
      state.workflows = state.workflows.filter(({ id }: Json) => id !== kept['workflowId']);
      for (const scheme of state.workflowSchemes) {
        if (scheme.id === kept['workflowSchemeId'])
          Object.assign(scheme, { defaultWorkflowId: other, issueTypeMappings: {} });
      }
    });
    await breakAndRepair('workflow', 'repair Workflow "Query Change": gone; will be made again');
    await breakAndRepair('schemes', 'Workflow scheme "Query Change": gives the issue type');
    kept = site.kept() ?? {};
  });
});

test('the hourly check finds what broke, with the app’s own rights; a repair ends it', async () => {
  await allRight();
  const drift = async () => {
    site.clock.advance(61 * 60_000);
    await site.host.runSchedule('sweep');
    return (await site.call('overview', {})).drift;
  };
  const checked = await drift();
  expect(checked).toMatchObject({ steps: [] });
  await editWorkflow(edited('Run', (run) => ({ ...run, validators: [] })));
  await site.rest('DELETE', `/filter/${kept['filter.waiting-for-me']}`);
  const before = site.records();
  const broken = await drift();
  expect(site.records()).toEqual(before);
  expect(broken?.steps.map(({ step }) => step)).toEqual(['workflow', 'filters']);
  expect(words(broken?.steps[0]?.changes ?? [])).toEqual([
    'repair Transition "Run": the rule "the ledger agrees" is missing',
  ]);
  await site.run('workflow');
  await site.run('filters');
  expect((await drift())?.steps).toEqual([]);
});
