import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FrameLocator, Page } from 'playwright-core';
import { startSite, type TestSite } from './site';

let site: TestSite;
let page: Page;

beforeAll(async () => {
  site = await startSite();
  page = await site.open('/dashboards');
});
afterAll(async () => {
  await site.close();
});

const view = (on: Page = page): FrameLocator => on.frameLocator('iframe[title="Fixture gadget"]');
const card = (title: string | RegExp = 'Fixture gadget') => page.getByRole('region', { name: title });

async function choose(item: string): Promise<void> {
  await page.getByRole('button', { name: 'Actions of Fixture gadget' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

async function addGadget(title: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Add gadget' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add gadget' });
  await dialog.getByRole('radio', { name: title }).check();
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** Names the present load of the gadget's frame. */
const loadOf = async (): Promise<string> => {
  await view()
    .getByText(/^Load /)
    .waitFor();
  return await view()
    .getByText(/^Load /)
    .innerText();
};

describe('a dashboard', () => {
  it('is created in the dialog, which says why Jira refuses it', async () => {
    await page.getByRole('button', { name: 'Create dashboard' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create dashboard' });
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('Name').fill('Compliance');
    await dialog.getByLabel('Description').fill('Every rule at a glance');
    await dialog.getByRole('combobox', { name: 'Viewers' }).click();
    await page.getByRole('option', { name: 'Everybody who is signed in' }).click();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { level: 1, name: 'Compliance' }).waitFor();
    await page.getByText('Owner: Dana (developer). Shared with: Everybody who is signed in.').waitFor();
    await page.getByText('This dashboard is empty').waitFor();
    expect(await page.title()).toBe('Compliance - Jira (local host)');
  });

  it('shows a gadget of the app, which knows its place', async () => {
    await addGadget(/Fixture gadget/);
    await view().getByText('Colour: none yet').waitFor();
    const gadget = await view().locator('#place').innerText();
    expect(gadget).toMatch(/^view of gadget \d+ on dashboard \d+$/);
    const [, , , id, , , dashboard] = gadget.split(' ');
    await view().getByText(`The resolver sees gadget ${id} of dashboard ${dashboard}`).waitFor();
  });

  it('saves what the edit view submits, and leaves it without saving when it closes', async () => {
    await choose('Configure');
    const edit = card('Configure Fixture gadget').frameLocator('iframe');
    await edit.getByText('Entry point: edit').waitFor();
    await edit.getByLabel('Colour').fill('green');
    await edit.getByRole('button', { name: 'Save' }).click();
    await view().getByText('Colour: green').waitFor();

    await choose('Configure');
    await edit.getByText('Entry point: edit').waitFor();
    expect(await edit.getByLabel('Colour').inputValue()).toBe('green');
    await edit.getByLabel('Colour').fill('red');
    await edit.getByRole('button', { name: 'Cancel' }).click();
    await view().getByText('Colour: green').waitFor();
  });

  it('loads a gadget again when somebody asks, and after the minutes of its configuration', async () => {
    const first = await loadOf();
    await choose('Refresh');
    await view().getByText(first).waitFor({ state: 'detached' });
    const second = await loadOf();
    expect(second).not.toBe(first);

    await choose('Configure');
    const edit = card('Configure Fixture gadget').frameLocator('iframe');
    // The form takes its values over when its context has come.
    await edit.getByText('Entry point: edit').waitFor();
    await edit.getByLabel('Minutes between loads').fill('15');
    await page.clock.install();
    await edit.getByRole('button', { name: 'Save' }).click();
    const third = await loadOf();
    await page.clock.fastForward('14:00');
    expect(await loadOf()).toBe(third);
    await page.clock.fastForward('02:00');
    await view().getByText(third).waitFor({ state: 'detached' });
    await view().getByText('Colour: green').waitFor();
  });

  it('is shown to those it is shared with, who may not change it', async () => {
    const dashboard = new URL(page.url()).pathname;
    const other = await site.open(dashboard);
    await other.getByRole('button', { name: /Switch user/ }).click();
    await other.getByRole('menuitemradio', { name: 'Olu Bello (DBA)' }).click();
    await other.getByRole('button', { name: 'You are Olu Bello (DBA). Switch user' }).waitFor();
    await view(other).getByText('Colour: green').waitFor();
    expect(await other.getByRole('button', { name: 'Add gadget' }).count()).toBe(0);
    await other.getByRole('button', { name: 'Actions of Fixture gadget' }).click();
    expect(await other.getByRole('menuitem').allInnerTexts()).toEqual(['Refresh']);

    const [, , , gadget, , , id] = (await view(other).locator('#place').innerText()).split(' ');
    const place = `dashboard=${id}&gadget=${gadget}`;
    const saved = await other.request.put(
      `${site.host.url}/__host/frames/site-gadget/configuration?${place}`,
      { data: { colour: 'stolen' }, headers: { 'X-Atlassian-Token': 'no-check' } },
    );
    expect(saved.status()).toBe(404);
    await other.goto(`${site.host.url}/dashboards`);
    await other.getByRole('region', { name: 'Shared with you' }).getByText('Compliance').waitFor();
    await other.context().close();
  });

  it('takes a gadget in the dialog even where REST knows none', async () => {
    site.host.faults.refuseForgeGadgets = true;
    await addGadget(/Fixture gadget/);
    site.host.faults.refuseForgeGadgets = false;
    await page.getByRole('heading', { level: 2, name: 'Fixture gadget' }).nth(1).waitFor();
    await view().first().getByText('Colour: none yet').waitFor();
  });

  it('loses a gadget when somebody agrees to remove it', async () => {
    const menu = page.getByRole('button', { name: 'Actions of Fixture gadget' }).first();
    for (const answer of ['Cancel', 'Remove']) {
      await menu.click();
      await page.getByRole('menuitem', { name: 'Remove' }).click();
      const question = page.getByRole('dialog', { name: 'Remove Fixture gadget?' });
      await question.getByRole('button', { name: answer, exact: true }).click();
      await question.waitFor({ state: 'detached' });
      if (answer === 'Cancel') expect(await card().count()).toBe(2);
    }
    await card().nth(1).waitFor({ state: 'detached' });
    await view().getByText('Colour: green').waitFor();
  });

  it('draws a UI Kit gadget, saves what its form submits, and follows its links', async () => {
    const gadget = card('UI Kit gadget').last();
    await addGadget(/UI Kit gadget/);
    await gadget.getByText('Period: all time').waitFor();
    const configure = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Actions of UI Kit gadget' }).click();
      await page.getByRole('menuitem', { name: 'Configure' }).click();
    };
    await configure();
    await page.getByLabel('Period').fill('30 days');
    await page.getByRole('button', { name: 'Keep' }).click();
    await gadget.getByText('Period: 30 days').waitFor();
    await configure();
    await page.getByLabel('Period').fill('a year');
    await page.getByRole('button', { name: 'Leave' }).click();
    await gadget.getByText('Period: 30 days').waitFor();

    await gadget.getByRole('link', { name: 'Every issue of DB' }).click();
    await page.getByRole('heading', { name: 'Search issues' }).waitFor();
    expect(await page.getByLabel('JQL').inputValue()).toBe('project = DB');
    await page.goBack();
    await gadget.getByText('Period: 30 days').waitFor();
  });

  it('lets gadgets navigate the site, and breaks no policy', async () => {
    await view().getByRole('button', { name: 'Open the issues' }).click();
    await page.getByRole('heading', { name: 'Search issues' }).waitFor();
    const inspection = (await (await page.request.get(`${site.host.url}/__host/inspector`)).json()) as {
      cspViolations: string[];
      unmodelled: string[];
    };
    expect(inspection.cspViolations).toEqual([]);
    expect(inspection.unmodelled).toEqual([]);
  });

  it('is not there for people whom it is not shared with, and neither are its gadgets', async () => {
    const made = (await site.rest('u-ada', 'POST', '/rest/api/3/dashboard', {
      name: 'Private',
      sharePermissions: [],
      editPermissions: [],
    })) as { id: string };
    const gadgets = (await site.rest('u-ada', 'GET', '/rest/api/3/dashboard/gadgets')) as {
      gadgets: { moduleKey?: string }[];
    };
    const moduleKey = gadgets.gadgets.find((gadget) => gadget.moduleKey?.endsWith('/site-gadget'))?.moduleKey;
    const gadget = (await site.rest('u-ada', 'POST', `/rest/api/3/dashboard/${made.id}/gadget`, {
      moduleKey,
    })) as { id: number };
    const other = await site.open(`/dashboards/${made.id}`);
    await other.getByText('The dashboard did not load').waitFor();
    const context = (id: string | number): string =>
      `${site.host.url}/__host/frames/site-gadget/context?dashboard=${made.id}&gadget=${id}`;
    expect((await other.request.get(context(gadget.id))).status()).toBe(404);
    await other.getByRole('button', { name: /Switch user/ }).click();
    await other.getByRole('menuitemradio', { name: 'Ada Admin' }).click();
    await view(other).getByText('Colour: none yet').waitFor();
    expect((await other.request.get(context(gadget.id))).status()).toBe(200);
    expect((await other.request.get(context('1'))).status()).toBe(404);
    await other.context().close();
  });
});
