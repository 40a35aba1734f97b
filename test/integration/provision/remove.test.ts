import { removalSteps } from '#core/panel/admin-contract';
import { people } from '../../../scripts/local/seed';
import { secondAdmin, startAdminSite, type AdminSite, type Json } from './site';

let site: AdminSite;
let empty: Json;
beforeAll(async () => {
  site = await startAdminSite();
  empty = site.records();
});
afterAll(() => site.host.close());
beforeEach(() => site.setUp());
afterEach(() => {
  site.host.faults.jira.length = 0;
});

/** What provisioning makes; resolutions stay, and so does what Jira itself counts. */
const kinds = [
  'issueTypes',
  'statuses',
  'screens',
  'screenSchemes',
  'workflows',
  'workflowSchemes',
  'issueTypeSchemes',
  'issueTypeScreenSchemes',
  'filters',
  'dashboards',
  'projects',
] as const;

async function plans() {
  const all = await Promise.all(
    removalSteps.map(async (step) => [step, await site.call('plan-removal', { step })] as const),
  );
  return new Map(all);
}

test('an unused site: the preview names everything, then everything goes and the project has its schemes again', async () => {
  const before = site.records();
  const preview = await plans();
  expect(site.records()).toEqual(before);
  for (const step of removalSteps) {
    const state = step === 'executor' ? 'gone' : 'remove';
    expect([step, preview.get(step)?.state, preview.get(step)?.why]).toEqual([step, state, null]);
  }
  expect(preview.get('schemes')?.what).toContainEqual(
    expect.stringMatching(/^Project DB: back to the workflow scheme "/) as string,
  );
  expect(preview.get('statuses')?.what).toHaveLength(10);
  expect(preview.get('filters')?.what).toHaveLength(9);

  for (const { step, state } of await site.takeDown()) {
    expect([step, state]).toEqual([step, step === 'executor' ? 'gone' : 'removed']);
  }
  const after = site.records();
  for (const kind of kinds) expect([kind, after[kind]]).toEqual([kind, empty[kind]]);
  expect(site.host.jira.pinnedPanels('DB')).toEqual([]);
  const { jiraReady, pause, compliance } = await site.call('overview', {});
  expect({ jiraReady, reason: pause?.reason, compliance }).toEqual({
    jiraReady: false,
    reason: 'Removal',
    compliance: { filters: 0, dashboardId: null, gadgetInstruction: null },
  });
  for (const report of await site.takeDown())
    expect([report.step, report.state]).toEqual([report.step, 'gone']);
});

test('issues of the type keep what they need, with the reason; filters, dashboard and panel go', async () => {
  const kept = site.kept() ?? {};
  const { id } = await site.rest(
    'POST',
    '/issue',
    { fields: { project: { key: 'DB' }, issuetype: { id: kept['issueTypeId'] }, summary: 'One' } },
    people.developer.email,
  );
  const preview = await plans();
  for (const step of ['schemes', 'workflow', 'screens', 'issue-type', 'statuses'] as const) {
    expect(preview.get(step)).toMatchObject({ state: 'keep', why: '1 issue uses it.' });
  }
  const before = site.records();
  const reports = await site.takeDown();
  expect(Object.fromEntries(reports.map(({ step, state }) => [step, state]))).toEqual({
    dispatch: 'gone',
    dashboard: 'removed',
    filters: 'removed',
    panel: 'removed',
    schemes: 'kept',
    workflow: 'kept',
    screens: 'kept',
    'issue-type': 'kept',
    statuses: 'kept',
    executor: 'gone',
  });
  const after = site.records();
  for (const kind of kinds.filter((one) => !['filters', 'dashboards'].includes(one))) {
    expect([kind, after[kind]]).toEqual([kind, before[kind]]);
  }
  await site.rest('DELETE', `/issue/${id}`);
});

test('what was there before us, and what others use, stays', async () => {
  await site.takeDown();
  // A status and a dashboard of others, of our names.
  const [{ id: running }] = await site.rest('POST', '/statuses', {
    scope: { type: 'GLOBAL' },
    statuses: [{ name: 'Running', statusCategory: 'IN_PROGRESS' }],
  });
  await site.setUp();
  const kept = site.kept() ?? {};
  expect(kept['status.running']).toBe(running);
  const status = (key: string, name: string, statusCategory: string) => ({
    id: kept[`status.${key}`],
    statusReference: kept[`status.${key}`],
    name,
    statusCategory,
  });
  await site.rest('POST', '/workflows/create', {
    scope: { type: 'GLOBAL' },
    statuses: [status('draft', 'Draft', 'TODO')],
    workflows: [
      {
        name: 'Elsewhere',
        statuses: [{ statusReference: kept['status.draft'] }],
        transitions: [{ id: '1', name: 'Create', type: 'INITIAL', toStatusReference: kept['status.draft'] }],
      },
    ],
  });
  // Another project comes to use our issue type scheme.
  await site.rest('POST', '/project', {
    key: 'OTHER',
    name: 'Other',
    projectTypeKey: 'software',
    leadAccountId: people.admin.accountId,
    issueTypeScheme: Number(kept['issueTypeSchemeId']),
  });
  const { dashboardId } = (await site.call('overview', {})).compliance;
  const { gadgets } = await site.rest('GET', '/dashboard/gadgets');
  const other = gadgets.find(({ moduleKey }: Json) => !moduleKey?.includes('query-change'));
  await site.rest(
    'POST',
    `/dashboard/${dashboardId}/gadget`,
    other.moduleKey ? { moduleKey: other.moduleKey } : { uri: other.uri },
  );

  const preview = await plans();
  expect(preview.get('dashboard')).toMatchObject({ state: 'keep', why: 'it holds 1 gadget of others.' });
  expect(preview.get('schemes')).toMatchObject({
    state: 'remove',
    why: 'Issue type scheme "Query Change" stays: other projects use it: OTHER.',
  });
  expect(preview.get('statuses')?.why).toBe(
    'Status "Draft" stays: other workflows use it: Elsewhere. Status "Running" stays: it was there before Query Change.',
  );
  await site.takeDown();
  const after = site.records();
  expect(after.statuses.map(({ name }: Json) => name)).toEqual(expect.arrayContaining(['Draft', 'Running']));
  expect(after.statuses.map(({ name }: Json) => name)).not.toContain('Approved');
  expect(after.issueTypeSchemes).toHaveLength(empty.issueTypeSchemes.length + 1);
  expect(after.workflowSchemes).toEqual(empty.workflowSchemes);
  expect(after.dashboards.map(({ name }: Json) => name)).toContain('Query Change compliance');
});

test('Jira refuses: the step says what a person does, and is repeated', async () => {
  const dashboard = await site.call('removal-step', { step: 'filters' }, secondAdmin.accountId);
  expect(dashboard.state).toBe('removed');
  await site.call('removal-step', { step: 'dashboard' });
  await site.call('removal-step', { step: 'schemes' });
  site.host.faults.jira.push({ method: 'DELETE', pathPattern: '/workflow/', status: 403, times: 1 });
  const refused = await site.call('removal-step', { step: 'workflow' });
  expect(refused).toMatchObject({
    state: 'manual',
    instruction: expect.stringContaining('Settings, Work items, Workflows') as string,
  });
  expect((await site.call('removal-step', { step: 'workflow' })).state).toBe('removed');
});
