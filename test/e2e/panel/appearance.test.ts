import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Frame, Page } from 'playwright-core';
import type { ChangeView } from '#core/panel/view';
import type { ExecutionProgress } from '#core/protocol/progress';
import { type FakeBackend, noPlan } from './harness/backend';
import { launchBrowser } from '../../support/browser';
import { openPanel, setMode, violations } from './harness/browser';
import { approver } from './harness/fixture-content';
import { indexing, lockWaiting } from './harness/fixture-progress';
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

interface State {
  readonly name: string;
  readonly view: ChangeView;
  /** Brings the page into the state, beyond opening it. */
  readonly prepare?: (frame: Frame, backend: FakeBackend) => Promise<void>;
}

const states: readonly State[] = [
  ...Object.entries(fixtures).map(([name, view]) => ({ name, view })),
  {
    name: 'timeline',
    view: fixtures.failed,
    prepare: async (frame) => {
      await frame.getByTestId('open-timeline').click();
      await frame.getByTestId('timeline').waitFor();
    },
  },
  {
    name: 'conflict',
    view: fixtures['draft-filled'],
    prepare: async (frame, backend) => {
      const { draft } = fixtures['draft-filled'];
      const theirs = {
        ...draft,
        version: 5,
        savedBy: approver,
        content: { ...draft.content, sql: 'SELECT 1;' },
      };
      backend.view = { ...backend.view, draft: theirs };
      await frame.getByLabel('Reason').fill('My reason.');
      await frame.getByTestId('conflict').waitFor();
    },
  },
  {
    name: 'draft-no-plan',
    view: fixtures['draft-filled'],
    prepare: async (frame, backend) => {
      backend.look = noPlan('There is no automatic rollback: statement 1 is TRUNCATE.');
      await frame.getByLabel('Let the executor undo it').check();
      await frame.getByTestId('rollback-refusal').waitFor();
    },
  },
  { name: 'dialog-approve', view: fixtures['review-approver'], prepare: openDialog('approve') },
  { name: 'dialog-stop', view: fixtures['running-long'], prepare: openDialog('stop') },
  { name: 'progress-lock', view: fixtures['running-long'], prepare: hearProgress(lockWaiting, 'lock-wait') },
  { name: 'progress-phase', view: fixtures['running-stopping'], prepare: hearProgress(indexing, 'phase') },
  { name: 'dialog-run', view: fixtures.approved, prepare: openDialog('run') },
  { name: 'dialog-resolve', view: fixtures['needs-attention'], prepare: openDialog('resolve') },
];

function hearProgress(progress: ExecutionProgress, part: string) {
  return async (frame: Frame, backend: FakeBackend): Promise<void> => {
    backend.progress = { progress, silent: false };
    await frame.getByTestId(part).waitFor();
  };
}

function openDialog(action: string) {
  return async (frame: Frame): Promise<void> => {
    await frame.getByTestId(`action-${action}`).click();
    await frame.getByTestId(`dialog-${action}`).waitFor();
  };
}

describe.each(states)('$name', ({ name, view, prepare }) => {
  it('has no WCAG 2.2 AA violation, policy violation or console error, light and dark, narrow and wide', async () => {
    const { url, backend } = harness.open(view);
    const { page, frame, problems } = await openPanel(browser, url);
    await prepare?.(frame, backend);
    const found: string[] = [];
    for (const width of [320, 1_100]) {
      await page.setViewportSize({ width, height: 900 });
      const wide = await frame.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      const hidden = await frame.evaluate(() => {
        const content = document.getElementById('root')?.scrollHeight ?? 0;
        return content - document.body.getBoundingClientRect().height;
      });
      if (hidden > 1) found.push(`${width}: the body is ${hidden} px shorter than its content`);
      if (wide > 0) found.push(`${width}: scrolls sideways by ${wide} px`);
      for (const mode of ['light', 'dark']) {
        await setMode(frame, mode);
        for (const violation of await violations(frame)) found.push(`${mode} ${width}: ${violation}`);
        await shoot(page, frame, `${name}-${mode}-${width}`);
      }
    }
    expect(found).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});

async function shoot(page: Page, frame: Frame, name: string): Promise<void> {
  if (shots === undefined) return;
  await mkdir(shots, { recursive: true });
  const width = page.viewportSize()?.width ?? 0;
  const height = await frame.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height });
  await page.screenshot({ path: join(shots, `${name}.png`) });
  await page.setViewportSize({ width, height: 900 });
}

it('shows the change at a glance beside the issue', async () => {
  const { url } = harness.open(fixtures['review-voted'], { resource: 'issue-context' });
  const { page, frame, problems } = await openPanel(browser, url, 360);
  expect(await frame.getByTestId('glance-approvals').innerText()).toBe('1 of 2');
  expect(await frame.getByTestId('glance-next').innerText()).toContain('You approved this revision');
  expect(await violations(frame)).toEqual([]);
  expect(problems).toEqual([]);
  await page.context().close();
});
