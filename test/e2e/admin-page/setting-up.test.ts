import type { Browser, Frame } from 'playwright-core';
import { setupSteps } from '#core/panel/admin-contract';
import { launchBrowser } from '../../support/browser';
import type { WatchedPage } from '../panel/harness/browser';
import { Harness } from '../panel/harness/server';
import { emptySite, FakeAdmin } from './harness/fake-admin';
import { goTo, idle, openAdmin, pick, until } from './harness/open';
import { address, key, ready } from './harness/site';

/** The checklist, from an empty site to a first approved run. */
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

async function open(backend: FakeAdmin): Promise<Frame> {
  opened = await openAdmin(browser, harness, backend);
  opened.page.setDefaultTimeout(8_000);
  return opened.frame;
}

function button(frame: Frame, name: string) {
  return frame.getByRole('button', { name, exact: true });
}

async function preview(frame: Frame): Promise<void> {
  await pick(frame, 'Project', 'Database changes (DB)');
  await pick(frame, 'Group that runs and resolves changes', 'dba-operators');
  await button(frame, 'Preview').click();
  await button(frame, 'Make these changes').waitFor();
}

async function enrol(frame: Frame, pasted: string): Promise<void> {
  await frame.getByLabel('Address of the executor').fill(address);
  await button(frame, 'Set the address').click();
  await button(frame, 'Make a one-time token').click();
  await frame.getByLabel("For the executor's configuration").waitFor();
  await frame.getByLabel("Executor's public key (JSON)").fill(pasted);
}

/** What `executor enrol` prints. */
const printed = `The configuration trusts the app now. Restart the executor, then enter this on the admin page:

executor id: executor-eu-1
public key:
${JSON.stringify(key('e'), null, 2)}
thumbprint: ${key('e').kid}
`;

describe('from an empty site to a first approved run', () => {
  it('is walked section by section, each opening when the one before is done', async () => {
    const backend = emptySite();
    const frame = await open(backend);
    expect(await button(frame, 'Preview').isDisabled()).toBe(true);
    await frame.getByText('Choose a project and a group first.').waitFor();

    await preview(frame);
    expect(backend.made.size).toBe(0);
    await frame.getByText('12 changes to Jira, listed below. None of them is made yet.').waitFor();
    expect(await frame.getByTestId('step-workflow').innerText()).toContain(
      'Create workflow of Query Change: in project DB',
    );
    await button(frame, 'Make these changes').click();
    await frame.getByText('Next: Executor.').waitFor();
    expect([...backend.made]).toEqual([...setupSteps]);
    // The pressed button is folded away: the keyboard goes on at the next section.
    expect(await frame.evaluate(() => document.activeElement?.textContent)).toContain('2. Executor');

    await enrol(frame, printed);
    expect(await frame.getByLabel('Executor id').inputValue()).toBe('executor-eu-1');
    const block = JSON.parse(
      await frame.getByLabel("For the executor's configuration").innerText(),
    ) as object;
    expect(Object.keys(block)).toEqual(['installation', 'keys', 'receiptUrl', 'enrolmentTokenSha256']);
    await button(frame, 'Enrol').click();

    await frame.getByText('Next: People.').waitFor();
    const dev = frame.getByRole('form', { name: 'Approvers of Shop, development' });
    await pick(dev, 'Group of approvers', 'dba-approvers');
    await dev.getByRole('button', { name: 'Save' }).click();

    await frame.getByText('Next: First change.').waitFor();
    await frame.getByText('1 of 3 connections has approvers.').waitFor();
    expect(await frame.getByLabel('Connection', { exact: true }).inputValue()).toBe('shop-dev');
    await button(frame, 'Open the first change').click();
    await frame.getByText('press "Submit for review"').waitFor();
    await until(() => backend.opened.includes('/browse/DB-1'));
    backend.overview = {
      ...backend.overview,
      firstChange: { issueKey: 'DB-1', status: 'In review', done: false },
    };
    await button(frame, 'Refresh').click();
    await frame.getByText('a member of dba-approvers, not you').waitFor();
    backend.overview = {
      ...backend.overview,
      firstChange: { issueKey: 'DB-1', status: 'Succeeded', done: true },
    };
    await button(frame, 'Refresh').click();
    await frame.getByText('Query Change is ready.').first().waitFor();
    await frame.getByText('5 of 5 done.').waitFor();
  });

  it('does not offer a team-managed project, and says why', async () => {
    const frame = await open(emptySite());
    await frame.getByRole('combobox', { name: 'Project' }).fill('Team');
    const option = frame.getByRole('option', { name: /Team space/ });
    expect(await option.innerText()).toContain('Team-managed');
    // A mouse can still be pressed on it.
    await option.click({ force: true });
    await frame.getByRole('combobox', { name: 'Project' }).press('Enter');
    await frame.getByRole('combobox', { name: 'Project' }).press('Escape');
    expect(await frame.getByRole('combobox', { name: 'Project' }).inputValue()).toBe('');
  });

  it('is chosen with the keyboard alone', async () => {
    const frame = await open(emptySite());
    const project = frame.getByRole('combobox', { name: 'Project' });
    await project.focus();
    await project.press('ArrowDown');
    await frame.getByRole('option', { name: /Database changes/ }).waitFor();
    await project.press('Enter');
    expect(await project.inputValue()).toBe('DB');
  });
});

