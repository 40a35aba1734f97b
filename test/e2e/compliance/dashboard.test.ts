import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import * as v from 'valibot';
import { everything, type RuleKey } from '#core/compliance/rules';
import { expectedOffenders, type MadeChange } from '../../../scripts/local/history/expected';
import { generateHistory } from '../../../scripts/local/history/generate-history';
import { startHistorySite, type HistorySite } from '../../../scripts/local/history/history-site';
import { journey } from '../../../scripts/local/journey';
import { people } from '../../../scripts/local/seed';
import { temporaryFolder } from '../../../scripts/local/temporary-folder';
import { launchBrowser } from '../../support/browser';
import { look } from '../journey/look';

const root = process.cwd();
let site: HistorySite;
let browser: Browser;
let made: MadeChange[];
let dashboard: string;
let now: number;

beforeAll(async () => {
  const pages = path.join(root, 'host/pages/build-pages.mjs');
  await promisify(execFile)(process.execPath, [pages], { env: { ...process.env, NODE_OPTIONS: '' } });
  [site, browser] = await Promise.all([
    temporaryFolder('dashboard').then((folder) => startHistorySite(root, folder)),
    launchBrowser(),
  ]);
  now = Date.now();
  made = await generateHistory(site.host, site.jira, { count: 300, now });
  const Found = v.object({ values: v.array(v.object({ id: v.string(), name: v.string() })) });
  const { values } = await journey(site.host).rest('auditor', 'GET', '/rest/api/3/dashboard/search', Found);
  dashboard = `/jira/dashboards/${values.find(({ name }) => name.startsWith('Query Change'))?.id ?? ''}`;
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function open(role: 'auditor' | 'admin' | 'firstApprover') {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(site.host.openUrl);
  const data = { accountId: people[role].accountId };
  await page.request.post(`${site.host.url}/__host/session`, { data, headers: { origin: site.host.url } });
  await page.goto(site.host.url + dashboard);
  return { page, problems, close: () => context.close() };
}

const offenders = (rule: RuleKey): string[] => expectedOffenders(made, rule, everything, now);
const rowOf = (page: Page, title: string) => page.getByRole('row').filter({ hasText: title });

test('an auditor opens the dashboard, clicks a count, and reaches the offending issue', async () => {
  const { page, problems, close } = await open('auditor');
  const rule = 'Approved by its author';
  const expected = offenders('approved-by-author');
  const count = rowOf(page, rule).getByRole('link', { name: String(expected.length), exact: true });
  await count.click();
  await page.waitForURL(/\/issues\/\?jql=/);
  for (const key of expected) await page.getByRole('link', { name: key, exact: true }).first().waitFor();
  await page
    .getByRole('link', { name: expected[0] ?? '', exact: true })
    .first()
    .click();
  await page.waitForURL(new RegExp(`/browse/${expected[0]}$`));

  await page.goto(site.host.url + dashboard);
  const oldest = offenders('ran-before-approval')[0] ?? '';
  await rowOf(page, 'Ran before it was approved').getByRole('link', { name: oldest, exact: true }).click();
  await page.waitForURL(new RegExp(`/browse/${oldest}$`));
  expect(problems).toEqual([]);
  await close();
});

test('light and dark: nothing that axe finds wrong, no error, no refused resource', async () => {
  const { page, problems, close } = await open('firstApprover');
  await page.getByRole('heading', { name: 'How long changes take' }).waitFor();
  await page.getByText('Show as table').waitFor();
  expect(await look({ page }, 'dashboard')).toEqual([]);
  expect(problems).toEqual([]);
  await close();
});

test('an admin restricts it, and everybody sees it restricted', async () => {
  const { page, problems, close } = await open('admin');
  await page.getByRole('button', { name: /Actions of Query Change compliance/ }).click();
  await page.getByRole('menuitem', { name: 'Configure' }).click();
  await page.getByLabel('Title').fill('Production');
  await page.getByLabel('Environment').click();
  await page.getByRole('option', { name: 'prod', exact: true }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('All projects, prod, all time').waitFor();
  expect(problems).toEqual([]);
  await close();

  const other = await open('auditor');
  await other.page.getByText('All projects, prod, all time').waitFor();
  await other.page.getByRole('heading', { name: 'Production' }).waitFor();
  const scope = { ...everything, environment: 'prod' };
  const expected = expectedOffenders(made, 'approved-by-author', scope, now).length;
  await rowOf(other.page, 'Approved by its author')
    .getByRole('link', { name: String(expected), exact: true })
    .waitFor();
  await other.close();
});
