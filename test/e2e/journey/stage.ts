import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { startLocalSite, type LocalSite, type LocalSiteOptions } from '../../../scripts/local/local-site';
import { people, type Role } from '../../../scripts/local/seed';
import { temporaryFolder } from '../../../scripts/local/temporary-folder';
import { launchBrowser } from '../../support/browser';
import { openDesk, type Desk } from './desk';

const run = promisify(execFile);
const appDir = process.cwd();

/** The whole product on this machine and a real browser in which people work. */
export interface Stage {
  readonly site: LocalSite;
  /** Opens a page of the site as a person, in a browser profile of their own. */
  open(role: Role, address: string): Promise<Desk>;
  /** Keeps a picture of every open page, to see why a step failed. */
  keepPictures(): Promise<void>;
  /** Ends everything; answers what went wrong in any page: console errors, uncaught errors, policy violations. */
  close(): Promise<readonly string[]>;
}

/** Builds what a browser loads, unless that is done already. A process of its own: jest's environment is not the build's. */
async function buildForBrowser(): Promise<void> {
  const { NODE_OPTIONS: _options, NODE_ENV: _env, ...env } = process.env;
  await run(process.execPath, [path.join(appDir, 'scripts', 'build-static.mjs')], { env });
}

/** Starts a provisioned site with its executor, as `npm start` does on a fresh clone. */
export async function startStage(options: Partial<LocalSiteOptions> = {}): Promise<Stage> {
  const [folder, browser] = await Promise.all([
    temporaryFolder('journey'),
    launchBrowser(),
    buildForBrowser(),
  ]);
  const site = await startLocalSite({ appDir, dir: folder.path, fresh: true, ...options }).catch(
    async (error: unknown) => {
      await browser.close();
      await folder.remove();
      throw error;
    },
  );
  const { open, problems } = desks(browser, site.host);
  return {
    site,
    open,
    keepPictures: async () => keepPictures(browser),
    async close() {
      await browser.close();
      const { cspViolations, unmodelled } = await inspect(site.host);
      await site.close();
      await folder.remove();
      return [...problems, ...cspViolations, ...unmodelled];
    },
  };
}

/** Keeps a picture of every open page under `.local/screenshots`. */
async function keepPictures(browser: Browser): Promise<void> {
  const pages = browser.contexts().flatMap((context) => context.pages());
  await Promise.all(
    pages.map(async (page, index) =>
      page.screenshot({ path: path.join(appDir, '.local', 'screenshots', `failed-${index}.png`) }),
    ),
  );
}

interface HostAddresses {
  readonly url: string;
  readonly openUrl: string;
}

/** Opens desks in a browser and gathers what goes wrong at them. */
function desks(browser: Browser, host: HostAddresses): { open: Stage['open']; problems: readonly string[] } {
  const problems: string[] = [];
  return {
    problems,
    open: async (role, address) =>
      openDesk(browser, host, { name: people[role].displayName, address, problems }),
  };
}

/** What the host saw: reports of the frames' policy, and requests that it does not model. */
async function inspect(
  host: LocalSite['host'],
): Promise<{ cspViolations: readonly string[]; unmodelled: readonly string[] }> {
  const opened = await fetch(host.openUrl, { redirect: 'manual' });
  const cookie = opened.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
  const reply = await fetch(`${host.url}/__host/inspector`, { headers: { cookie: cookie.join('; ') } });
  if (!reply.ok) throw new Error(`the inspector answers ${reply.status}`);
  return (await reply.json()) as { cspViolations: string[]; unmodelled: string[] };
}
