import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Seed } from '../../../host/contract';
import { createHost, type Host } from '../../../host/create-host';
import { launchBrowser } from '../../support/browser';
import { buildPanel, buildScript } from './fixture-panel';
import { appDir, cacheDir } from './fixture-platform';
import { createFixtureSite } from './fixture-site';

const seed: Seed = {
  site: { name: 'fixture', cloudId: 'cloud-1' },
  users: [
    {
      accountId: 'alice',
      displayName: 'Alice',
      email: 'alice@example.com',
      accountType: 'atlassian',
      groups: [],
    },
  ],
  groups: [],
  project: { key: 'QC', name: 'Query Change', leadAccountId: 'alice' },
};

const pagesDir = path.join(cacheDir, 'pages');
let host: Host;
let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  mkdirSync(pagesDir, { recursive: true });
  await buildPanel();
  await buildScript('fixture-pages/site.ts', pagesDir, 'site.js');
  writeFileSync(
    path.join(pagesDir, 'index.html'),
    '<!doctype html><title>-</title><body><script src="/site.js"></script>',
  );
  host = await createHost({
    appDir,
    seed,
    cacheDir,
    pagesDir,
    createSite: () => ({
      ...createFixtureSite().site,
      apiToken: () => 'right',
      pinnedPanels: () => ['fixture-panel'],
    }),
  });
  browser = await launchBrowser();
  page = await browser.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
  });
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(host.openUrl);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
});

describe('the bridge', () => {
  it('serves the real @forge/bridge in a frame of another origin', async () => {
    const frame = page.frameLocator('iframe');
    const result = frame.locator('#result:not(:empty)');
    await result.waitFor({ state: 'attached', timeout: 20_000 }).catch(() => undefined);
    // The two refusals that the panel provokes.
    expect(
      problems.filter((problem) => !/^Failed to load|product\?path=.*(nothing|session)$/.test(problem)),
    ).toEqual([]);
    const said = JSON.parse((await result.textContent()) ?? '') as Record<string, unknown>;
    expect(said).toMatchObject({
      account: 'alice',
      issue: { id: '7', key: 'QC-7' },
      theme: { colorMode: 'dark' },
      colorMode: 'dark',
      echo: {
        payload: { n: 1, accountId: 'mallory' },
        context: { accountId: 'alice', extension: { issue: { id: '7' } } },
      },
      thrown: 'refused: as asked',
      jira: { accountId: 'alice' },
      missing: 404,
      event: { hello: 'event' },
      realtime: { hello: 'frame' },
      published: { from: 'frame' },
      history: '/inner',
      flag: 'clicked',
      submit: null,
      unmodelled: 'refused: The bridge command navigate is not modelled',
    });
    expect(JSON.stringify(said['elsewhere'])).not.toContain('alice');
    expect(await page.title()).toBe('{"done":true}');
    expect(host.platform.gateway.unmodelled()).toEqual([]);
  });

  it('styles the frame with tokens from its own origin and follows the theme', async () => {
    const frame = page.frames().find((candidate) => candidate.url().startsWith(host.panelOrigin));
    const surface = async (): Promise<unknown> =>
      await frame?.evaluate('getComputedStyle(document.documentElement).getPropertyValue("--ds-surface")');
    const dark = await surface();
    await page.evaluate('toLight()');
    await frame?.waitForFunction('document.documentElement.dataset.colorMode === "light"');
    const light = await surface();
    expect(dark).toMatch(/^#/);
    expect(light).toMatch(/^#/);
    expect(light).not.toBe(dark);
  });

  it('keeps to the genuine policy', async () => {
    const { cspViolations } = await page.evaluate<{ cspViolations: string[] }>(
      'fetch("/__host/inspector").then((r) => r.json())',
    );
    expect(cspViolations).toEqual([]);
  });
});