describe('steps in Jira', () => {
  it('show which one is at work while an answer is slow', async () => {
    const backend = emptySite();
    const frame = await open(backend);
    await preview(frame);
    const release = backend.hold('setup-step');
    await button(frame, 'Make these changes').click();
    await frame.getByTestId('section-jira').getByText('Making: Project (1 of 12)').waitFor();
    expect(await frame.getByTestId('step-project').getAttribute('data-mark')).toBe('working');
    expect(await button(frame, 'Make these changes').isDisabled()).toBe(true);
    // The work goes on while another tab is looked at.
    await goTo(frame, 'Health');
    await frame.getByRole('tabpanel', { name: 'Health' }).getByText('Making: Project (1 of 12)').waitFor();
    await goTo(frame, 'Getting started');
    release();
    await frame.getByText('Next: Executor.').waitFor();
  });

  it('that Jira refuses say what a person does, and are checked again', async () => {
    const backend = emptySite();
    backend.refuses.set('permissions', 'Grant "Edit issues" to dba-operators.');
    const frame = await open(backend);
    await preview(frame);
    await button(frame, 'Make these changes').click();
    await idle(frame);
    const step = frame.getByTestId('step-permissions');
    await step.getByText('Grant "Edit issues" to dba-operators.').waitFor();
    expect(backend.made.has('permissions')).toBe(false);
    expect(backend.called('setup-step').map((call) => call['step'])).not.toContain('permissions');
    expect(backend.made.has('dashboard')).toBe(true);
    await frame.getByTestId('section-jira').getByText('Needs a person').first().waitFor();

    backend.refuses.delete('permissions');
    backend.made.add('permissions');
    backend.overview = { ...backend.overview, jiraReady: true };
    await step.getByRole('button', { name: 'Check again: Permissions' }).click();
    await frame.getByText('Next: Executor.').waitFor();
  });

  it('that Jira refuses only when they are made say so too, and the others are still made', async () => {
    const backend = emptySite();
    backend.refusesWhenMade.set('dashboard', 'Add the gadget by hand.');
    const frame = await open(backend);
    await preview(frame);
    await button(frame, 'Make these changes').click();
    await frame.getByText('Next: Executor.').waitFor();
    const compliance = frame.getByTestId('section-compliance');
    await compliance.getByRole('button', { name: /^4\. Compliance/ }).click();
    await compliance.getByText('Add the gadget by hand.').waitFor();
    await compliance.getByText('Needs a person').first().waitFor();
  });

  it('stop where the app refuses, say why there, and go on from there', async () => {
    const backend = emptySite();
    const frame = await open(backend);
    await preview(frame);
    backend.throwing.add('setup-step');
    await button(frame, 'Make these changes').click();
    await idle(frame);
    const step = frame.getByTestId('step-project');
    await step.getByText('The app did not answer. Check your connection and try again.').waitFor();
    expect(await frame.getByRole('combobox', { name: 'Project' }).inputValue()).toBe('DB');
    backend.throwing.clear();
    await button(frame, 'Make these changes').click();
    await frame.getByText('Next: Executor.').waitFor();
  });

  it('are planned again for whoever left in the middle', async () => {
    const backend = emptySite();
    backend.overview = {
      ...backend.overview,
      project: { id: '10000', key: 'DB' },
      operators: ready.operators,
    };
    backend.made.add('project').add('fields');
    const frame = await open(backend);
    await frame.getByTestId('step-fields').getByText('Right').waitFor();
    await frame.getByTestId('step-workflow').getByText('Will be made').waitFor();
    await button(frame, 'Make these changes').click();
    await frame.getByText('Next: Executor.').waitFor();
    expect(backend.called('setup-step').map(({ step }) => step)).not.toContain('fields');
  });
});

