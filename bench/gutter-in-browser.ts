import type { Browser, Frame, Page } from 'playwright-core';
import { journey } from '../scripts/local/journey';
import { startLocalSite } from '../scripts/local/local-site';
import { people } from '../scripts/local/seed';
import { temporaryFolder } from '../scripts/local/temporary-folder';
import { launchBrowser } from '../test/support/browser';

const keystrokes = 25;

/** A last line that one more letter makes a finding of: `char`, which is not what people think. */
const almost = 'ALTER TABLE shop.orders ADD COLUMN note cha';

/**
 * Milliseconds from a key going down in the panel's editor until the gutter shows what it changed, in a real browser on
 * the local site: the pause that ends typing, the bridge, the function and drawing included.
 */
export async function timeGutter(appDir: string, text: string): Promise<number[]> {
  const folder = await temporaryFolder('gutter');
  const closing: (() => Promise<unknown>)[] = [async () => folder.remove()];
  try {
    const site = await startLocalSite({ appDir, dir: folder.path, fresh: true });
    closing.push(async () => site.close());
    const browser = await launchBrowser();
    closing.push(async () => browser.close());
    const by = journey(site.host);
    const { key } = await by.create('developer', 'Measured');
    const content = {
      connection: 'shop-dev',
      sql: `${text}\n${almost}`,
      rollback: null,
      reason: 'Measured.',
      rowBudget: '',
      verification: '',
      automaticRollback: false,
      exportFormat: null,
    };
    await by.must('developer', key, 'save-draft', { baseVersion: 0, content });
    const frame = await openPanel(browser, site.host, key);
    return await typeAndWatch(frame);
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

async function openPanel(
  browser: Browser,
  host: { readonly url: string; readonly openUrl: string },
  key: string,
): Promise<{ page: Page; panel: Frame }> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 1000 } })).newPage();
  await page.goto(host.openUrl);
  const data = { accountId: people.developer.accountId };
  await page.request.post(`${host.url}/__host/session`, { data, headers: { origin: host.url } });
  await page.goto(`${host.url}/browse/${key}`);
  const element = await page.locator('section.panel iframe').elementHandle();
  const panel = await element?.contentFrame();
  if (!panel) throw new Error('the panel has no frame');
  await panel.getByTestId('summaries').waitFor();
  return { page, panel };
}

/** Types the last letter and takes it away again, in turns; the first two count for nothing. */
async function typeAndWatch({ page, panel }: { page: Page; panel: Frame }): Promise<number[]> {
  const editor = panel.getByRole('textbox', { name: 'SQL', exact: true });
  await editor.click();
  await page.keyboard.press('Control+End');
  const taken: number[] = [];
  for (let stroke = 0; stroke < keystrokes + 2; stroke += 1) {
    const marked = stroke % 2 === 0;
    // What is asked for in between is answered before the next key.
    const watched = editor.evaluate(async (content, wanted) => {
      const gutter = content.closest('.cm-editor')?.querySelector('.cm-gutter-lint');
      if (!gutter) throw new Error('there is no gutter');
      if ((gutter.querySelector('.cm-lint-marker') !== null) === wanted)
        throw new Error('the gutter shows it already');
      return new Promise<number>((resolve) => {
        let from = 0;
        content.addEventListener('keydown', () => (from = performance.now()), { once: true });
        const observer = new MutationObserver(() => {
          if (from === 0 || (gutter.querySelector('.cm-lint-marker') !== null) !== wanted) return;
          observer.disconnect();
          resolve(performance.now() - from);
        });
        observer.observe(gutter, { childList: true, subtree: true });
        content.setAttribute('data-watched', 'yes');
      });
    }, marked);
    await panel.locator('.cm-content[data-watched]').waitFor();
    await page.keyboard.press(marked ? 'r' : 'Backspace');
    const ms = await watched;
    await editor.evaluate((content) => content.removeAttribute('data-watched'));
    if (stroke >= 2) taken.push(ms);
  }
  return taken;
}
