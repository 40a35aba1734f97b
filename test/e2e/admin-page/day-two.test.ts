import type { Browser, Frame } from 'playwright-core';
import { removalSteps } from '#core/panel/admin-contract';
import { launchBrowser } from '../../support/browser';
import type { WatchedPage } from '../panel/harness/browser';
import { Harness } from '../panel/harness/server';
import { FakeAdmin } from './harness/fake-admin';
import { goTo, idle, openAdmin, pick } from './harness/open';
import { key, ready } from './harness/site';

/** What an administrator does once the site is set up. */
const harness = new Harness(['admin-page']);
let browser: Browser;
let opened: WatchedPage | undefined;

beforeAll(async () => {
  [browser] = await Promise.all([launchBrowser(), harness.start()]);
});
afterEach(async () => {
  const problems = opened?.problems ?? ['no page was opened'];
  await opened?.page.context().close();
  opened = undefined;
  expect(problems).toEqual([]);
});
afterAll(async () => {
  await browser.close();
  await harness.stop();
});

async function open(backend: FakeAdmin, tab?: string): Promise<Frame> {
  opened = await openAdmin(browser, harness, backend);
  opened.page.setDefaultTimeout(8_000);
  if (tab !== undefined) await goTo(opened.frame, tab);
  return opened.frame;
}

const change = { kind: 'repair' as const, what: 'Transition "Run"', detail: 'its validator is missing' };

function drifted(): FakeAdmin {
  const steps = [{ step: 'workflow' as const, changes: [change] }];
  const backend = new FakeAdmin({ ...ready, drift: { checkedAt: '2026-11-21T09:00:00Z', steps } });
  backend.broken.set('workflow', [change]);
  return backend;
}

describe('health', () => {
  it('shows what the last check found, on the checklist too, and repairs one step', async () => {
    const backend = drifted();
    const frame = await open(backend);
    await frame.getByTestId('section-jira').getByText('1 step is not as this app made it.').waitFor();
    await goTo(frame, 'Health');
    await frame.getByTestId('drift-workflow').getByText('its validator is missing').waitFor();
    await frame.getByRole('button', { name: 'Repair: Workflow and its rules' }).click();
    await frame.getByRole('tabpanel', { name: 'Health' }).getByText('Made: workflow.').waitFor();
    expect(backend.broken.size).toBe(0);
    expect(backend.called('setup-step').map(({ step }) => step)).toEqual(['workflow']);
  });

  it('checks every step now, and repairs all that is not right', async () => {
    const backend = drifted();
    backend.broken.set('fields', [{ ...change, what: 'Field "Connection"' }]);
    const frame = await open(backend, 'Health');
    const tab = frame.getByRole('tabpanel', { name: 'Health' });
    await tab.getByRole('button', { name: 'Check now' }).click();
    await tab.getByText('2 of 12 not right.').waitFor();
    expect(backend.broken.size).toBe(2);
    await tab.getByRole('button', { name: 'Repair all' }).click();
    await idle(frame);
    expect(backend.broken.size).toBe(0);
    expect(backend.called('setup-step').map(({ step }) => step)).toEqual(['fields', 'workflow']);
  });

  it('names the connections with problems and tests the executor', async () => {
    const backend = new FakeAdmin(ready);
    const frame = await open(backend, 'Health');
    const ill = frame.getByRole('list', { name: 'Connections with problems' });
    expect(await ill.getByRole('listitem').allInnerTexts()).toEqual([expect.stringContaining('Reports')]);
    backend.throwing.add('test-executor');
    const tab = frame.getByRole('tabpanel', { name: 'Health' });
    await tab.getByRole('button', { name: 'Test the connection' }).click();
    await tab.getByText('The app did not answer.').waitFor();
  });
});

describe('dispatch', () => {
  const tabs = [
    'Getting started',
    'Health',
    'Connections',
    'Executor and keys',
    'Dispatch',
    'History',
    'Remove',
  ];

  it('is paused with a reason, says so on every tab, and is resumed', async () => {
    const backend = new FakeAdmin(ready);
    const frame = await open(backend, 'Dispatch');
    await frame.getByRole('button', { name: 'Pause dispatch' }).click();
    await frame.getByText('A reason is required.').waitFor();
    expect(backend.overview.pause).toBeNull();
    await frame.getByLabel('Reason').fill('The storage is being moved.');
    await frame.getByRole('button', { name: 'Pause dispatch' }).click();
    for (const tab of tabs) {
      await goTo(frame, tab);
      const banner = frame.getByTestId('pause-banner');
      await banner.getByText('Alex Admin').waitFor();
      expect(await banner.innerText()).toContain('The storage is being moved.');
    }
    await goTo(frame, 'Dispatch');
    await frame.getByRole('button', { name: 'Resume dispatch' }).click();
    await frame.getByTestId('pause-banner').waitFor({ state: 'detached' });
    expect(backend.overview.pause).toBeNull();
  });

  it('keeps the reason when the app refuses', async () => {
    const backend = new FakeAdmin(ready);
    const frame = await open(backend, 'Dispatch');
    backend.refusals.set('pause', 'Somebody else changed the settings. Try again.');
    await frame.getByLabel('Reason').fill('The storage is being moved.');
    await frame.getByRole('button', { name: 'Pause dispatch' }).click();
    await frame.getByText('Somebody else changed the settings.').waitFor();
    expect(await frame.getByLabel('Reason').inputValue()).toBe('The storage is being moved.');
  });
});

