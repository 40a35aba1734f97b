import { readFile, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { adminAddress, adminDesk, type AdminDesk } from './admin-desk';
import type { Desk } from './desk';
import { lookFromTop } from './look';
import { startStage, type Stage } from './stage';
import { journeySteps } from './step';
import { createChange, writeDraft } from './writing';

/** An administrator says what the review looks for; authors read it, also what else is open on their tables. */
let stage: Stage;
const step = journeySteps(async () => stage.keepPictures());
let alex: Desk;
let dana: Desk;
let admin: AdminDesk;

beforeAll(async () => {
  stage = await startStage();
  [alex, dana] = await Promise.all([
    stage.open('admin', adminAddress),
    stage.open('developer', '/projects/DB'),
  ]);
  admin = adminDesk(alex);
});
afterAll(async () => {
  expect(await stage.close()).toEqual([]);
});

const reason = 'The tier of a customer is wrong.';
const sql = "UPDATE customers SET tier = 'gold' WHERE id = 7;";
const run = promisify(execFile);

describe('the rules of a site', () => {
  let first = '';

  step('Alex writes a rule, tries it, and saves it', async () => {
    await admin.tab('Review rules');
    const own = admin.frame.getByTestId('own-rules');
    await own.getByRole('button', { name: 'Write a rule' }).click();
    await own.getByLabel('Name').fill('customers-have-an-owner');
    await own.getByLabel('Title').fill('Customers are changed by their own team');
    await own.getByLabel('Message').fill('Ask the customer team first.');
    await own.getByLabel('Table or view').fill('customers');
    await own.getByLabel('What the statement does with it').selectOption({ label: 'Changes rows' });
    await own.getByLabel('Try it on SQL').fill(`SELECT 1;\n${sql}`);
    await own.getByRole('button', { name: 'Try', exact: true }).click();
    await own.getByText('Matches statement 2.').waitFor();
    await own.getByRole('button', { name: 'Add the rule' }).click();
    const unsaved = admin.frame.getByTestId('unsaved');
    await unsaved.getByRole('button', { name: 'Save the rules' }).click();
    await unsaved.waitFor({ state: 'detached' });
    expect(await lookFromTop(alex, 'review-rules')).toEqual([]);
    await admin.tab('History');
    await admin.frame.getByText('Review rules: own rule customers-have-an-owner written').waitFor();
  });

  step('Dana is told of it as she types', async () => {
    await createChange(dana, 'Gold for customer 7', reason);
    await writeDraft(dana, { connection: 'shop-dev', sql, rollback: null, reason });
    const finding = dana.panel.getByTestId('finding-customers-have-an-owner');
    await finding.getByText('Ask the customer team first.').waitFor();
    first = new URL(dana.page.url()).pathname.split('/').at(-1) ?? '';
    await dana.act('submit');
    await dana.status('In review');
  });

  step('a pipeline reads the same from the file that Alex downloads', async () => {
    await admin.tab('Review rules');
    const coming = alex.page.waitForEvent('download');
    await admin.frame.getByRole('button', { name: 'Download YAML' }).click();
    const file = await (await coming).path();
    const script = path.join(path.dirname(file), 'gold.sql');
    await writeFile(script, sql);
    expect(await readFile(file, 'utf8')).toContain('customers-have-an-owner');
    const { stdout } = await run(process.execPath, [
      '--import',
      'tsx',
      'scripts/review/main.ts',
      script,
      '--config',
      file,
    ]);
    expect(stdout).toContain('customers-have-an-owner');
    expect(stdout).toContain('Ask the customer team first.');
  });

  step(
    'her next change on the table names the one that is open, its locks, and that one would wait',
    async () => {
      await dana.go('/projects/DB');
      await createChange(dana, 'A note for customers', reason);
      const alter = 'ALTER TABLE customers ADD COLUMN note text;';
      await writeDraft(dana, { connection: 'shop-dev', sql: alter, rollback: null, reason });
      const other = dana.panel.getByTestId(`other-${first}`);
      await other.getByText('this change takes ACCESS EXCLUSIVE', { exact: false }).waitFor();
      expect(await other.innerText()).toContain('the later one waits for the earlier to end');
      expect(await other.innerText()).not.toContain('Gold for customer 7');
      expect(await lookFromTop(dana, 'other-changes')).toEqual([]);
      await other.getByRole('link', { name: `Open ${first}` }).waitFor();
    },
  );
});
