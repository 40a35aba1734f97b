import type { Browser } from 'playwright-core';
import type { HistorySite } from '../scripts/local/history/history-site';
import { people } from '../scripts/local/seed';

/** A rule's count: a link to the search behind it. */
const countLink = 'a[href*="/issues/?jql="]';

/** Opens the compliance dashboard as an approver does and times it, milliseconds from the click on its link. */
export async function timeDashboard(
  browser: Browser,
  { host }: HistorySite,
  openings: number,
): Promise<number[]> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  try {
    const page = await context.newPage();
    await page.goto(host.openUrl);
    const data = { accountId: people.firstApprover.accountId };
    await page.request.post(`${host.url}/__host/session`, { data, headers: { origin: host.url } });
    const times: number[] = [];
    for (let opening = 0; opening < openings; opening += 1) {
      await page.goto(`${host.url}/dashboards`);
      const link = page.getByRole('link', { name: 'Query Change compliance' });
      await link.waitFor();
      const began = performance.now();
      await link.click();
      await page.locator(countLink).first().waitFor();
      times.push(performance.now() - began);
    }
    return times;
  } finally {
    await context.close();
  }
}
