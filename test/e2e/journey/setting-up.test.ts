import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { setupSteps } from '#core/panel/admin-contract';
import { people, projectKey } from '../../../scripts/local/seed';
import { restAs } from '../../../scripts/local/set-up-site';
import { adminAddress, adminDesk, typeInTerminal, type AdminDesk } from './admin-desk';
import type { Desk } from './desk';
import { look } from './look';
import { startStage, type Stage } from './stage';
import { journeySteps } from './step';
import { bringToApproved, createChange } from './writing';

/** An administrator takes a site on which only the app is installed to its first approved run, by the page alone. */
let stage: Stage;
let alex: Desk;
let dana: Desk;
let terminal: Desk;
let admin: AdminDesk;

const step = journeySteps(async () => stage.keepPictures());

beforeAll(async () => {
  stage = await startStage({ unprovisioned: true });
  [alex, dana, terminal] = await Promise.all([
    stage.open('admin', '/'),
    stage.open('developer', adminAddress),
    stage.open('admin', '/__terminal'),
  ]);
  admin = adminDesk(alex);
});
afterAll(async () => {
  expect(await stage.close()).toEqual([]);
});

/** What Jira has, as an administrator reads it. */
async function jira(method: string, path: string, body?: unknown): Promise<unknown> {
  const reply = await restAs(stage.site.host, people.admin.email, method, `/rest/api/3${path}`, body);
  if (!reply.ok) throw new Error(`${method} ${path} answers ${reply.status}: ${await reply.text()}`);
  return reply.status === 204 ? null : reply.json();
}

const names = (list: unknown): string[] => (list as { name: string }[]).map(({ name }) => name);

