import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser, openPanel, setMode, violations } from './harness/browser';
import { fixtures } from './harness/fixtures';
import { Harness } from './harness/server';

/** Set to a directory to look at the panel: every state, theme and width is saved there. */
const shots = process.env['PANEL_SHOTS'];

const harness = new Harness();
let browser: Browser;

beforeAll(async () => {
  [browser] = await Promise.all([launchBrowser(), harness.start()]);
});
afterAll(async () => {
  await browser.close();
  await harness.stop();
});

describe.each(Object.keys(fixtures) as (keyof typeof fixtures)[])('%s', (name) => {
  it('has no WCAG 2.2 AA violation, policy violation or console error, light and dark, narrow and wide', async () => {
    const { url } = harness.open(fixtures[name]);
    const { page, frame, problems } = await openPanel(browser, url);
    if (name === 'review-approver') await frame.getByTestId('open-timeline').click();
    const found: string[] = [];
    for (const width of [360, 1_100]) {
      await page.setViewportSize({ width, height: 900 });
      for (const mode of ['light', 'dark']) {
        await setMode(frame, mode);
        const wide = await frame.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (wide > 0) found.push(`${mode} ${width}: scrolls sideways by ${wide} px`);
        for (const violation of await violations(frame)) found.push(`${mode} ${width}: ${violation}`);
        if (shots !== undefined) {
          await mkdir(shots, { recursive: true });
          const height = await frame.evaluate(() => document.documentElement.scrollHeight);
          await page.setViewportSize({ width, height });
          await page.screenshot({ path: join(shots, `${name}-${mode}-${width}.png`) });
          await page.setViewportSize({ width, height: 900 });
        }
      }
    }
    expect(found).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});

it('shows the change at a glance beside the issue', async () => {
  const { url } = harness.open(fixtures['review-voted'], { resource: 'issue-context' });
  const { page, frame, problems } = await openPanel(browser, url, 360);
  expect(await frame.getByTestId('glance-approvals').innerText()).toBe('1 of 2');
  expect(await frame.getByTestId('glance-next').innerText()).toContain('You approved this revision');
  expect(await violations(frame)).toEqual([]);
  expect(problems).toEqual([]);
  await page.context().close();
});
