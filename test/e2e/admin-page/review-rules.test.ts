import { readFile } from 'node:fs/promises';
import type { Browser, Frame, Page } from 'playwright-core';
import { parse as parseYaml } from 'yaml';
import { launchBrowser } from '../../support/browser';
import { Harness } from '../panel/harness/server';
import { FakeAdmin } from './harness/fake-admin';
import { goTo, openAdmin } from './harness/open';
import { ready } from './harness/site';

/** The page over the app's own calls about rules: what is saved went through the real use cases. */
const harness = new Harness(['admin-page']);
let browser: Browser;
let page: Page;
let frame: Frame;
let backend: FakeAdmin;

beforeAll(async () => {
  [browser] = await Promise.all([launchBrowser(), harness.start()]);
});
afterAll(async () => {
  await browser.close();
  await harness.stop();
});
beforeEach(async () => {
  backend = new FakeAdmin(ready);
  ({ page, frame } = await openAdmin(browser, harness, backend));
  page.setDefaultTimeout(8_000);
  await goTo(frame, 'Review rules');
  await frame.getByTestId('rules-found').waitFor();
});
afterEach(async () => page.context().close());

const card = (id: string) => frame.getByTestId(`rule-${id}`);
const search = async (words: string) => frame.getByLabel('Search rules').fill(words);
const level = (id: string) => card(id).getByLabel(`Level of ${id}`);
const saved = async () => (await backend.review.show()).config;

test('a rule is found by words and by category, and says why it is there without its code', async () => {
  await search('drop column');
  await frame.getByText(/^\d+ of \d+ rules\.$/).waitFor();
  await card('ban-drop-column')
    .getByRole('button', { name: /Why, and what to do/ })
    .click();
  await card('ban-drop-column').getByText('First release the code that no longer uses the column.').waitFor();
  await search('');
  await frame.getByLabel('Show', { exact: true }).selectOption({ label: 'Security' });
  await card('ban-grant-all').waitFor();
  expect(await card('ban-drop-column').count()).toBe(0);
});

test('a level is set for an environment, saved with its history, and reset', async () => {
  await frame.getByLabel('Set rules for').selectOption({ label: 'qa' });
  await search('ban-drop-column');
  await level('ban-drop-column').selectOption({ label: 'Error' });
  const unsaved = frame.getByTestId('unsaved');
  await unsaved.getByText('ban-drop-column error in qa').waitFor();
  expect(await saved()).toMatchObject({ environments: {} });
  await unsaved.getByRole('button', { name: 'Save the rules' }).click();
  await unsaved.waitFor({ state: 'detached' });
  expect(await saved()).toMatchObject({
    environments: { qa: { rules: { 'ban-drop-column': { level: 'error' } } } },
  });
  expect(backend.history[0]?.what).toBe('Review rules: ban-drop-column error in qa');
  await card('ban-drop-column')
    .getByRole('button', { name: /Reset to default/ })
    .click();
  await unsaved.getByRole('button', { name: 'Save the rules' }).click();
  await unsaved.waitFor({ state: 'detached' });
  expect(await saved()).toMatchObject({ environments: {} });
});

test('what is lost in production is said, and has to be accepted before it can be saved', async () => {
  await search('ban-delete-without-where');
  await level('ban-delete-without-where').selectOption({ label: 'Off' });
  const unsaved = frame.getByTestId('unsaved');
  const save = unsaved.getByRole('button', { name: 'Save the rules' });
  await unsaved.getByText(/would be told of it any more/).waitFor();
  expect(await save.isDisabled()).toBe(true);
  await unsaved.getByText('Tick what you accept to lose in production').waitFor();
  await unsaved.getByRole('checkbox').check();
  await save.click();
  await unsaved.waitFor({ state: 'detached' });
  expect(await saved()).toMatchObject({ rules: { 'ban-delete-without-where': { level: 'off' } } });
});

test('an option is set by its type, and what is no value of it is said', async () => {
  await search('insert-row-limit');
  const option = card('insert-row-limit').getByLabel('Option most of insert-row-limit');
  await option.fill('many');
  await card('insert-row-limit').getByText('Enter a whole number.').waitFor();
  expect(await frame.getByTestId('unsaved').count()).toBe(0);
  await option.fill('50');
  await frame.getByTestId('unsaved').getByText('most of insert-row-limit set to 50').waitFor();
  await search('ban-create-extension');
  await card('ban-create-extension')
    .getByLabel('Option allowed of ban-create-extension')
    .fill('pg_trgm\nhstore');
  await frame.getByTestId('unsaved').getByText('["pg_trgm","hstore"]').waitFor();
});