describe('keys', () => {
  it('of the executor overlap: the new one is added, then the old one removed, never the last', async () => {
    const backend = new FakeAdmin(ready);
    const frame = await open(backend, 'Executor and keys');
    const keys = frame.getByTestId('pinned-keys');
    const remove = (letter: string) =>
      keys.getByRole('button', { name: `Remove the key ${key(letter).kid}` });
    expect(await remove('e').isDisabled()).toBe(true);
    await keys.getByText('The last key cannot be removed: add its successor first.').waitFor();
    await keys.getByLabel('New public key (JSON)').fill('not a key');
    await keys.getByRole('button', { name: 'Add this key' }).click();
    await keys.getByText('not a whole key in JSON').waitFor();
    await keys.getByLabel('New public key (JSON)').fill(JSON.stringify(key('f')));
    await keys.getByRole('button', { name: 'Add this key' }).click();
    await remove('f').waitFor();
    expect(await keys.getByRole('button', { name: 'Add this key' }).isDisabled()).toBe(true);
    await remove('e').click();
    await remove('e').waitFor({ state: 'detached' });
    expect(backend.overview.executor?.keys).toEqual([key('f').kid]);
  });

  it('of the app: prepared, refused by the executor, switched, and the old one left out of the block', async () => {
    const backend = new FakeAdmin(ready);
    const frame = await open(backend, 'Executor and keys');
    const part = frame.getByTestId('app-key');
    await part.getByRole('button', { name: 'Prepare the next key' }).click();
    const both = part.getByLabel('Block with both keys');
    expect(JSON.parse(await both.innerText())).toMatchObject({ keys: [key('a'), key('b')] });
    backend.refusals.set('switch-app-key', 'The executor does not trust the next key yet.');
    await part.getByRole('button', { name: 'Switch to the next key' }).click();
    await part.getByText('The executor does not trust the next key yet.').waitFor();
    expect(backend.overview.appKey.current).toBe(key('a').kid);
    backend.refusals.clear();
    await part.getByRole('button', { name: 'Switch to the next key' }).click();
    await part.getByText('The new key signs now.').waitFor();
    await part.getByLabel('Block with the new key only').waitFor();
    expect(backend.overview.appKey).toEqual({ current: key('b').kid, next: null });
  });

  it('of the app, prepared by somebody earlier, show their block and can be discarded', async () => {
    const backend = new FakeAdmin({ ...ready, appKey: { current: key('a').kid, next: key('b').kid } });
    const frame = await open(backend, 'Executor and keys');
    const part = frame.getByTestId('app-key');
    await part.getByLabel('Block with both keys').waitFor();
    await part.getByRole('button', { name: 'Discard the prepared key' }).click();
    await part.getByRole('button', { name: 'Prepare the next key' }).waitFor();
    expect(backend.overview.appKey.next).toBeNull();
  });
});

describe('history', () => {
  it('shows who changed what, before and after, and older entries on request', async () => {
    const backend = new FakeAdmin(ready);
    for (let entry = 1; entry <= 30; entry += 1) backend.note(`Change ${entry}`);
    backend.note('Approvers of shop-prod chosen', [
      { path: 'policies.shop-prod.approvals', before: '1', after: '2' },
    ]);
    const frame = await open(backend, 'History');
    const newest = frame.getByTestId('entry-31');
    await newest.getByText('Alex Admin').waitFor();
    const difference = newest.locator('dd');
    expect((await difference.innerText()).replaceAll(/\s+/g, ' ')).toBe('before: 1 → after: 2');
    await frame.getByText('the chain of the 25 shown holds').waitFor();
    expect(await frame.getByTestId('entry-6').count()).toBe(0);
    backend.refusals.set('settings-history', 'The storage did not answer. Try again.');
    await frame.getByRole('button', { name: 'Show older' }).click();
    await frame.getByText('The storage did not answer.').waitFor();
    await newest.waitFor();
    backend.refusals.clear();
    await frame.getByRole('button', { name: 'Show older' }).click();
    await frame.getByTestId('entry-1').waitFor();
    await frame.getByText('the chain of the 31 shown holds').waitFor();
    expect(await frame.getByRole('button', { name: 'Show older' }).count()).toBe(0);
  });

  it('says where a broken chain is broken', async () => {
    const backend = new FakeAdmin(ready);
    backend.note('Dispatch paused');
    backend.historyProblem = 'Entry 1 was altered.';
    const frame = await open(backend, 'History');
    await frame.getByText('The chain of this history is broken').waitFor();
    expect(await frame.getByTestId('chain').innerText()).toBe('Entry 1 was altered.');
  });
});