describe('an administrator sets the site up', () => {
  step('the page is not for others', async () => {
    await dana.page.getByText('You cannot see this page').waitFor();
    expect(await dana.page.getByRole('link', { name: 'Query Change', exact: true }).count()).toBe(0);
  });

  step('the user switcher says what each person plays', async () => {
    await alex.page.getByRole('button', { name: /Switch user/ }).click();
    const bea = alex.page.getByRole('menuitemradio', { name: /^Bea Approver/ });
    await bea.getByText('DBA: approves').waitFor();
    expect(await look(alex)).toEqual([]);
    await alex.page.keyboard.press('Escape');
  });

  step('the checklist starts empty', async () => {
    await alex.page.getByRole('link', { name: 'Query Change', exact: true }).click();
    await admin.frame.getByText('0 of 5 done. Next: Jira.').waitFor();
    expect(await look(alex)).toEqual([]);
  });

  step('the preview lists every change to Jira and makes none', async () => {
    const section = admin.section('jira');
    await admin.pick(section, 'Project', projectKey);
    await admin.pick(section, 'Group that runs and resolves changes', 'database-operators');
    await section.getByRole('button', { name: 'Preview' }).click();
    await section.getByRole('button', { name: 'Make these changes' }).waitFor();
    await admin.settled();
    for (const status of ['In review', 'Needs attention', 'Rolled back'])
      await admin.step('statuses').getByText(status).first().waitFor();
    await admin
      .step('workflow')
      .getByText(/18 transitions/)
      .first()
      .waitFor();
    expect(names(await jira('GET', '/issuetype'))).not.toContain('Query Change');
    expect(await look(alex, 'admin-preview')).toEqual([]);
  });

  step('one button makes them, step by step', async () => {
    const section = admin.section('jira');
    await section.getByRole('button', { name: 'Make these changes' }).click();
    await expectMark(section, 'done', 60_000);
    expect(names(await jira('GET', '/issuetype'))).toContain('Query Change');
    await section.getByRole('button', { name: /^1\. Jira/ }).click();
    for (const name of setupSteps) {
      const row = admin.step(name);
      expect([name, await row.getAttribute('data-mark')]).toEqual([name, 'done']);
    }
    expect(await look(alex)).toEqual([]);
  });

  step('until an executor is enrolled, the panel says so', async () => {
    await dana.go(`/projects/${projectKey}`);
    await createChange(dana, 'Too early');
    await dana.status('Draft');
    const problem = dana.panel.getByTestId('setup-problem');
    expect(await problem.innerText()).toBe('No executor is enrolled yet. Ask a Jira administrator.');
    expect(await dana.panel.getByTestId('action-submit').isDisabled()).toBe(true);
    expect(await look(dana)).toEqual([]);
  });

  step('the site asks before the app may reach the executor', async () => {
    const section = admin.section('executor');
    await openSection('executor', '2. Executor');
    await section.getByLabel('Address of the executor').fill(stage.site.executor().url);
    await section.getByRole('button', { name: 'Set the address' }).click();
    const dialog = alex.page.getByRole('dialog');
    await dialog.getByText(stage.site.executor().url, { exact: true }).waitFor();
    expect(await look(alex)).toEqual([]);
    await dialog.getByRole('button', { name: 'Allow' }).click();
    await section.getByText(`Set to ${stage.site.executor().url}`).waitFor();
  });

  step('the executor is enrolled from both sides with a one-time token', async () => {
    await enrol();
    await expectMark(admin.section('executor'), 'done');
    expect(await look(alex)).toEqual([]);
  });

  step('approvers are named for each connection', async () => {
    await openSection('people', '3. People');
    await nameApprovers('Shop (dev)', '1');
    // One connection with approvers is enough for a first change; the others are named all the same.
    await openSection('people', '3. People');
    await nameApprovers('Shop (qa)', '1');
    const prod = admin.frame.getByRole('form', { name: 'Approvers of Shop (prod)' });
    await prod.getByLabel('Approvals needed').fill('1');
    await prod.getByRole('button', { name: 'Save' }).click();
    await prod.getByText('The executor asks for at least 2.').waitFor();
    await nameApprovers('Shop (prod)', '2');
    await expectMark(admin.section('people'), 'done');
    expect(await look(alex)).toEqual([]);
  });

  step('a first change walks the whole way', async () => {
    await openSection('first-change', '5. First change');
    const tab = alex.page.context().waitForEvent('page');
    await admin.section('first-change').getByRole('button', { name: 'Open the first change' }).click();
    const opened = await tab;
    await opened.waitForURL(/\/browse\/DB-\d+$/);
    const issue = new URL(opened.url()).pathname;
    await opened.close();
    await alex.go(issue);
    await alex.status('Draft');
    await alex.act('submit');
    await alex.status('In review');
    const bea = await stage.open('firstApprover', issue);
    await bea.act('approve', {});
    await alex.status('Approved');
    await alex.act('run', {});
    await alex.status('Succeeded');
    await bea.close();
    await alex.go(adminAddress);
    await admin.frame.getByText('Query Change is ready.').first().waitFor();
    await admin.frame.getByText('5 of 5 done.').waitFor();
    expect(await look(alex, 'admin-ready')).toEqual([]);
  });
});

describe('what breaks is found and repaired', () => {
  step('a workflow rule that somebody took away', async () => {
    await dropCondition('Run');
    await admin.tab('Health');
    await checkNow();
    await expectMark(admin.step('workflow'), 'broken');
    await admin.step('workflow').getByText(/Run/).first().waitFor();
    expect(await look(alex, 'admin-health')).toEqual([]);
    await admin.frame
      .getByRole('button', { name: 'Repair: Workflow and its rules' })
      .filter({ visible: true })
      .click();
    await expectMark(admin.step('workflow'), 'done');
    expect(await conditionsOf('Run')).toBe(1);
  });

  step('a field that somebody took off the screen', async () => {
    const removed = await dropScreenField();
    await checkNow();
    await expectMark(admin.step('screens'), 'broken');
    await admin.frame.getByRole('button', { name: 'Repair: Screens' }).filter({ visible: true }).click();
    await expectMark(admin.step('screens'), 'done');
    expect(await screenFields()).toContain(removed);
  });

  step('an executor that lost its configuration', async () => {
    const file = stage.site.databases.configFile;
    const config = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...config, trustedApps: [] }));
    await typeInTerminal(terminal, 'restart');
    await admin.tab('Executor and keys');
    const panel = admin.frame.getByRole('tabpanel', { name: 'Executor and keys' });
    await panel.getByRole('button', { name: 'Test the connection' }).click();
    await panel.getByText('The executor did not answer').waitFor();
    expect(await look(alex)).toEqual([]);
    await panel.getByRole('button', { name: 'Enrol again' }).click();
    await enrol();
    await panel.getByRole('button', { name: 'Test the connection' }).click();
    await panel.getByText(/The executor answered in/).waitFor();
  });

  step('and every change of the settings is in their history', async () => {
    await admin.tab('History');
    await admin.frame.getByText('policies.shop-prod').first().waitFor();
    await admin.frame.getByText('Alex Admin').first().waitFor();
    expect(await look(alex, 'admin-history')).toEqual([]);
  });
});

