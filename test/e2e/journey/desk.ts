import type { Browser, Frame, FrameLocator, Locator, Page } from 'playwright-core';

/** Chromium's remark on the sandbox that Forge itself prescribes; not an error of ours. */
const sandboxRemark = 'An iframe which has both allow-scripts and allow-same-origin';

/** A browser window in which one person works. */
export interface Desk {
  readonly page: Page;
  /** The issue panel's frame. */
  readonly panel: FrameLocator;
  /** An editor of the panel by its label. */
  editor(label: 'SQL' | 'Rollback' | 'Verification'): Locator;
  /** The part at the top of the panel: status, headline, actions. */
  readonly slot: Locator;
  /** Goes to another page of the site. */
  go(address: string): Promise<void>;
  /** Waits until Jira and the panel show this status. */
  status(name: string): Promise<void>;
  /** Waits for words in the panel. */
  reads(text: string | RegExp): Promise<void>;
  /** Presses an action of the panel; `answer` fills and confirms its dialog. */
  act(action: string, answer?: { readonly text?: string; readonly choose?: string }): Promise<void>;
  /** Makes a transition from Jira's status menu. */
  transition(from: string, name: string): Promise<void>;
  /** Waits for a message at the corner of the page and takes it away. */
  flag(title: RegExp): Promise<string>;
  /** The frame of the panel, for what a locator cannot do. */
  panelFrame(): Promise<Frame>;
  close(): Promise<void>;
}

interface DeskOptions {
  /** Who works here. */
  readonly name: string;
  readonly address: string;
  readonly problems: string[];
}

/** Opens a window, becomes the person by the user menu, and goes to the address. */
export async function openDesk(
  browser: Browser,
  host: { readonly url: string; readonly openUrl: string },
  options: DeskOptions,
): Promise<Desk> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await watch(page, (text) => options.problems.push(`${options.name} at ${page.url()}: ${text}`));
  await page.goto(host.openUrl);
  await become(page, options.name);
  await page.goto(host.url + options.address);
  return deskOn(page, host.url);
}

/** Uses the user menu, as a person at the local site does. */
async function become(page: Page, name: string): Promise<void> {
  const me = page.getByRole('button', { name: /Switch user/ });
  await me.waitFor();
  if ((await me.getAttribute('aria-label')) === `You are ${name}. Switch user`) return;
  await me.click();
  await page.getByRole('menuitemradio', { name: new RegExp(`^${name}`) }).click();
  await page.getByRole('button', { name: `You are ${name}. Switch user` }).waitFor();
}

/** Hears console errors, uncaught errors and broken policies of the page and of every frame in it. */
async function watch(page: Page, report: (text: string) => void): Promise<void> {
  page.on('console', (message) => {
    const text = message.text();
    // A transition that Jira refuses is a 400, which Chromium logs; the tests wait for the words instead.
    const refused = text.includes('status of 400') && message.location().url.endsWith('/transitions');
    if (message.type() === 'error' && !refused && !text.startsWith(sandboxRemark)) report(text);
  });
  page.on('pageerror', (error) => report(String(error)));
  await page.exposeFunction('reportViolation', report);
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { reportViolation } = globalThis as unknown as { reportViolation: (text: string) => void };
      reportViolation(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
    });
  });
}

function deskOn(page: Page, origin: string): Desk {
  const frame = page.locator('section.panel iframe');
  const panel = frame.contentFrame();
  const slot = panel.getByTestId('lifecycle');
  return {
    page,
    panel,
    slot,
    editor: (label) => panel.getByRole('textbox', { name: label, exact: true }),
    go: async (address) => void (await page.goto(origin + address)),
    async status(name) {
      await page.getByRole('button', { name: `${name} - Change status` }).waitFor();
      await slot.getByText(name, { exact: true }).first().waitFor();
    },
    reads: async (text) => panel.getByText(text).first().waitFor(),
    async act(action, answer) {
      await panel.getByTestId(`action-${action}`).click();
      if (answer === undefined) return;
      const dialog = panel.getByRole('dialog');
      if (answer.choose !== undefined) await dialog.getByLabel(answer.choose).check();
      if (answer.text !== undefined) await dialog.getByRole('textbox').fill(answer.text);
      await dialog.getByTestId('dialog-confirm').click();
      await dialog.waitFor({ state: 'detached' });
    },
    async transition(from, name) {
      await page.getByRole('button', { name: `${from} - Change status` }).click();
      await page.getByRole('menuitem', { name: new RegExp(`^${name}`) }).click();
    },
    async flag(title) {
      const flag = page.getByRole('alert').filter({ hasText: title });
      await flag.waitFor();
      const words = await flag.innerText();
      await flag.getByRole('button', { name: 'Dismiss' }).click();
      await flag.waitFor({ state: 'detached' });
      return words;
    },
    async panelFrame() {
      const content = await (await frame.elementHandle())?.contentFrame();
      if (!content) throw new Error('the panel has no frame');
      return content;
    },
    close: async () => page.context().close(),
  };
}