describe('removal', () => {
  it('is shown first, needs the typed project key, and reports each step', async () => {
    const backend = new FakeAdmin(ready);
    const frame = await open(backend, 'Remove');
    await frame.getByRole('button', { name: 'Preview the removal' }).click();
    const typed = frame.getByLabel('Type the project key DB to confirm');
    await typed.waitFor();
    expect(await frame.getByTestId('removal-statuses').innerText()).toContain('Another workflow uses them.');
    expect(backend.removed.size).toBe(0);
    const remove = frame.getByRole('button', { name: 'Remove', exact: true });
    expect(await remove.isDisabled()).toBe(true);
    await frame.getByText('Type DB exactly to remove.').waitFor();
    await typed.fill('db');
    await typed.press('Enter');
    expect(await remove.isDisabled()).toBe(true);
    expect(backend.removed.size).toBe(0);
    await typed.fill('DB');
    await remove.click();
    await frame.getByText('Everything that could go is gone.').waitFor();
    expect([...backend.removed]).toEqual([...removalSteps]);
    await frame.getByTestId('removal-schemes').getByText('Removed', { exact: true }).waitFor();
    await frame.getByTestId('removal-statuses').getByText('Kept', { exact: true }).waitFor();
  });

  it('stops where it is refused, and goes on from there', async () => {
    const backend = new FakeAdmin(ready);
    const frame = await open(backend, 'Remove');
    await frame.getByRole('button', { name: 'Preview the removal' }).click();
    await frame.getByLabel('Type the project key DB to confirm').fill('DB');
    const release = backend.hold('removal-step');
    await frame.getByRole('button', { name: 'Remove', exact: true }).click();
    await frame.getByText('Removing: Dispatch (1 of 10)').waitFor();
    backend.refusals.set('removal-step', 'A change is running. Wait until it is over.');
    release();
    await frame.getByTestId('removal-dispatch').getByText('A change is running.').waitFor();
    expect(backend.removed.size).toBe(0);
    backend.refusals.clear();
    await frame.getByRole('button', { name: 'Remove', exact: true }).click();
    await frame.getByText('Everything that could go is gone.').waitFor();
  });
});

describe('a resolver that fails', () => {
  it('is said where the page would be, and tried again', async () => {
    const backend = new FakeAdmin(ready);
    backend.throwing.add('overview');
    const frame = await open(backend);
    await frame.getByText('The settings could not be loaded').waitFor();
    backend.throwing.clear();
    await frame.getByRole('button', { name: 'Try again' }).click();
    await frame.getByTestId('admin').waitFor();
  });

  it('loses nothing that was typed', async () => {
    const backend = new FakeAdmin(ready);
    const frame = await open(backend, 'Connections');
    const tab = frame.getByRole('tabpanel', { name: 'Connections' });
    await tab.getByRole('button', { name: 'Change approvers: Shop, development' }).click();
    await pick(tab, 'Group of approvers', 'jira-users');
    await tab.getByLabel('Approvals needed').fill('3');
    backend.throwing.add('save-policy');
    await tab.getByRole('button', { name: 'Save', exact: true }).click();
    await tab.getByText('The app did not answer.').waitFor();
    expect(await tab.getByRole('combobox', { name: 'Group of approvers' }).inputValue()).toBe('jira-users');
    expect(await tab.getByLabel('Approvals needed').inputValue()).toBe('3');
    backend.throwing.clear();
    await tab.getByRole('button', { name: 'Save', exact: true }).click();
    await tab.getByRole('form').waitFor({ state: 'detached' });
    const saved = backend.overview.connections.find((one) => one.key === 'shop-dev')?.policy;
    expect(saved).toEqual({ approverGroup: { id: 'g-all', name: 'jira-users' }, approvals: 3 });
  });
});
