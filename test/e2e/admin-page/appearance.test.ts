import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Frame, Page } from 'playwright-core';
import { launchBrowser } from '../../support/browser';
import { setMode, violations } from '../panel/harness/browser';
import { Harness } from '../panel/harness/server';
import { emptySite, FakeAdmin } from './harness/fake-admin';
import { goTo, idle, openAdmin, pick } from './harness/open';
import { admin, key, ready } from './harness/site';

/** Set to a directory to look at the page: every state, theme and width is saved there. */
const shots = process.env['ADMIN_SHOTS'];

const harness = new Harness(['admin-page']);
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
  readonly backend: () => FakeAdmin;
  readonly prepare?: (frame: Frame) => Promise<void>;
}

function site(change: Partial<FakeAdmin['overview']> = {}): FakeAdmin {
  return new FakeAdmin({ ...ready, ...change });
}

const paused = { by: admin, at: '2026-11-21T10:00:00Z', reason: 'The storage is being moved until 14:00.' };
const drift = {
  checkedAt: '2026-11-21T09:00:00Z',
  steps: [
    {
      step: 'workflow' as const,
      changes: [
        {
          kind: 'repair' as const,
          what: 'Transition "Run"',
          detail: 'its validator is missing; it should ask the ledger',
        },
      ],
    },
  ],
};

const states: readonly State[] = [
  {
    name: 'empty',
    backend: emptySite,
    prepare: async (frame) => {
      await frame.getByRole('combobox', { name: 'Project' }).click();
      await frame.getByRole('option', { name: /Team space/ }).waitFor();
    },
  },
  {
    name: 'preview',
    backend: () => {
      const backend = emptySite();
      backend.refuses.set(
        'permissions',
        'Open Project settings, Permissions, and grant "Edit issues" to the group "dba-operators".',
      );
      return backend;
    },
    prepare: async (frame) => {
      await pick(frame, 'Project', 'Database changes (DB)');
      await pick(frame, 'Group that runs and resolves changes', 'dba-operators');
      await frame.getByRole('button', { name: 'Preview', exact: true }).click();
      await frame.getByRole('button', { name: 'Make these changes' }).waitFor();
      await idle(frame);
    },
  },
  {
    name: 'enrolment',
    backend: () => site({ executor: null, connections: [], firstChange: null }),
    prepare: async (frame) => {
      await frame.getByLabel('Address of the executor').fill('https://executor.example.com');
      await frame.getByRole('button', { name: 'Set the address' }).click();
      await frame.getByRole('button', { name: 'Make a one-time token' }).click();
      await frame.getByLabel('Executor id').fill('executor-eu-1');
      await frame.getByLabel("Executor's public key (JSON)").fill('{"kty":"RSA"}');
      await frame.getByRole('button', { name: 'Enrol', exact: true }).click();
    },
  },
  {
    name: 'people',
    backend: () =>
      site({
        connections: ready.connections.map((one) => ({ ...one, policy: null, approvers: null })),
        firstChange: null,
      }),
  },
  {
    name: 'compliance',
    backend: () =>
      site({
        compliance: {
          filters: 8,
          dashboardId: '10100',
          gadgetInstruction:
            'Open the dashboard, press "Edit", choose "Add gadget" and add "Query Change compliance".',
        },
      }),
  },
  {
    name: 'first-change',
    backend: () => site({ firstChange: { issueKey: 'DB-1', status: 'In review', done: false } }),
  },
  { name: 'ready', backend: () => site() },
  {
    name: 'health',
    backend: () => site({ drift, pause: paused }),
    prepare: async (frame) => goTo(frame, 'Health'),
  },
  {
    name: 'health-checked',
    backend: () => {
      const backend = site({ drift });
      backend.broken.set('workflow', drift.steps[0]?.changes ?? []);
      return backend;
    },
    prepare: async (frame) => {
      await goTo(frame, 'Health');
      await frame.getByRole('button', { name: 'Check now' }).click();
      await idle(frame);
      await frame.getByRole('button', { name: 'Repair all' }).waitFor();
    },
  },
  { name: 'connections', backend: () => site(), prepare: async (frame) => goTo(frame, 'Connections') },
  {
    name: 'keys',
    backend: () => {
      const executor = ready.executor && { ...ready.executor, keys: [key('e').kid, key('f').kid] };
      return site({ executor, appKey: { current: key('a').kid, next: key('b').kid } });
    },
    prepare: async (frame) => {
      await goTo(frame, 'Executor and keys');
      await frame.getByText('Block with both keys').waitFor();
    },
  },
  {
    name: 'review-rules',
    backend: () => site(),
    prepare: async (frame) => {
      await goTo(frame, 'Review rules');
      await frame.getByLabel('Search rules').fill('without where');
      const rule = frame.getByTestId('rule-ban-delete-without-where');
      await rule.getByRole('button', { name: /Why, and what to do/ }).click();
      await rule.getByText('What to do', { exact: true }).waitFor();
      await rule.getByLabel('Level of ban-delete-without-where').selectOption({ label: 'Off' });
      await frame.getByTestId('unsaved').waitFor();
    },
  },
  {
    name: 'own-rule',
    backend: () => site(),
    prepare: async (frame) => {
      await goTo(frame, 'Review rules');
      await frame.getByLabel('Search rules').fill('insert-row-limit');
      const own = frame.getByTestId('own-rules');
      await own.getByRole('button', { name: 'Write a rule' }).click();
      await own.getByLabel('Name').fill('billing-is-not-ours');
      await own.getByRole('button', { name: 'Add the rule' }).click();
      await frame.getByRole('button', { name: 'Paste a configuration' }).click();
    },
  },
  { name: 'dispatch', backend: () => site(), prepare: async (frame) => goTo(frame, 'Dispatch') },
  {
    name: 'history',
    backend: () => {
      const backend = site();
      backend.note('Executor enrolled', [
        { path: 'executor.id', before: null, after: '"executor-eu-1"' },
        { path: 'executor.keys', before: null, after: JSON.stringify([key('e').kid]) },
      ]);
      backend.note('Approvers of shop-prod chosen', [
        { path: 'policies.shop-prod.approvals', before: '1', after: '2' },
      ]);
      backend.note('Dispatch paused');
      return backend;
    },
    prepare: async (frame) => {
      await goTo(frame, 'History');
      await frame.getByTestId('entry-3').waitFor();
    },
  },
  {
    name: 'remove',
    backend: () => site(),
    prepare: async (frame) => {
      await goTo(frame, 'Remove');
      await frame.getByRole('button', { name: 'Preview the removal' }).click();
      await frame.getByLabel('Type the project key DB to confirm').waitFor();
    },
  },
];