describe('enrolment', () => {
  const unenrolled = (): FakeAdmin => new FakeAdmin({ ...ready, executor: null, connections: [] });

  it.each([
    ['', 'Paste the key that the executor prints.'],
    ['a thumbprint', 'not a whole key in JSON'],
    ['{"kty": "OKP", }', 'This is not JSON.'],
    ['{"kty":"RSA"}', 'a key of another kind'],
    [JSON.stringify({ ...key('e'), x: 'short' }), 'The key itself ("x")'],
    [JSON.stringify({ ...key('e'), kid: undefined }), 'The thumbprint ("kid")'],
    [JSON.stringify({ ...key('e'), d: 'secret' }), 'This is a private key'],
    [`${JSON.stringify(key('e'))}\n${JSON.stringify(key('f'))}`, 'more than one key'],
  ])('refuses the key %j in words and keeps what was typed', async (text, words) => {
    const backend = unenrolled();
    const frame = await open(backend);
    await enrol(frame, text);
    await frame.getByLabel('Executor id').fill('executor-eu-1');
    await button(frame, 'Enrol').click();
    await frame.getByText(words).waitFor();
    expect(await frame.getByLabel("Executor's public key (JSON)").inputValue()).toBe(text);
    expect(await frame.getByLabel('Executor id').inputValue()).toBe('executor-eu-1');
    expect(backend.overview.executor).toBeNull();
  });

  it('says when Jira refused the address, and which addresses cannot be', async () => {
    const backend = unenrolled();
    backend.agrees = false;
    const frame = await open(backend);
    await frame.getByText('No address is set.').waitFor();
    expect(await button(frame, 'Enrol').isDisabled()).toBe(true);
    await frame.getByText('Set the address of the executor first.').waitFor();
    await frame.getByLabel('Address of the executor').fill('http://executor.example.com');
    await button(frame, 'Set the address').click();
    await frame.getByText('The address must begin with https://.').waitFor();
    await frame.getByLabel('Address of the executor').fill(address);
    await button(frame, 'Set the address').click();
    await frame.getByText('The address was not set. Jira says: The request was rejected.').waitFor();
    expect(await frame.getByLabel('Address of the executor').inputValue()).toBe(address);
    expect(backend.remote).toBeNull();
    backend.agrees = true;
    await button(frame, 'Set the address').click();
    await frame.getByText(`Set to ${address}`).waitFor();
  });

  it('is possible on a site that does not say which address is set', async () => {
    const backend = unenrolled();
    backend.saysAddress = false;
    const frame = await open(backend);
    await frame.getByText('Jira does not say which address is set.').waitFor();
    await button(frame, 'Make a one-time token').click();
    await frame.getByLabel("Executor's public key (JSON)").fill(printed);
    await button(frame, 'Enrol').click();
    await frame.getByText('Next: People.').waitFor();
  });

  it('shows why the other side refused, and keeps the form', async () => {
    const backend = unenrolled();
    const frame = await open(backend);
    await enrol(frame, printed);
    backend.refusals.set(
      'enrol-executor',
      'The executor does not know this token. Run executor enrol there first.',
    );
    await button(frame, 'Enrol').click();
    await frame.getByText('The executor does not know this token.').waitFor();
    backend.refusals.clear();
    await button(frame, 'Enrol').click();
    await frame.getByText('Next: People.').waitFor();
  });

  it('is tested, and repaired by enrolling again', async () => {
    const backend = new FakeAdmin(ready);
    const frame = await open(backend);
    await frame.getByRole('button', { name: /^2\. Executor/ }).click();
    const section = frame.getByTestId('section-executor');
    await section.getByText('https://site.example/x1/receipt').waitFor();
    await section.getByText(key('e').kid).waitFor();
    await section.getByRole('button', { name: 'Test the connection' }).click();
    await section.getByText('The executor answered in 42 ms.').waitFor();
    backend.refusals.set('test-executor', 'It answered 401: the app is not enrolled there.');
    await section.getByRole('button', { name: 'Test the connection' }).click();
    await section.getByText('the app is not enrolled there').waitFor();
    await section.getByRole('button', { name: 'Enrol again' }).click();
    await section.getByRole('button', { name: 'Make a one-time token' }).click();
    await section
      .getByLabel("Executor's public key (JSON)")
      .fill(printed.replaceAll(key('e').kid, key('f').kid));
    await section.getByRole('button', { name: 'Enrol', exact: true }).click();
    await section.getByText(key('f').kid).waitFor();
  });
});

describe('people', () => {
  it('cannot be fewer than the executor asks for, and a group that is too small is said', async () => {
    const backend = new FakeAdmin(ready);
    const frame = await open(backend);
    await goTo(frame, 'Connections');
    const tab = frame.getByRole('tabpanel', { name: 'Connections' });
    await tab.getByRole('button', { name: 'Change approvers: Shop, production' }).click();
    const approvals = tab.getByLabel('Approvals needed');
    await approvals.fill('1');
    await tab.getByRole('button', { name: 'Save', exact: true }).click();
    await tab.getByText('The executor asks for at least 2.').waitFor();
    await approvals.fill('4');
    await tab.getByRole('button', { name: 'Save', exact: true }).click();
    await tab.getByText('4 approvals are needed, but the group has only 3 people.').waitFor();
    await tab.getByTestId('connection-shop-prod').getByText('Approvers missing').waitFor();
  });
});