describe('day two', () => {
  step('a pause is read where somebody wants to run, and ends', async () => {
    const bea = await stage.open('firstApprover', '/projects/DB');
    await bringToApproved(dana, bea, {
      summary: 'How many customers are there?',
      connection: 'shop-dev',
      sql: 'SELECT tier, count(*) FROM customers GROUP BY tier ORDER BY tier;',
      rollback: null,
      reason: 'To see that it works.',
    });
    await bea.close();
    await admin.tab('Dispatch');
    await admin.frame.getByRole('textbox', { name: 'Reason' }).fill('The database moves tonight.');
    await admin.frame.getByRole('button', { name: 'Pause dispatch' }).click();
    await admin.frame.getByTestId('pause-banner').waitFor();
    expect(await look(alex)).toEqual([]);

    await dana.page.reload();
    await dana.status('Approved');
    await dana.reads(/^Dispatch is paused by Alex Admin since .*: The database moves tonight\./);
    expect(await dana.panel.getByTestId('action-run').isDisabled()).toBe(true);
    await dana.transition('Approved', 'Run');
    expect(await dana.flag(/./)).toContain('Dispatch is paused by Alex Admin');

    await admin.frame.getByRole('button', { name: 'Resume dispatch' }).click();
    await admin.frame.getByTestId('pause-banner').waitFor({ state: 'detached' });
    await dana.page.reload();
    await dana.act('run', {});
    await dana.status('Succeeded');
    await dana.panel.getByTestId('result-0').getByRole('cell', { name: 'gold' }).waitFor();
  });

  step('the app goes over to another key, which the executor proves that it trusts', async () => {
    await admin.tab('Executor and keys');
    const part = admin.frame.getByTestId('app-key');
    await part.getByRole('button', { name: 'Prepare the next key' }).click();
    const both = await part.getByRole('region', { name: 'Block with both keys' }).innerText();
    await part.getByRole('button', { name: 'Switch to the next key' }).click();
    await part.getByText(/The executor does not trust the next key yet/).waitFor();
    await typeInTerminal(terminal, 'executor enrol', both);
    await typeInTerminal(terminal, 'restart');
    await part.getByRole('button', { name: 'Switch to the next key' }).click();
    const one = await part.getByRole('region', { name: 'Block with the new key only' }).innerText();
    await typeInTerminal(terminal, 'executor enrol', one);
    await typeInTerminal(terminal, 'restart');
    expect(await look(alex)).toEqual([]);
    const panel = admin.frame.getByRole('tabpanel', { name: 'Executor and keys' });
    await panel.getByRole('button', { name: 'Test the connection' }).click();
    await panel.getByText(/The executor answered in/).waitFor();
  });

  step('a removal says first what goes, and what stays and why', async () => {
    await admin.tab('Remove');
    await admin.frame.getByRole('button', { name: 'Preview the removal' }).click();
    await admin.frame.getByRole('form', { name: 'Confirm the removal' }).waitFor({ timeout: 30_000 });
    await admin.frame
      .getByTestId('removal-issue-type')
      .getByText(/issues use it/)
      .waitFor();
    await admin.frame.getByTestId('removal-filters').getByText('Will be removed').waitFor();
    expect(await admin.frame.getByRole('button', { name: 'Remove', exact: true }).isDisabled()).toBe(true);
    expect(await look(alex)).toEqual([]);
  });
});