describe.each(states)('$name', ({ name, backend, prepare }) => {
  it('has no WCAG 2.2 AA violation, policy violation or console error, light and dark, narrow and wide', async () => {
    const { page, frame, problems } = await openAdmin(browser, harness, backend());
    page.setDefaultTimeout(8_000);
    await prepare?.(frame);
    const found: string[] = [];
    for (const width of [320, 1_100]) {
      await page.setViewportSize({ width, height: 900 });
      const wide = await frame.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (wide > 0) found.push(`${width}: scrolls sideways by ${wide} px`);
      const hidden = await frame.evaluate(() => {
        const content = document.getElementById('root')?.scrollHeight ?? 0;
        return content - document.body.getBoundingClientRect().height;
      });
      if (hidden > 1) found.push(`${width}: the body is ${hidden} px shorter than its content`);
      for (const mode of ['light', 'dark']) {
        await setMode(frame, mode);
        for (const violation of await violations(frame)) found.push(`${mode} ${width}: ${violation}`);
        await shoot(page, frame, `${name}-${mode}-${width}`);
      }
    }
    expect(found).toEqual([]);
    expect(problems).toEqual([]);
    expect(await primaryButtons(frame)).toBeLessThanOrEqual(1);
    await page.context().close();
  });
});

/** Primary buttons that can be seen; the class is Atlaskit's own, so the colour is asked for instead. */
async function primaryButtons(frame: Frame): Promise<number> {
  return frame.evaluate(() => {
    const brand = getComputedStyle(document.documentElement)
      .getPropertyValue('--ds-background-brand-bold')
      .trim();
    const probe = document.createElement('span');
    probe.style.backgroundColor = brand;
    document.body.append(probe);
    const colour = getComputedStyle(probe).backgroundColor;
    probe.remove();
    return [...document.querySelectorAll('button')].filter(
      (button) => button.checkVisibility() && getComputedStyle(button).backgroundColor === colour,
    ).length;
  });
}

async function shoot(page: Page, frame: Frame, name: string): Promise<void> {
  if (shots === undefined) return;
  await mkdir(shots, { recursive: true });
  const width = page.viewportSize()?.width ?? 0;
  const height = await frame.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height });
  await page.screenshot({ path: join(shots, `${name}.png`) });
  await page.setViewportSize({ width, height: 900 });
}
