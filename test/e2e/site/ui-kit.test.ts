import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startSite, violationsOf, type TestSite } from './site';

let site: TestSite;
let page: Page;

beforeAll(async () => {
  site = await startSite();
  page = await site.open('/apps/ui-kit-gallery');
});
afterAll(async () => {
  await site.close();
});

const press = async (name: string | RegExp): Promise<void> =>
  await page.getByRole('button', { name }).first().click();
const says = async (text: string): Promise<void> => await page.getByText(`Said: ${text}`).waitFor();
const tab = async (name: string, on = page): Promise<void> => await on.getByRole('tab', { name }).click();

describe('a UI Kit module', () => {
  it('runs in a hidden frame and is drawn by the page, as the viewer', async () => {
    await page.getByText('ui-kit-gallery for u-dana').waitFor();
    const frame = page.locator('iframe[title="UI Kit gallery (runs the app)"]');
    expect(await frame.isHidden()).toBe(true);
    expect(await frame.getAttribute('sandbox')).toContain('allow-scripts');
    expect(new URL((await frame.getAttribute('src')) ?? '').origin).toBe(site.host.panelOrigin);
  });

  it('draws words and marks', async () => {
    await page.getByRole('heading', { level: 2, name: 'Words' }).waitFor();
    await page.getByText('99+').waitFor();
    await page.getByRole('img', { name: 'Careful' }).waitFor();
    await page.getByRole('img', { name: 'Olu Bello (DBA)' }).waitFor();
    await page.getByText('UPDATE accounts').waitFor();
    await page.getByRole('progressbar', { name: 'Progress of the run' }).waitFor();
    await press('Remove removable');
    await page.getByText('removable', { exact: true }).waitFor({ state: 'detached' });
  });

  it('tells the app what is pressed, also in elements that came as props', async () => {
    await press('Counted 0');
    await press('Counted 1');
    await page.getByRole('button', { name: 'Counted 2' }).waitFor();
    await press('Understood');
    await says('Message answered');
    await press('Add one');
    await says('Empty answered');
  });

  it('hears of the theme', async () => {
    await page.getByText('Theme: light').waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByText('Theme: dark').waitFor();
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByText('Theme: light').waitFor();
  });

  it('opens a dialog and closes it', async () => {
    await press('Open dialog');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Inside the dialog').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'detached' });
    await says('Dialog closed');
  });

  it('shows tooltips on focus, and flags', async () => {
    const words = page.getByRole('tooltip', { name: 'More about it' });
    expect(await words.count()).toBe(0);
    await page.getByRole('button', { name: 'Hover me' }).focus();
    await words.waitFor();
    await page.keyboard.press('Escape');
    await words.waitFor({ state: 'hidden' });
    await press('Show flag');
    await page.getByText('From UI Kit').waitFor();
    await press('Dismiss');
  });

  it.each([
    ['Fail', 'refused on purpose'],
    ['Throw', 'thrown on purpose'],
  ])('says in words what the app failed with: %s', async (name, words) => {
    await press(name);
    const flag = page.getByRole('alert').filter({ hasText: 'UI Kit gallery failed' });
    await flag.getByText(words).waitFor();
    await press('Dismiss');
    await flag.waitFor({ state: 'detached' });
  });
});

describe('a form', () => {
  it('is validated by the app and submitted through a resolver', async () => {
    await press('Save');
    await page.getByText('A name is needed').waitFor();
    await page.getByLabel('Name').fill('Fix balances');
    await page.getByText('A name is needed').waitFor({ state: 'detached' });
    await page.getByLabel('Reason').fill('two\nlines');
    await page.getByLabel('Environment').click();
    await page.getByRole('option', { name: 'QA' }).click();
    for (const name of ['DEV', 'PROD']) {
      await page.getByLabel('Rules').click();
      await page.getByRole('option', { name }).click();
    }
    await page.getByLabel('Urgent').check();
    await page.getByRole('switch', { name: 'Watched' }).check();
    await page.getByLabel('rollback').check();
    await press('Save');
    await says('Saved');
    const said = (await page.getByText('Said: Saved').innerText()).replace(/^Said: Saved /u, '');
    expect(JSON.parse(said)).toEqual({
      name: 'Fix balances',
      reason: 'two\nlines',
      environment: { label: 'QA', value: 'qa' },
      rules: [
        { label: 'DEV', value: 'dev' },
        { label: 'PROD', value: 'prod' },
      ],
      urgent: true,
      watched: true,
      kind: 'rollback',
    });
  });

  it('keeps what is typed while the app follows, and shows what the app makes of it', async () => {
    await page.getByLabel('Upper case').pressSequentially('slow app');
    await page.getByText('The app holds SLOW APP').waitFor();
    // The field follows once the app has heard everything; letters typed meanwhile would be missing here.
    await page.waitForFunction(() =>
      [...document.querySelectorAll('input')].some((input) => input.value === 'SLOW APP'),
    );
  });

  it('passes raw values where UI Kit does', async () => {
    await page.getByRole('slider', { name: 'Weight' }).press('ArrowRight');
    await page.getByText('Weight 30').waitFor();
    await page.getByLabel('Tuesday').check();
    await page.getByText('Days mon tue').waitFor();
  });
});

