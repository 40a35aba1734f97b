import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Frame, Page } from 'playwright-core';
import { timeBareStatement } from '../executor/local/bare-statement';
import { journey, type Journey } from '../scripts/local/journey';
import { startLocalSite, type LocalSite } from '../scripts/local/local-site';
import { people } from '../scripts/local/seed';
import { temporaryFolder } from '../scripts/local/temporary-folder';
import { launchBrowser } from '../test/support/browser';

/** Half and nineteen twentieths of the measured times are at most this, milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** From the click on Run to the result on the screen, on the local host, beside the statement alone. */
export interface RunLatency {
  readonly runs: number;
  /** Until the panel shows the outcome of each statement. */
  readonly outcome: Percentiles;
  /** Until it shows the returned rows too. */
  readonly rows: Percentiles;
  /** The same statement through `pg`, on a connection that is open already. */
  readonly bare: Percentiles;
  /** `rows` less `bare`: what everything between the click and the screen costs. */
  readonly overhead: Percentiles;
}

interface Taken {
  readonly outcome: number;
  readonly rows: number;
}

const appDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const sql = `UPDATE customers SET tier = tier WHERE id = 7 RETURNING id, name, tier;`;
/** First runs that are not counted: connections open, code is compiled. */
const warmUps = 3;

/** Measures in a real browser on a local site of its own. Wants the browser's files built (`build-static`). */
export async function measureRunLatency(runs = 15): Promise<RunLatency> {
  const folder = await temporaryFolder('latency');
  const [site, browser] = await Promise.all([
    startLocalSite({ appDir, dir: folder.path, fresh: true }),
    launchBrowser(),
  ]);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await becomeDana(page, site);
    const taken: Taken[] = [];
    for (let run = -warmUps; run < runs; run += 1) {
      const key = await approvedChange(journey(site.host));
      const one = await timeRun(page, `${site.host.url}/browse/${key}`);
      if (run >= 0) taken.push(one);
      await site.host.idle();
    }
    const times = { url: site.databases.postgres.superuserUrl('shop_dev'), times: warmUps + runs };
    const bare = await timeBareStatement({ ...times, role: 'shop_app_rw', searchPath: 'shop', sql });
    return summary(taken, bare.slice(warmUps));
  } finally {
    await browser.close();
    await site.close();
    await folder.remove();
  }
}

async function becomeDana(page: Page, site: LocalSite): Promise<void> {
  await page.goto(site.host.openUrl);
  const data = { accountId: people.developer.accountId };
  const headers = { origin: site.host.url };
  const reply = await page.request.post(`${site.host.url}/__host/session`, { data, headers });
  if (!reply.ok()) throw new Error(`the session answers ${reply.status()}`);
}

async function approvedChange(by: Journey): Promise<string> {
  const { key } = await by.create('developer', 'How long a run takes');
  const content = { connection: 'shop-dev', sql, rollback: null, reason: 'Measuring.' };
  await by.must('developer', key, 'save-draft', { baseVersion: 0, content });
  const { revision } = await by.must('developer', key, 'submit', { version: 1 });
  await by.must('firstApprover', key, 'approve', { digest: revision?.digest ?? '', comment: '' });
  await by.untilStatus(key, ['Approved']);
  return key;
}

/** Opens the issue, presses Run, and lets the panel's own clock say when the result was drawn. */
async function timeRun(page: Page, address: string): Promise<Taken> {
  await page.goto(address);
  const handle = await page.locator('section.panel iframe').elementHandle();
  const frame = await handle?.contentFrame();
  if (!frame) throw new Error('the issue has no panel');
  await frame.getByTestId('action-run').click();
  await frame.locator('.qc-editor[data-phase=ready]').first().waitFor();
  const confirm = frame.getByTestId('dialog-confirm');
  await confirm.waitFor();
  const [taken] = await Promise.all([watch(frame), confirm.click()]);
  return taken;
}

/** Runs in the page; as text, because the loader that runs this file would put its own helpers into a function. */
const watcher = `new Promise((resolve) => {
  let clicked = 0;
  let outcome = 0;
  const seen = (selector) => document.querySelector(selector) !== null;
  document
    .querySelector('[data-testid=dialog-confirm]')
    .addEventListener('click', () => (clicked = performance.now()), { capture: true });
  const look = () => {
    if (outcome === 0 && seen('[data-testid=statements] td')) outcome = performance.now() - clicked;
    if (seen('[data-testid=result-0] td')) resolve({ outcome, rows: performance.now() - clicked });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})`;

/** Resolves with milliseconds from the click to the animation frames in which outcome and rows were there. */
async function watch(frame: Frame): Promise<Taken> {
  return frame.evaluate<Taken>(watcher);
}

function summary(taken: readonly Taken[], bare: readonly number[]): RunLatency {
  const rows = percentiles(taken.map((one) => one.rows));
  const alone = percentiles(bare);
  return {
    runs: taken.length,
    outcome: percentiles(taken.map((one) => one.outcome)),
    rows,
    bare: alone,
    overhead: { p50: rows.p50 - alone.p50, p95: rows.p95 - alone.p95 },
  };
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}
