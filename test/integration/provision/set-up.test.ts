import { setupSteps } from '#core/panel/admin-contract';
import { people } from '../../../scripts/local/seed';
import { secondAdmin, startAdminSite, words, type AdminSite, type Json } from './site';

let site: AdminSite;
beforeAll(async () => {
  site = await startAdminSite();
});
afterAll(() => site.host.close());
afterEach(() => {
  site.host.faults.jira.length = 0;
  site.host.faults.refuseForgeGadgets = false;
});

describe('an empty site', () => {
  test('a plan says everything that will be made, and changes nothing', async () => {
    const before = site.records();
    const unchosen = await site.plan('workflow');
    expect(unchosen).toMatchObject({ state: 'blocked', changes: [] });
    await site.chooseOperators('database-operators');
    const plans = Object.fromEntries(
      await Promise.all(setupSteps.map(async (step) => [step, await site.plan(step)] as const)),
    );
    const listed = (step: string): string => words(plans[step]?.changes ?? []).join('\n');
    for (const step of setupSteps) expect([step, plans[step]?.state]).toEqual([step, 'todo']);
    expect(listed('project')).toContain('Project Database changes (DB)');
    expect(listed('statuses')).toContain('create Status "Needs attention": category In progress');
    expect(plans['statuses']?.changes).toHaveLength(10);
    expect(listed('workflow')).toContain('10 statuses, 18 transitions');
    expect(listed('screens')).toContain('Field "Query Change approver group"');
    expect(listed('schemes')).toContain('instead of');
    expect(plans['filters']?.changes).toHaveLength(9);
    expect(listed('filters')).toContain('shared with everybody who is logged in');
    expect(listed('dashboard')).toContain('Gadget "Query Change compliance"');
    expect(site.records()).toEqual(before);
    expect(site.kept()).toBeUndefined();
  });

  test('without a project, only the choice is missing', async () => {
    const plan = await site.call('plan-step', { step: 'project', projectKey: null });
    expect(plan).toMatchObject({ state: 'blocked', changes: [] });
    const gone = await site.call('plan-step', { step: 'project', projectKey: 'NONE' });
    expect(gone).toMatchObject({ state: 'manual', message: expect.stringContaining('NONE') as string });
  });
});

describe('setting up', () => {
  test('Jira refuses a step: what a person does instead; then it goes on', async () => {
    for (const step of ['project', 'fields', 'issue-type'] as const) await site.run(step);
    site.host.faults.jira.push({ method: 'POST', pathPattern: '/statuses$', status: 403, times: 1 });
    const refused = await site.run('statuses');
    expect(refused.state).toBe('manual');
    expect(refused.message).toContain('403');
    expect(refused.instruction).toContain('"Draft" (To do)');
    expect((await site.run('statuses')).state).toBe('done');
  });

  test('a workflow of our name that is not ours is left alone', async () => {
    const statuses = [
      { statusReference: 'a', name: 'Draft', statusCategory: 'TODO', id: site.kept()?.['status.draft'] },
    ];
    const { workflows } = await site.rest('POST', '/workflows/create', {
      scope: { type: 'GLOBAL' },
      statuses,
      workflows: [
        {
          name: 'Query Change',
          statuses: [{ statusReference: 'a' }],
          transitions: [{ id: '1', name: 'Create', type: 'INITIAL', toStatusReference: 'a' }],
        },
      ],
    });
    const before = site.records();
    expect(await site.run('workflow')).toMatchObject({
      state: 'manual',
      message: 'Workflow "Query Change" exists and is not ours.',
    });
    expect(site.records()).toEqual(before);
    await site.rest('DELETE', `/workflow/${workflows[0].id}`);
  });

  test('somebody’s filter of the same name is adopted, not copied', async () => {
    const adopted = await site.rest(
      'POST',
      '/filter',
      {
        name: 'Query Change: Approved by its author',
        jql: 'project = DB',
        sharePermissions: [{ type: 'authenticated' }],
      },
      people.auditor.email,
    );
    const reports = await site.setUp();
    expect(reports.find(({ step }) => step === 'filters')).toMatchObject({
      state: 'manual',
      instruction: expect.stringContaining(people.auditor.displayName) as string,
    });
    await site.rest('PUT', `/filter/${adopted.id}/owner`, { accountId: people.admin.accountId });
    expect(await site.run('filters')).toMatchObject({ state: 'done' });
    expect(site.records().filters).toHaveLength(9);
    const { jql } = await site.rest('GET', `/filter/${adopted.id}`);
    expect(jql).toContain('queryChangeApprovedByAuthor = "yes"');
  });

  test('Jira refuses the gadget: the dashboard stays, with an instruction that goes when the gadget is there', async () => {
    const [{ id }] = site.records().dashboards.filter(({ name }: Json) => name === 'Query Change compliance');
    const [{ id: gadgetId, moduleKey }] = (await site.rest('GET', `/dashboard/${id}/gadget`)).gadgets;
    await site.rest('DELETE', `/dashboard/${id}/gadget/${gadgetId}`);
    site.host.faults.refuseForgeGadgets = true;
    const refused = await site.run('dashboard');
    expect(refused).toMatchObject({
      state: 'manual',
      instruction: expect.stringMatching(/^Open the dashboard at .*, choose Edit, Add gadget/) as string,
    });
    const { compliance } = await site.call('overview', {});
    expect(compliance).toMatchObject({ dashboardId: id, gadgetInstruction: refused.instruction });
    expect(await site.plan('dashboard')).toMatchObject({
      state: 'manual',
      instruction: refused.instruction,
    });
    site.host.faults.refuseForgeGadgets = false;
    await site.rest('POST', `/dashboard/${id}/gadget`, { moduleKey });
    await site.run('dashboard');
    expect((await site.call('overview', {})).compliance.gadgetInstruction).toBeNull();
    expect((await site.rest('GET', `/dashboard/${id}/gadget`)).gadgets).toHaveLength(1);
  });

  test('once right, every plan says so, and a second run by either admin changes nothing', async () => {
    const before = site.records();
    const kept = site.kept();
    for (const step of setupSteps) {
      expect([step, (await site.plan(step)).state]).toEqual([step, 'right']);
      for (const who of [people.admin.accountId, secondAdmin.accountId]) {
        expect([step, (await site.run(step, who)).state]).toEqual([step, 'unchanged']);
      }
    }
    expect(site.records()).toEqual(before);
    expect(site.kept()).toEqual(kept);
  });

  test('the settings ledger says who made filters and dashboard', async () => {
    const { entries, problem } = await site.call('settings-history', { before: null });
    expect(problem).toBeNull();
    expect(entries.map(({ actor }) => actor)).toContain(people.admin.accountId);
    expect(entries.map(({ what }) => what)).toContain('Dashboard made');
  });
});
