import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type axeCore from 'axe-core';
import type { Frame, Page } from 'playwright-core';
import type { Desk } from './desk';

const images = path.join(process.cwd(), 'docs', 'images');
/** Narrow screens, as narrow as 320 pixels, are for review only; README does not show them. */
const drafts = path.join(process.cwd(), '.local', 'screenshots');
const wanted = process.env['QC_SCREENSHOTS'] === '1';
const modes = ['light', 'dark'] as const;
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const wide = { width: 1280, height: 900 };

/** Looks at what is on the screen in both themes: answers what axe-core finds wrong, and takes pictures when asked to. */
export async function look(desk: Pick<Desk, 'page'>, picture?: string): Promise<readonly string[]> {
  const { page } = desk;
  const found: string[] = [];
  for (const mode of modes) {
    await page.emulateMedia({ colorScheme: mode, reducedMotion: 'reduce' });
    const frames = await appFrames(page);
    await Promise.all([page.mainFrame(), ...frames].map(async (frame) => settle(frame, mode)));
    for (const frame of [page.mainFrame(), ...frames]) {
      found.push(...(await violations(frame)).map((text) => `${mode} ${frame.name()} ${text}`));
    }
    if (wanted && picture !== undefined) await photograph(desk, `${picture}-${mode}`);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  return found;
}

/** {@link look} from the top: a link that the page's own header half covers while it is scrolled is too small to hit. */
export async function lookFromTop(desk: Pick<Desk, 'page'>, picture?: string): Promise<readonly string[]> {
  await desk.page.evaluate(() => window.scrollTo(0, 0));
  return look(desk, picture);
}

async function appFrames(page: Page): Promise<Frame[]> {
  const handles = await page.locator('iframe.frame').elementHandles();
  const frames = await Promise.all(handles.map(async (handle) => handle.contentFrame()));
  return frames.filter((frame) => frame !== null);
}

/** Waits for the theme, for lazy parts and names, and until colours and sizes have stopped changing. */
async function settle(frame: Frame, mode: string): Promise<void> {
  await frame.waitForFunction(
    (wantedMode) =>
      document.documentElement.dataset['colorMode'] === wantedMode &&
      document.querySelector('.qc-editor[data-phase=loading]') === null &&
      !/Loading the|someone/.test(document.body.innerText),
    mode,
    // A frame out of sight gets no animation frames, which is what is waited by otherwise.
    { polling: 100 },
  );
  await frame.evaluate(async () => {
    const moving = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(moving.map(async (animation) => animation.finished));
  });
}

async function violations(frame: Frame): Promise<string[]> {
  if (!(await frame.evaluate(() => 'axe' in globalThis))) await frame.evaluate(await axeSource());
  return frame.evaluate(async (runOnly) => {
    const { axe } = globalThis as unknown as { axe: typeof axeCore };
    const { violations: broken } = await axe.run(document, { runOnly, iframes: false, preload: false });
    return broken.flatMap((rule) =>
      rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ''}`),
    );
  }, rules);
}

let axe: Promise<string> | undefined;
function axeSource(): Promise<string> {
  axe ??= readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  return axe;
}

async function photograph({ page }: Pick<Desk, 'page'>, name: string): Promise<void> {
  await mkdir(images, { recursive: true });
  await mkdir(drafts, { recursive: true });
  await page.mouse.move(0, 0);
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: path.join(images, `${name}.png`) });
  await page.screenshot({ path: path.join(drafts, `${name}-full.png`), fullPage: true });
  await page.setViewportSize({ width: 320, height: 900 });
  await page.waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth);
  await page.screenshot({ path: path.join(drafts, `${name}-narrow.png`), fullPage: true });
  // A frame below the fold is drawn only when it comes into sight.
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await (
    await appFrames(page)
  )
    .at(-1)
    ?.evaluate(async () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  await page.screenshot({ path: path.join(drafts, `${name}-narrow-end.png`) });
  await page.setViewportSize(wide);
  await page.evaluate(() => window.scrollTo(0, 0));
}