async function expectMark(
  part: ReturnType<AdminDesk['step']>,
  mark: string,
  timeout = 20_000,
): Promise<void> {
  await part.and(admin.frame.locator(`[data-mark="${mark}"]`)).waitFor({ timeout, state: 'attached' });
}

async function openSection(id: Parameters<AdminDesk['section']>[0], title: string): Promise<void> {
  const toggle = admin.section(id).getByRole('button', { name: new RegExp(`^${title.replace('.', '\\.')}`) });
  if ((await toggle.getAttribute('aria-expanded')) !== 'true') await toggle.click();
}

async function checkNow(): Promise<void> {
  await admin.frame.getByRole('button', { name: 'Check now' }).click();
  await admin.settled();
}

/** Both sides of an enrolment: token and block on the page, `executor enrol` on the machine, its key on the page. */
async function enrol(): Promise<void> {
  const visible = { visible: true };
  await admin.frame
    .getByRole('button', { name: /^Make a one-time token/ })
    .filter(visible)
    .click();
  const block = admin.frame.getByRole('region', { name: "For the executor's configuration" }).filter(visible);
  const printed = await typeInTerminal(terminal, 'executor enrol --config FILE', await block.innerText());
  await typeInTerminal(terminal, 'restart');
  await admin.frame.getByLabel("Executor's public key (JSON)").filter(visible).fill(printed);
  await admin.frame.getByRole('button', { name: 'Enrol', exact: true }).filter(visible).click();
  await block.waitFor({ state: 'hidden' });
}

async function nameApprovers(connection: string, approvals: string): Promise<void> {
  const form = admin.frame.getByRole('form', { name: `Approvers of ${connection}` });
  await admin.pick(form, 'Group of approvers', 'database-approvers');
  await form.getByLabel('Approvals needed').fill(approvals);
  await form.getByRole('button', { name: 'Save' }).click();
  await form.waitFor({ state: 'detached' });
}

interface Workflow {
  readonly id: string;
  readonly version: object;
  readonly statuses: unknown[];
  readonly transitions: { name: string; conditions?: { conditions: unknown[] } }[];
}

async function readWorkflow(): Promise<{ statuses: unknown[]; workflow: Workflow }> {
  const reply = (await jira('POST', '/workflows', { workflowNames: ['Query Change'] })) as {
    statuses: unknown[];
    workflows: Workflow[];
  };
  const workflow = reply.workflows[0];
  if (!workflow) throw new Error('there is no workflow');
  return { statuses: reply.statuses, workflow };
}

async function conditionsOf(transition: string): Promise<number> {
  const { workflow } = await readWorkflow();
  return workflow.transitions.find(({ name }) => name === transition)?.conditions?.conditions.length ?? 0;
}

/** What an administrator does in Jira's workflow editor: takes a condition away. */
async function dropCondition(transition: string): Promise<void> {
  const { statuses, workflow } = await readWorkflow();
  const { id, version } = workflow;
  const transitions = workflow.transitions.map((one) =>
    one.name === transition
      ? { ...one, conditions: { operation: 'ALL', conditions: [], conditionGroups: [] } }
      : one,
  );
  await jira('POST', '/workflows/update', {
    statuses,
    workflows: [{ id, version, statuses: workflow.statuses, transitions, description: 'edited' }],
  });
  expect(await conditionsOf(transition)).toBe(0);
}

interface Named {
  readonly id: string;
  readonly name: string;
}

async function issueScreen(): Promise<string> {
  const { values } = (await jira('GET', '/screens?queryString=Query Change')) as { values: Named[] };
  const screen = values.find(({ name }) => name === 'Query Change: issue');
  const tabs = (await jira('GET', `/screens/${screen?.id}/tabs`)) as Named[];
  return `/screens/${screen?.id}/tabs/${tabs[0]?.id}/fields`;
}

async function screenFields(): Promise<string[]> {
  return names(await jira('GET', await issueScreen()));
}

async function dropScreenField(): Promise<string> {
  const path = await issueScreen();
  const field = ((await jira('GET', path)) as Named[]).find(({ name }) => name === 'Query Change approvals');
  if (!field) throw new Error('the field is not on the screen');
  await jira('DELETE', `${path}/${field.id}`);
  return field.name;
}