describe('a table', () => {
  const rules = async (): Promise<string[]> =>
    await page.getByRole('table', { name: 'Rules' }).locator('tbody tr td:first-child').allInnerTexts();

  it('sorts by the keys of its cells, has pages, and buttons and links in its cells', async () => {
    await tab('Table');
    expect(await rules()).toEqual([
      'Approved by the author',
      'Ran before approval',
      'Changed after approval',
    ]);
    const count = page.getByRole('columnheader', { name: 'Count' }).getByRole('button').first();
    await count.click();
    await page.getByRole('button', { name: 'Look at Waiting too long' }).waitFor();
    expect(await rules()).toEqual(['Waiting too long', 'Approved by the author', 'Changed after approval']);
    await press('Look at Waiting too long');
    await says('Pressed Waiting too long');
    await page.getByRole('button', { name: /page 2/iu }).click();
    await page.getByRole('button', { name: 'Look at Ran before approval' }).waitFor();
    await page.getByText('No offender at all').waitFor();
  });
});

describe('a chart', () => {
  it('says what it shows, and has its numbers as a table', async () => {
    await tab('Charts');
    const picture = page.getByRole('img', {
      name: /^Lead time, bar chart\. Week 1: 12; Week 2: 30; Week 3: 21\.$/u,
    });
    await picture.waitFor();
    const figure = page.getByRole('figure').filter({ has: picture });
    await figure.getByText('Median hours by week').waitFor();
    await figure.getByText('Show as table').click();
    const cells = figure.getByRole('table', { name: 'Lead time' }).getByRole('row');
    expect(await cells.allInnerTexts()).toEqual(['Name\tValue', 'Week 1\t12', 'Week 2\t30', 'Week 3\t21']);
  });

  it.each(['Grouped', 'Stacked', 'Lying', 'Lying and stacked', 'Lines', 'Pie', 'Donut'])(
    '%s is drawn, with the same numbers in its table',
    async (title) => {
      const picture = page.getByRole('img', { name: new RegExp(`^${title}, `, 'u') });
      const figure = page.getByRole('figure').filter({ has: picture });
      const drawn = await figure.locator('svg[role=img]').locator('title').allTextContents();
      await figure.getByText('Show as table').click();
      const numbers = await figure.getByRole('cell').allInnerTexts();
      const marks = drawn.flatMap((words) => /: (-?[\d.]+)/u.exec(words)?.[1] ?? []);
      expect(marks.length).toBeGreaterThan(2);
      expect(marks.toSorted()).toEqual(numbers.toSorted());
    },
  );

  it('without data says so', async () => {
    await page.getByRole('figure').filter({ hasText: 'Empty' }).getByText('No data').waitFor();
  });
});

describe('what is not modelled', () => {
  const REFUSALS = [
    'UI Kit component DatePicker is not modelled by the local host',
    'UI Kit component Lozenge: the prop appearance has a value that the local host does not model: "accent-lime"',
    'UI Kit component Box: the prop xcss has a value that the local host does not model',
    'UI Kit component BarChart: row 1 has no number at 1: "many"',
  ];

  it('is said where it should have been and in the log, and the rest is drawn', async () => {
    const other = await site.open('/apps/ui-kit-refused');
    await other.getByText('After', { exact: true }).waitFor();
    for (const words of REFUSALS) await other.getByRole('alert').filter({ hasText: words }).waitFor();
    expect(await other.getByText('Never drawn').count()).toBe(0);
    expect(await violationsOf(other)).toEqual([]);
    await expectLogged(...REFUSALS);
    await other.context().close();
  });

  it('an app that breaks is told in words', async () => {
    const other = await site.open('/apps/ui-kit-broken');
    await other.getByRole('alert').filter({ hasText: 'broken on purpose' }).waitFor();
    await expectLogged('broken on purpose');
    await other.context().close();
  });

  async function expectLogged(...words: string[]): Promise<void> {
    const text = (): string =>
      site.host.log
        .lines()
        .filter(({ level }) => level === 'error')
        .map((line) => line.text)
        .join('\n');
    const until = Date.now() + 5000;
    while (!words.every((one) => text().includes(one)) && Date.now() < until) await page.waitForTimeout(20);
    for (const one of words) expect(text()).toContain(one);
  }
});

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  it.each(['Form', 'Table', 'Charts'])(
    '%s has no WCAG 2.2 AA violation and fits 320 pixels',
    async (name) => {
      const other = await site.open('/apps/ui-kit-gallery', { colorScheme });
      await other.getByText('ui-kit-gallery for u-dana').waitFor();
      await tab(name, other);
      for (const summary of await other.getByText('Show as table').all()) await summary.click();
      expect(await other.locator('html').getAttribute('data-color-mode')).toBe(colorScheme);
      // What lies under the bar of the page is half hidden, and axe takes that for its size.
      await other.evaluate(() => window.scrollTo(0, 0));
      expect(await violationsOf(other)).toEqual([]);
      await other.setViewportSize({ width: 320, height: 700 });
      await other.waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth);
      await other.context().close();
    },
  );
});

describe('the policy', () => {
  it('is not broken, and navigation leaves the page', async () => {
    await press('Leave');
    await page.getByRole('heading', { name: 'Search issues' }).waitFor();
    const inspection = (await (await page.request.get(`${site.host.url}/__host/inspector`)).json()) as {
      cspViolations: string[];
    };
    expect(inspection.cspViolations).toEqual([]);
    const unexpected = site.problems.filter((text) => !text.includes('on purpose'));
    expect(unexpected).toEqual([]);
  });
});
