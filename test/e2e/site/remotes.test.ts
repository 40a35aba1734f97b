import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FrameLocator, Page } from 'playwright-core';
import { startSite, type TestSite } from './site';

let site: TestSite;
let page: Page;
let frame: FrameLocator;

beforeAll(async () => {
  site = await startSite();
  page = await site.open('/');
  await become('Ada Admin');
  await page.getByRole('link', { name: 'Fixture settings' }).click();
  frame = page.frameLocator('iframe[title="Fixture settings"]');
});
afterAll(async () => {
  await site.close();
});

async function become(name: string): Promise<void> {
  await page.getByRole('button', { name: /Switch user/ }).click();
  await page.getByRole('menuitemradio', { name }).click();
  await page.getByRole('button', { name: `You are ${name}. Switch user` }).waitFor();
}
const press = async (name: string): Promise<void> => await frame.getByRole('button', { name }).click();
const says = async (text: string): Promise<void> => await frame.getByText(text).waitFor();
const modal = () => page.getByRole('dialog');
const endpoint = (): string | undefined => site.host.platform.remotes.url('fixture-remote');

describe('the administrator of a customer-managed remote', () => {
  it('sees which app wants to reach what, and a no reaches the app', async () => {
    await press('Reach the executor');
    const dialog = page.getByRole('dialog', { name: 'App wants to reach https://db.example.com' });
    await dialog.getByText('https://db.example.com/exec').waitFor();
    await dialog.getByText('Runs things elsewhere.').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await says('Failed: The administrator did not allow the change of remotes');
    expect(endpoint()).toBeUndefined();
  });

  it('allows it, and the app is told what is set', async () => {
    await press('Reach the executor');
    await modal().getByRole('button', { name: 'Allow' }).click();
    await says('Reaches https://db.example.com/exec');
    expect(endpoint()).toBe('https://db.example.com/exec');
    await press('Reach this machine');
    await modal().getByRole('button', { name: 'Allow' }).click();
    await says('Reaches http://127.0.0.1:9');
    await press('Disconnect');
    await modal().getByRole('button', { name: 'Allow' }).click();
    await says('Reaches nothing');
    expect(endpoint()).toBeUndefined();
  });

  it.each([
    ['Reach another domain', 'db.example.org matches none of *.example.com'],
    ['Reach without https', 'A remote must have an https URL'],
    ['Reach a fixed remote', 'Remote fixture-fixed is not customer-managed'],
    ['Ask for egress', 'The bridge command __permission__egressGet is not modelled'],
  ])('is not asked: %s', async (button, words) => {
    await press(button);
    await says(`Failed: ${words}`);
    expect(await modal().count()).toBe(0);
  });

  it('is the only one who can be asked', async () => {
    await site.task('With a panel');
    await become('Dana (developer)');
    await page.goto(`${site.host.url}/browse/DB-1`);
    frame = page.frameLocator('iframe[title="Fixture context"]');
    await press('Reach the executor');
    await says('Failed: Only an administrator may set a remote');
    expect(await modal().count()).toBe(0);
    const direct = await page.request.put(`${site.host.url}/__host/permissions/remotes`, {
      data: { remotes: [{ key: 'fixture-remote', configured: { endpoint: 'https://db.example.com' } }] },
      headers: { 'X-Atlassian-Token': 'no-check' },
    });
    expect(direct.status()).toBe(403);
    expect(endpoint()).toBeUndefined();
  });
});
