import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startSite, violationsOf, type TestSite } from './site';

let site: TestSite;

beforeAll(async () => {
  site = await startSite({
    terminal: { title: 'Shell', help: 'Any line', run: async (line) => ({ ok: false, output: line }) },
  });
  await site.task('First');
  await site.task('Second');
  await site.rest('u-olu', 'POST', '/rest/api/3/issue/DB-1/transitions', { transition: { id: '21' } });
  const sharePermissions = [{ type: 'authenticated' }];
  const dashboard = { name: 'Compliance', description: 'At a glance', sharePermissions, editPermissions: [] };
  const made = (await site.rest('u-dana', 'POST', '/rest/api/3/dashboard', dashboard)) as { id: string };
  const available = (await site.rest('u-dana', 'GET', '/rest/api/3/dashboard/gadgets')) as {
    gadgets: { moduleKey?: string }[];
  };
  const { moduleKey } = available.gadgets.find((one) => one.moduleKey?.endsWith('/site-gadget')) ?? {};
  await site.rest('u-dana', 'POST', `/rest/api/3/dashboard/${made.id}/gadget`, { moduleKey });
  const filter = { name: 'To do', jql: 'status = "To Do"', sharePermissions };
  await site.rest('u-ada', 'POST', '/rest/api/3/filter', filter);
});
afterAll(async () => {
  await site.close();
});

const click = async (page: Page, name: string | RegExp): Promise<void> =>
  await page.getByRole('button', { name }).first().click();

async function openDashboard(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Compliance' }).click();
  await page.frameLocator('iframe[title="Fixture gadget"]').getByText('Colour: none yet').waitFor();
}

async function becomeAda(page: Page): Promise<void> {
  await click(page, /Switch user/);
  await page.getByRole('menuitemradio', { name: 'Ada Admin' }).click();
  await page.getByRole('button', { name: 'You are Ada Admin. Switch user' }).waitFor();
}

const PLACES: readonly [string, string, (page: Page) => Promise<void>][] = [
  [
    'an issue',
    '/browse/DB-1',
    async (page) => await page.getByRole('heading', { name: 'Activity' }).waitFor(),
  ],
  ['its history', '/browse/DB-1', async (page) => await page.getByRole('tab', { name: 'History' }).click()],
  ['its transitions', '/browse/DB-1', async (page) => await click(page, /Change status/)],
  ['the list', '/projects/DB', async (page) => await page.getByRole('link', { name: 'DB-2' }).waitFor()],
  ['a search error', '/issues/?jql=project%20%3D', async (page) => await page.getByRole('alert').waitFor()],
  ['the board', '/board/DB', async (page) => await page.getByRole('link', { name: 'DB-2' }).waitFor()],
  [
    'the create dialog',
    '/projects/DB',
    async (page) => {
      await click(page, 'Create');
      await page.getByLabel('Summary').waitFor();
    },
  ],
  ['the user switcher', '/projects/DB', async (page) => await click(page, /Switch user/)],
  [
    'the dashboards',
    '/dashboards',
    async (page) => await page.getByRole('link', { name: 'Compliance' }).waitFor(),
  ],
  ['a dashboard', '/dashboards', openDashboard],
  [
    'a gadget being configured',
    '/dashboards',
    async (page) => {
      await openDashboard(page);
      await click(page, 'Actions of Fixture gadget');
      await page.getByRole('menuitem', { name: 'Configure' }).click();
      await page.frameLocator('iframe').getByText('Entry point: edit').waitFor();
    },
  ],
  [
    'the gadget dialog',
    '/dashboards',
    async (page) => {
      await openDashboard(page);
      await click(page, 'Add gadget');
      await page.getByRole('radio').first().waitFor();
    },
  ],
  ['the filters', '/filters', async (page) => await page.getByRole('link', { name: 'To do' }).waitFor()],
  [
    'an edited filter',
    '/filters',
    async (page) => {
      await page.getByRole('link', { name: 'To do' }).click();
      await page.getByLabel('JQL').fill('project = DB');
      await page.getByText('Edited').waitFor();
    },
  ],
  [
    'the terminal',
    '/filters',
    async (page) => {
      await becomeAda(page);
      await page.goto(`${site.host.url}/__terminal`);
      await page.getByLabel('Command').fill('anything');
      await click(page, 'Run');
      await page.getByText('The command failed.').waitFor();
    },
  ],
  [
    'the question for a remote',
    '/filters',
    async (page) => {
      await becomeAda(page);
      await page.goto(`${site.host.url}/apps/site-admin`);
      await page.frameLocator('iframe').getByRole('button', { name: 'Reach the executor' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Allow' }).waitFor();
    },
  ],
  ['the inspector', '/__inspector', async (page) => await page.getByRole('table').first().waitFor()],
  ['the faults', '/__inspector', async (page) => await page.getByRole('tab', { name: 'Faults' }).click()],
];

const overflow = async (page: Page): Promise<number> =>
  await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  it.each(PLACES)('%s has no WCAG 2.2 AA violation and fits a phone', async (_, address, arrive) => {
    const page = await site.open(address, { colorScheme });
    await arrive(page);
    await page.locator(`html[data-color-mode="${colorScheme}"]`).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflow(page)).toBe(0);
    await page.context().close();
  });
});

describe('with the keyboard alone', () => {
  it('skips to the content, opens the transitions and starts one', async () => {
    const page = await site.open('/browse/DB-2');
    await page.getByRole('heading', { level: 1, name: 'Second' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');

    await page.getByRole('button', { name: 'To Do - Change status' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'To Do' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'In Progress - Change status' }).waitFor();
    await page.context().close();
  });
});
