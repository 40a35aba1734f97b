import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Browser } from 'playwright-core';
import * as v from 'valibot';
import { setupSteps } from '#core/panel/admin-contract';
import { PublicJwk } from '#core/protocol/jwk';
import { createExecutor, type Executor } from '../../../executor/create-executor';
import { prepareLocalExecutor, type LocalExecutor } from '../../../executor/local/prepare';
import { createHost, type Host } from '../../../host/create-host';
import { approverGroup, operatorGroup, people, projectKey, seed } from '../../../scripts/local/seed';
import { launchBrowser } from '../../support/browser';
import type { Desk } from './desk';
import { look } from './look';
import { temporaryFolder, type TemporaryFolder } from '../../../scripts/local/temporary-folder';
import { buildForBrowser, desks, keepPictures } from './stage';
import { journeySteps } from './step';
import { bringToApproved, createChange } from './writing';

/** From a site where the app is only installed to the first change that ran, as an administrator and a developer. */
let browser: Browser;
let host: Host;
let folder: TemporaryFolder;
let prepared: LocalExecutor | undefined;
let executor: Executor | undefined;
let problems: readonly string[];
let alex: Desk;
let dana: Desk;

const address = '/apps/query-change-admin';
const step = journeySteps(async () => keepPictures(browser));
const page = (desk: Desk) => desk.page.frameLocator('main iframe.frame');

beforeAll(async () => {
  [folder, browser] = await Promise.all([temporaryFolder('setting-up'), launchBrowser(), buildForBrowser()]);
  host = await createHost({ appDir: process.cwd(), seed, appName: 'Query Change' });
  const opened = desks(browser, host);
  problems = opened.problems;
  [alex, dana] = await Promise.all([opened.open('admin', '/'), opened.open('developer', address)]);
});
afterAll(async () => {
  await browser.close();
  await host.close();
  await executor?.close();
  await prepared?.stop();
  await folder.remove();
  expect(problems).toEqual([]);
});

const Facts = v.object({
  installation: v.string(),
  keys: v.array(PublicJwk),
  receiptUrl: v.string(),
  enrolmentTokenSha256: v.string(),
});

describe('an administrator sets the site up', () => {
  step('the page is not for others', async () => {
    await dana.page.getByText('You cannot see this page').waitFor();
    expect(await dana.page.getByRole('link', { name: 'Query Change', exact: true }).count()).toBe(0);
  });

  step('the user switcher says what each person plays', async () => {
    await alex.page.getByRole('button', { name: /Switch user/ }).click();
    const bea = alex.page.getByRole('menuitemradio', { name: /^Bea Approver/ });
    await bea.getByText('DBA: approves').waitFor();
    expect(await look(alex)).toEqual([]);
    await alex.page.keyboard.press('Escape');
  });

  step('one button configures Jira', async () => {
    await alex.page.getByRole('link', { name: 'Query Change', exact: true }).click();
    const setup = page(alex);
    await setup.getByLabel('Project key').fill(projectKey);
    await setup.getByLabel('Group that may run and resolve changes').fill(operatorGroup);
    await setup.getByLabel('Group whose members approve').fill(approverGroup);
    await setup.getByLabel(/^Connection keys/).fill('shop-dev, shop-qa, shop-prod');
    expect(await look(alex)).toEqual([]);
    await setup.getByRole('button', { name: 'Run all steps' }).click();
    const reports = setup.getByRole('listitem');
    await reports.nth(setupSteps.length - 1).waitFor();
    for (const report of await reports.allInnerTexts()) expect(report).toMatch(/^(done|skipped)/i);
    expect(await look(alex, 'setup')).toEqual([]);
  });

  step('until an executor is enrolled, the panel says so', async () => {
    await dana.go('/projects/DB');
    await createChange(dana, 'Too early');
    await dana.status('Draft');
    const problem = dana.panel.getByTestId('setup-problem');
    expect(await problem.innerText()).toBe('No executor is enrolled yet. Ask a Jira administrator.');
    expect(await dana.panel.getByTestId('action-submit').isDisabled()).toBe(true);
    expect(await look(dana)).toEqual([]);
  });

  step('the executor is enrolled from both sides with a one-time token', async () => {
    const setup = page(alex);
    await setup.getByRole('button', { name: 'Make a one-time token' }).click();
    const shown = await setup.getByLabel("For the executor's configuration").innerText();
    const { installation, keys, receiptUrl, enrolmentTokenSha256 } = v.parse(Facts, JSON.parse(shown));
    prepared = await prepareLocalExecutor({
      dir: folder.path,
      app: { installation, keys, receiptUrl, enrolmentTokenSha256 },
      prodApprovers: [people.firstApprover.accountId, people.secondApprover.accountId],
    });
    executor = await createExecutor(prepared.config);
    host.setRemote('executor', executor.url);
    await setup.getByLabel('Executor id').fill(executor.executorId);
    await setup.getByLabel("Executor's public key (JSON)").fill(JSON.stringify(executor.publicJwk));
    await setup.getByRole('button', { name: 'Enrol', exact: true }).click();
    await setup.getByText('Enrolled. Connections: shop-dev, shop-qa, shop-prod.').waitFor();
    expect(await look(alex)).toEqual([]);
  });
});

describe('the first change', () => {
  step('runs and shows its rows', async () => {
    await dana.go('/projects/DB');
    const bea = await desks(browser, host).open('firstApprover', '/projects/DB');
    await bringToApproved(dana, bea, {
      summary: 'How many customers are there?',
      connection: 'shop-dev',
      sql: 'SELECT tier, count(*) FROM customers GROUP BY tier ORDER BY tier;',
      rollback: null,
      reason: 'To see that it works.',
    });
    await dana.act('run', {});
    await dana.status('Succeeded');
    await dana.panel.getByTestId('result-0').getByRole('cell', { name: 'gold' }).waitFor();
  });
});
