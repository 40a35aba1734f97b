import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FrameLocator, Page } from 'playwright-core';
import { startSite, type TestSite } from './site';

let site: TestSite;
let page: Page;
let panel: FrameLocator;

beforeAll(async () => {
  site = await startSite();
  await site.task('With frames');
  page = await site.open('/browse/DB-1');
  panel = page.frameLocator('iframe[title="Fixture panel"]');
});
afterAll(async () => {
  await site.close();
});

const press = async (name: string): Promise<void> => await panel.getByRole('button', { name }).click();
const says = async (text: string): Promise<void> => await panel.getByText(text).waitFor();

describe('frames of the app', () => {
  it('show the context section at once, and a panel when somebody adds it', async () => {
    await page.frameLocator('iframe[title="Fixture context"]').getByText('Hello u-dana').waitFor();
    expect(await page.locator('iframe[title="Fixture panel"]').count()).toBe(0);
    await page.getByRole('button', { name: 'Apps' }).click();
    await page.getByRole('menuitem', { name: 'Fixture panel' }).click();
    await says('Hello u-dana');
    await says('DB-1');
    await page.reload();
    await says('Hello u-dana');
  });

  it('hear why a resolver failed', async () => {
    await press('Fail');
    await says('Failed: refused on purpose');
  });

  it('show flags whose actions call back', async () => {
    await press('Show flag');
    await page.getByText('A flag of the app').waitFor();
    await page.getByRole('button', { name: 'Answer' }).click();
    await says('The flag answered');
  });

  it('open modals with a context and get their result', async () => {
    await press('Open modal');
    const dialog = page.getByRole('dialog');
    const inside = dialog.frameLocator('iframe');
    await inside.getByText('Modal: hello').waitFor();
    await inside.getByRole('button', { name: 'Finish' }).click();
    await dialog.waitFor({ state: 'detached' });
    await says('Chosen 42');
  });

  it('call Jira as the viewer, and the page follows', async () => {
    await press('Rename');
    await says('Jira said 204');
    await page.getByRole('heading', { level: 1, name: 'Renamed by the frame' }).waitFor();
  });

  it('grow with their content', async () => {
    const box = page.locator('iframe[title="Fixture panel"]');
    const before = (await box.boundingBox())?.height ?? 0;
    await press('Grow');
    await page.waitForFunction((least) => {
      const frame = document.querySelector('iframe[title="Fixture panel"]');
      return frame !== null && frame.getBoundingClientRect().height > least;
    }, before + 300);
  });

  it('follow the theme of the page', async () => {
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await panel.locator('html[data-color-mode="dark"]').waitFor();
    await page.locator('html[data-color-mode="dark"]').waitFor();
  });

  it('know the person who is switched to', async () => {
    await page.getByRole('button', { name: /Switch user/ }).click();
    await page.getByRole('menuitemradio', { name: 'Olu Bello (DBA)' }).click();
    await says('Hello u-olu');
  });

  it('go when somebody hides the panel', async () => {
    const other = await site.open('/browse/DB-1');
    await other.getByRole('button', { name: 'Hide Fixture panel' }).click();
    await other.locator('iframe[title="Fixture panel"]').waitFor({ state: 'detached' });
    await other.getByRole('button', { name: 'Apps' }).click();
    await other.getByRole('menuitem', { name: 'Fixture panel' }).click();
    await other.frameLocator('iframe[title="Fixture panel"]').getByText('Hello u-dana').waitFor();
    await other.context().close();
  });

  it('have pages of their own, admin pages for administrators only', async () => {
    const other = await site.open('/');
    const link = other.getByRole('link', { name: 'Fixture settings' });
    await other.getByRole('link', { name: 'Inspector' }).waitFor();
    expect(await link.count()).toBe(0);
    await other.getByRole('button', { name: /Switch user/ }).click();
    await other.getByRole('menuitemradio', { name: 'Ada Admin' }).click();
    await link.click();
    const frame = other.frameLocator('iframe[title="Fixture settings"]');
    await frame.getByText('Hello u-ada').waitFor();
    await frame.getByText('No issue').waitFor();
    await other.context().close();
  });

  it('navigate the page and break no policy', async () => {
    await press('Leave');
    await page.getByRole('heading', { name: 'Search issues' }).waitFor();
    const inspection = (await (await page.request.get(`${site.host.url}/__host/inspector`)).json()) as {
      cspViolations: string[];
      unmodelled: string[];
    };
    expect(inspection.cspViolations).toEqual([]);
    expect(inspection.unmodelled).toEqual([]);
    expect(site.problems).toEqual([]);
  });
});
