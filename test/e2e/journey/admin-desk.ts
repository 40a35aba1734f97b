import type { FrameLocator, Locator } from 'playwright-core';
import type { Desk } from './desk';

/** Address of the admin page on the site. */
export const adminAddress = '/apps/query-change-admin';

/** The admin page as an administrator uses it. */
export interface AdminDesk {
  readonly frame: FrameLocator;
  tab(name: string): Promise<void>;
  section(id: 'jira' | 'executor' | 'people' | 'compliance' | 'first-change'): Locator;
  step(name: string): Locator;
  /** Waits until the steps have come to rest. */
  settled(): Promise<void>;
  /** Types into a picker within `part` and takes the match. */
  pick(part: FrameLocator | Locator, label: string, name: string): Promise<void>;
}

/** Finds the admin page on the page that is open at a desk. */
export function adminDesk({ page }: Desk): AdminDesk {
  const frame = page.frameLocator('main iframe.frame');
  return {
    frame,
    tab: async (name) => frame.getByRole('tab', { name, exact: true }).click(),
    section: (id) => frame.getByTestId(`section-${id}`),
    // A step is listed on two tabs; the one in sight is meant.
    step: (name) => frame.getByTestId(`step-${name}`).filter({ visible: true }),
    async settled() {
      const working = frame.getByText('Wait until the step at work is done.').filter({ visible: true });
      await working.first().waitFor({ state: 'hidden', timeout: 30_000 });
    },
    async pick(part, label, name) {
      await part.getByRole('combobox', { name: label }).fill(name);
      await part.getByRole('option', { name: new RegExp(name) }).click();
    },
  };
}

/** Runs a command on the executor's machine, through the site's terminal page; answers what it printed. */
export async function typeInTerminal({ page }: Desk, line: string, input = ''): Promise<string> {
  await page.getByLabel('Command', { exact: true }).fill(line);
  await page.getByLabel('Standard input').fill(input);
  const runs = page.locator('.terminal-run');
  const before = await runs.count();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const run = runs.nth(before);
  await run.waitFor();
  return run.locator('pre').innerText();
}
