import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startSite, type TestSite } from './site';

let site: TestSite;
let page: Page;

beforeAll(async () => {
  site = await startSite();
  for (let index = 1; index <= 27; index += 1) await site.task(`Task number ${index}`);
});
afterAll(async () => {
  await site.close();
});

const rows = () => page.getByRole('table').getByRole('row');

const column = (name: string) => page.getByRole('region', { name, exact: true });

const card = (name: string, key: string) =>
  column(name)
    .getByRole('listitem')
    .filter({ has: page.getByText(key, { exact: true }) });

describe('the search page', () => {
  it('finds issues by JQL, counts them and goes on to the next page', async () => {
    page = await site.open('/issues/');
    await page.getByRole('textbox', { name: 'JQL' }).fill('project = DB ORDER BY key ASC');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('link', { name: 'DB-1', exact: true }).waitFor();
    await page.getByText('27 issues').waitFor();
    expect(await rows().count()).toBe(26);
    expect(await page.getByRole('columnheader').allInnerTexts()).toEqual(
      expect.arrayContaining(['Key', 'Summary', 'Status', 'Verdict', 'Assignee', 'Updated']),
    );
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByRole('link', { name: 'DB-27', exact: true }).waitFor();
    expect(await rows().count()).toBe(28);
    expect(await page.getByRole('button', { name: 'Next page' }).count()).toBe(0);
  });

  it("shows Jira's own words about a broken query", async () => {
    await page.getByRole('textbox', { name: 'JQL' }).fill('project = ');
    await page.getByRole('button', { name: 'Search' }).click();
    await page
      .getByRole('alert')
      .getByText(/Error in the JQL Query/)
      .waitFor();
  });

  it('keeps the query in the address, so that going back works', async () => {
    await page.goBack();
    await page.getByText('27 issues').waitFor();
    expect(await page.getByRole('textbox', { name: 'JQL' }).inputValue()).toBe(
      'project = DB ORDER BY key ASC',
    );
  });

  it('moves several issues at once and says how it went', async () => {
    await page.getByRole('checkbox', { name: 'Select DB-1', exact: true }).check();
    await page.getByRole('checkbox', { name: 'Select DB-2', exact: true }).check();
    await page.getByRole('button', { name: 'Change status' }).click();
    await page.getByRole('menuitem', { name: 'In Progress' }).click();
    await page.getByText('2 of 2 issues moved').waitFor();
    await page.getByRole('row', { name: /DB-2 / }).getByText('In Progress').waitFor();
  });
});

describe('the board', () => {
  it('moves a card by its menu', async () => {
    await page.goto(`${site.host.url}/board/DB`);
    await page.getByRole('button', { name: 'Move DB-3', exact: true }).click();
    await page.getByRole('menuitem', { name: /^Done/ }).click();
    await card('Done', 'DB-3').waitFor();
  });

  it('moves a card by dragging it', async () => {
    await card('To Do', 'DB-4').dragTo(column('In Progress'), { targetPosition: { x: 60, y: 60 } });
    await card('In Progress', 'DB-4').waitFor();
    const issue = (await site.rest('u-dana', 'GET', '/rest/api/3/issue/DB-4?fields=status')) as {
      fields: { status: { name: string } };
    };
    expect(issue.fields.status.name).toBe('In Progress');
  });
});

describe('the inspector', () => {
  it('shows what the platform would charge, by function, and how sure the model is', async () => {
    await page.goto(`${site.host.url}/__inspector`);
    const meter = page.getByRole('table', { name: 'Meter' });
    await meter.getByRole('row', { name: /^Jira points/ }).waitFor();
    await page.getByRole('button', { name: 'Start measuring' }).click();
    await meter.getByRole('columnheader', { name: 'Since measuring began' }).waitFor();
    await page.getByRole('link', { name: 'Search' }).click();
    await page.getByRole('link', { name: 'Inspector' }).click();
    await meter.getByRole('columnheader', { name: 'Since measuring began' }).waitFor();
    await page.getByRole('tab', { name: 'Model' }).click();
    await page.getByRole('table', { name: 'Coverage' }).getByText('documented').first().waitFor();
  });

  it('switches faults on and off', async () => {
    await page.getByRole('tab', { name: 'Faults' }).click();
    await page.getByLabel('How often').fill('2');
    await page.getByRole('button', { name: 'Switch on' }).first().click();
    await page.getByText('Jira will answer 409 Conflict').waitFor();
    expect(site.host.faults.jira).toEqual([{ pathPattern: '/transitions', status: 409, times: 2 }]);
    await page.getByRole('button', { name: 'Switch off' }).first().click();
    await page.getByText('Jira answers as usual').waitFor();
    expect(site.host.faults.jira).toEqual([]);

    const gadgets = page.getByRole('form', { name: 'REST knows no Forge gadgets' });
    await gadgets.getByRole('button', { name: 'Switch on' }).click();
    await page.getByText('REST knows no Forge gadgets').nth(1).waitFor();
    expect(site.host.faults.refuseForgeGadgets).toBe(true);
    await gadgets.getByRole('button', { name: 'Switch off' }).click();
    await page.getByText('REST knows Forge gadgets').waitFor();
    expect(site.host.faults.refuseForgeGadgets).toBe(false);
  });
});
