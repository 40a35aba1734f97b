import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startSite, type TestSite } from './site';

let site: TestSite;
let page: Page;

beforeAll(async () => {
  site = await startSite({
    terminal: {
      title: 'Executor shell',
      help: 'Type: count\nIt counts the lines of its standard input.',
      run: async (line, input) =>
        line === 'count'
          ? { ok: true, output: `${input.split('\n').length} lines` }
          : { ok: false, output: `${line}: command not found` },
    },
  });
  page = await site.open('/');
});
afterAll(async () => {
  await site.close();
});

async function become(name: string): Promise<void> {
  await page.getByRole('button', { name: /Switch user/ }).click();
  await page.getByRole('menuitemradio', { name }).click();
  await page.getByRole('button', { name: `You are ${name}. Switch user` }).waitFor();
}

describe('the terminal', () => {
  it('is there for administrators only', async () => {
    await page.getByRole('link', { name: 'Inspector' }).waitFor();
    expect(await page.getByRole('link', { name: 'Executor shell' }).count()).toBe(0);
    const run = async () =>
      await page.request.post(`${site.host.url}/__host/terminal`, {
        data: { line: 'count', input: '' },
        headers: { 'X-Atlassian-Token': 'no-check' },
      });
    expect((await run()).status()).toBe(403);
    await page.goto(`${site.host.url}/__terminal`);
    await page.getByText('Only an administrator may use the terminal').waitFor();
    await become('Ada Admin');
    expect((await run()).status()).toBe(200);
  });

  it('runs a line with its standard input and keeps what was said', async () => {
    await page.getByRole('link', { name: 'Executor shell' }).click();
    await page.getByRole('heading', { level: 1, name: 'Executor shell' }).waitFor();
    await page.getByText('It counts the lines of its standard input.').waitFor();
    const output = page.getByRole('log', { name: 'Output' });
    await page.getByLabel('Command').fill('count');
    await page.getByLabel('Standard input').fill('one\ntwo\nthree');
    await page.getByRole('button', { name: 'Run' }).click();
    await output.getByText('3 lines').waitFor();
    expect(await page.getByLabel('Standard input').inputValue()).toBe('');

    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await output.getByRole('button', { name: 'Copy the output of count' }).click();
    await page.getByText('Output copied').waitFor();
    expect(await page.evaluate(async () => await navigator.clipboard.readText())).toBe('3 lines');

    await page.getByLabel('Command').fill('drop everything');
    await page.keyboard.press('Enter');
    await output.getByText('drop everything: command not found').waitFor();
    await output.getByText('The command failed.').waitFor();
    await page.getByRole('link', { name: 'Filters' }).click();
    await page.getByRole('link', { name: 'Executor shell' }).click();
    await output.getByText('3 lines').waitFor();
  });

  it('is a link of the inspector too', async () => {
    await page.getByRole('link', { name: 'Inspector' }).click();
    await page.getByRole('main').getByRole('link', { name: 'Executor shell' }).click();
    await page.getByRole('heading', { level: 1, name: 'Executor shell' }).waitFor();
  });

  it('answers nobody from elsewhere', async () => {
    const cookies = await page.context().cookies();
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const body = JSON.stringify({ line: 'count', input: '' });
    const post = async (headers: Record<string, string>) =>
      (await fetch(`${site.host.url}/__host/terminal`, { method: 'POST', headers, body })).status;
    expect(await post({ cookie })).toBe(403);
    expect(await post({ cookie, origin: site.host.panelOrigin })).toBe(403);
    expect(await post({ 'x-atlassian-token': 'no-check' })).toBe(401);
    expect(await post({ cookie, origin: site.host.url })).toBe(200);
  });
});
