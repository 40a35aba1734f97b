import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axeCore from 'axe-core';
import type { Browser, Frame, Page } from 'playwright-core';

/** Chromium's remark on the sandbox that Forge itself prescribes. */
const sandboxWarning = 'An iframe which has both allow-scripts and allow-same-origin';

/** A page that remembers what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  readonly frame: Frame;
  /** Console errors, uncaught errors and policy violations so far. */
  readonly problems: string[];
}

/** Opens `url` and waits for the panel in its frame. */
export async function openPanel(browser: Browser, url: string, width = 1_100): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, acceptDownloads: true });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    const { text, type } = { text: message.text(), type: message.type() };
    if ((type === 'error' || type === 'warning') && !text.startsWith(sandboxWarning)) problems.push(text);
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.exposeFunction('reportViolation', (text: string) => problems.push(text));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const report = (globalThis as unknown as { reportViolation: (text: string) => void }).reportViolation;
      report(
        `policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
      );
    });
  });
  await page.goto(url);
  const handle = await page.waitForSelector('iframe#panel');
  const frame = await handle.contentFrame();
  if (frame === null) throw new Error('the panel has no frame');
  await frame.waitForSelector(
    '[data-testid=panel],[data-testid=glance],[data-testid=admin],[data-testid=load-problem]',
  );
  await settled(frame);
  return { page, frame, problems };
}

/** Waits until every lazy part on the screen has been loaded and drawn. */
async function settled(frame: Frame): Promise<void> {
  await frame.waitForFunction(
    () =>
      document.querySelector('.qc-editor[data-phase=loading]') === null &&
      !document.body.innerText.includes('Loading the') &&
      !document.body.innerText.includes('someone'),
  );
}

/** Switches the theme, and waits until colours have stopped changing. */
export async function setMode(frame: Frame, mode: string): Promise<void> {
  await frame.evaluate(async (value) => {
    document.documentElement.dataset['colorMode'] = value;
    const moving = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(moving.map((animation) => animation.finished));
  }, mode);
}

/** WCAG 2.2 A and AA violations on the page, one line each. */
export async function violations(frame: Frame): Promise<string[]> {
  const loaded = await frame.evaluate(() => 'axe' in globalThis);
  if (!loaded) await frame.evaluate(await axeSource());
  return frame.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof axeCore };
    const { violations: found } = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      preload: false,
    });
    return found.flatMap((rule) =>
      rule.nodes.map(
        (node) =>
          `${rule.id}: ${String(node.target)} ${node.failureSummary ?? ''} ${node.html.slice(0, 160)}`,
      ),
    );
  });
}

let axe: Promise<string> | undefined;

function axeSource(): Promise<string> {
  axe ??= readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  return axe;
}
