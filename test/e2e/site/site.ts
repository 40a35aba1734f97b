import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Seed } from '../../../host/contract';
import { createHost, type Host, type HostOptions } from '../../../host/create-host';
import { launchBrowser } from '../../support/browser';

const here = path.dirname(fileURLToPath(import.meta.url));
const appDir = path.join(here, 'fixture-app');
const run = promisify(execFile);

const person = (
  accountId: string,
  displayName: string,
  groups: string[],
  admin = false,
): Seed['users'][number] => ({
  accountId,
  displayName,
  email: `${accountId}@example.com`,
  accountType: 'atlassian',
  groups,
  admin,
});

const seed: Seed = {
  site: { name: 'Shop', cloudId: 'site-tests' },
  users: [
    person('u-dana', 'Dana (developer)', ['developers']),
    person('u-olu', 'Olu Bello (DBA)', ['dba']),
    person('u-ada', 'Ada Admin', [], true),
  ],
  groups: ['developers', 'dba'],
  project: { key: 'DB', name: 'Database Changes', leadAccountId: 'u-ada' },
};

async function buildResource(name: string): Promise<void> {
  const out = path.join(appDir, 'build', name);
  mkdirSync(out, { recursive: true });
  cpSync(path.join(appDir, name, 'index.html'), path.join(out, 'index.html'));
  cpSync(path.join(appDir, 'panel', 'main.css'), path.join(out, 'main.css'));
  await build({
    entryPoints: [path.join(appDir, name, 'main.ts')],
    bundle: true,
    format: 'iife',
    outfile: path.join(out, 'main.js'),
    logLevel: 'error',
  });
}

/** A real host with the fixture app, and a real browser. */
export interface TestSite {
  readonly host: Host;
  /** Opens a page of the site as Dana in a fresh browser profile; problems of the page end up in `problems`. */
  open(address: string, options?: BrowserContextOptions): Promise<Page>;
  /** Asks the site's REST API as the person. */
  rest(accountId: string, method: string, address: string, body?: unknown): Promise<unknown>;
  /** Creates a Task and returns its key. */
  task(summary: string): Promise<string>;
  /** Uncaught errors and console errors of all pages. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** Builds the pages and the fixture's resources when needed, and starts host and browser. */
export async function startSite(parts: Pick<HostOptions, 'terminal'> = {}): Promise<TestSite> {
  const buildScript = path.join(here, '../../../host/pages/build-pages.mjs');
  await Promise.all([
    run(process.execPath, [buildScript], { env: { ...process.env, NODE_OPTIONS: '' } }),
    ...['panel', 'gadget', 'gadget-edit'].map(buildResource),
  ]);
  const cacheDir = path.join(appDir, '.local', `host-${process.env['JEST_WORKER_ID'] ?? '1'}`);
  const banner = 'Local host: one person plays everybody here.';
  const host = await createHost({ appDir, seed, cacheDir, banner, ...parts });
  const browser: Browser = await launchBrowser();
  const problems: string[] = [];

  async function rest(accountId: string, method: string, address: string, body?: unknown): Promise<unknown> {
    const user = host.users.find((one) => one.accountId === accountId);
    const response = await fetch(`${host.url}${address}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${user?.email}:${user?.apiToken}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  return {
    host,
    problems,
    rest,
    async open(address, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(8_000);
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      await page.goto(host.openUrl);
      await page.goto(host.url + address);
      return page;
    },
    async task(summary) {
      const fields = { project: { key: 'DB' }, issuetype: { name: 'Task' }, summary };
      const created = (await rest('u-dana', 'POST', '/rest/api/3/issue', { fields })) as { key: string };
      return created.key;
    },
    async close() {
      await browser.close();
      await host.close();
    },
  };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG_22_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe-core finds wrong by WCAG 2.2 AA on the page outside of the app's frames, in words. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  // Half a colour transition, or a dialog that is still fading in, has half a contrast. A spinner never ends.
  await page.evaluate(async () => {
    const ending = () =>
      document
        .getAnimations()
        .filter(
          ({ effect, playState }) =>
            playState === 'running' && effect?.getComputedTiming().endTime !== Infinity,
        );
    for (let running = ending(); running.length > 0; running = ending()) {
      await Promise.allSettled(running.map(async (animation) => await animation.finished));
    }
  });
  await page.evaluate(axeSource);
  const found = await page.evaluate(async (tags) => {
    const { axe } = globalThis as unknown as {
      axe: { run(root: Document, options: object): Promise<unknown> };
    };
    return (await axe.run(document, { runOnly: tags, iframes: false })) as { violations: Violation[] };
  }, WCAG_22_AA);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
  );
}