test('a rule of the site is tried on a text before it is saved', async () => {
  const own = frame.getByTestId('own-rules');
  await own.getByRole('button', { name: 'Write a rule' }).click();
  await own.getByLabel('Try it on SQL').fill('SELECT 1; DELETE FROM billing.invoices WHERE id = 7;');
  await own.getByRole('button', { name: 'Try', exact: true }).click();
  await own.getByTestId('problem').waitFor();
  await own.getByLabel('Name').fill('billing-is-not-ours');
  await own.getByLabel('Title').fill('Billing is changed by its own team');
  await own.getByLabel('Message').fill('Ask the billing team.');
  await own.getByLabel('Table or view').fill('billing.*');
  await own.getByLabel('What the statement does with it').selectOption({ label: 'Changes rows' });
  await own.getByRole('button', { name: 'Try', exact: true }).click();
  await own.getByText('Matches statement 2.').waitFor();
  expect(backend.called('save-review-rules')).toEqual([]);
  await own.getByRole('button', { name: 'Add the rule' }).click();
  await own.getByTestId('own-billing-is-not-ours').waitFor();
  await frame.getByTestId('unsaved').getByRole('button', { name: 'Save the rules' }).click();
  await frame.getByTestId('unsaved').waitFor({ state: 'detached' });
  expect((await saved()).custom).toEqual([
    {
      id: 'billing-is-not-ours',
      title: 'Billing is changed by its own team',
      level: 'warning',
      message: 'Ask the billing team.',
      when: { relation: 'billing.*', access: 'write' },
    },
  ]);
});

test('the whole goes out as a file and comes back, and a file that is wrong is told where', async () => {
  const file = frame.getByTestId('config-file');
  await file.getByRole('button', { name: 'Paste a configuration' }).click();
  const text = file.getByLabel('Configuration (YAML or JSON)');
  for (const [wrong, words] of [
    ['rules:\n  ban-drop-tabel: { level: off }', 'there is no rule of this name'],
    ['{"rules":{"__proto__":{"level":"off"}}}', 'nothing can be called so'],
    ['rules: !!js/function "function () {}"', 'expected'],
    [
      'a: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: &d [*c, *c, *c, *c]\ne: [*d, *d, *d, *d]',
      'Excessive alias count',
    ],
    ['rules: [', 'Flow sequence'],
  ] as const) {
    await text.fill(wrong);
    await file.getByRole('button', { name: 'Use this text' }).click();
    await file.getByTestId('problem').getByText(words, { exact: false }).waitFor();
  }
  const config = { environments: { prod: { rules: { 'ban-drop-column': { level: 'error' } } } } };
  await text.fill('environments:\n  prod:\n    rules:\n      ban-drop-column: { level: error }');
  await file.getByRole('button', { name: 'Use this text' }).click();
  await frame.getByTestId('unsaved').getByText('ban-drop-column error in prod').waitFor();
  for (const [format, read] of [
    ['YAML', (raw: string): unknown => parseYaml(raw)],
    ['JSON', (raw: string): unknown => JSON.parse(raw)],
  ] as const) {
    const coming = page.waitForEvent('download');
    await file.getByRole('button', { name: `Download ${format}` }).click();
    const path = await (await coming).path();
    expect(read(await readFile(path, 'utf8'))).toEqual(config);
  }
});

test('a save of another administrator is not overwritten, and what was typed stays until it is given up', async () => {
  await search('insert-row-limit');
  await level('insert-row-limit').selectOption({ label: 'Error' });
  await backend.review.save({
    base: null,
    config: { rules: { 'ban-drop-column': { level: 'error' } } },
    accepted: [],
  });
  const unsaved = frame.getByTestId('unsaved');
  await unsaved.getByRole('button', { name: 'Save the rules' }).click();
  await unsaved.getByText('Another administrator saved the rules meanwhile').waitFor();
  expect(await level('insert-row-limit').inputValue()).toBe('error');
  await unsaved.getByRole('button', { name: 'Load the saved rules' }).click();
  await unsaved.waitFor({ state: 'detached' });
  expect((await saved()).rules).toEqual({ 'ban-drop-column': { level: 'error', options: {} } });
});
