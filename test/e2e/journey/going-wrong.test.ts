import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Desk } from './desk';
import { look } from './look';
import { startStage, type Stage } from './stage';
import { journeySteps } from './step';
import { bringToApproved, createChange } from './writing';

/** What people see when something goes wrong, and how they get out of it. */
let stage: Stage;
let dana: Desk;
let bea: Desk;

beforeAll(async () => {
  stage = await startStage();
  [dana, bea] = await Promise.all([
    stage.open('developer', '/projects/DB'),
    stage.open('firstApprover', '/projects/DB'),
  ]);
});
afterAll(async () => {
  expect(await stage.close()).toEqual([]);
});

const keep = async (): Promise<void> => stage.keepPictures();

describe('a statement that fails', () => {
  const step = journeySteps(keep);
  const sql = `UPDATE customers SET tier = 'gold' WHERE id = 21;
UPDATE customers
SET tire = 'gold'
WHERE id = 22;`;

  step('ends in Failed with SQLSTATE, the message and its place, and nothing applied', async () => {
    const change = { connection: 'shop-dev', sql, rollback: null, reason: 'Two more customers.' };
    await bringToApproved(dana, bea, { ...change, summary: 'Move two customers to gold' });
    await dana.act('run', {});
    await dana.status('Failed');
    await dana.reads('The change failed; nothing was applied.');
    const error = dana.panel.getByTestId('statement-error');
    expect(await error.innerText()).toMatch(
      /Statement 2: undefined column \(SQLSTATE 42703\), line 3, column 5/,
    );
    await error.getByText('column "tire" of relation "customers" does not exist').waitFor();
    expect(await dana.panel.getByTestId('statements').innerText()).toMatch(/UPDATE\s+1\s[\s\S]*Failed/);
    expect(await look(dana, 'failed')).toEqual([]);
  });

  step('can be edited and tried again', async () => {
    await dana.act('rework', {});
    await dana.status('Draft');
    await dana.editor('SQL').fill(sql.replace('tire', 'tier'));
    await dana.reads(/^Saved \d\d:\d\d$/);
    await dana.act('submit');
    await dana.status('In review');
    await bea.reads('Approve revision 2');
    await bea.act('approve', {});
    await dana.status('Approved');
    await dana.act('run', {});
    await dana.status('Succeeded');
    await dana.reads('The change was applied: 2 rows.');
  });
});

describe('a rollback that fails', () => {
  const step = journeySteps(keep);
  let olu: Desk;

  step('needs attention, and says so', async () => {
    await bringToApproved(dana, bea, {
      summary: 'Move customer 31 to gold',
      connection: 'shop-dev',
      sql: `UPDATE customers SET tier = 'gold' WHERE id = 31;`,
      rollback: `UPDATE customers SET tier = 'bronze' WHERE id = 31;`,
      reason: 'Sales asked for it.',
    });
    await dana.act('run', {});
    await dana.status('Succeeded');
    await dana.act('roll-back', {});
    await dana.status('Needs attention');
    await dana.panel.getByTestId('outcome-rollback').getByText('SQLSTATE 23514').waitFor();
    await dana.reads('The rollback failed; the change is still applied.');
    await dana.panel.getByTestId('attention').waitFor();
    expect(await look(dana, 'needs-attention')).toEqual([]);
  });

  step('is not for its author to resolve', async () => {
    expect(await dana.panel.getByTestId('action-resolve').isDisabled()).toBe(true);
    expect(await dana.slot.innerText()).toContain('Only operators can resolve this.');
  });

  step('is resolved by an operator with a reason', async () => {
    olu = await stage.open('operator', new URL(dana.page.url()).pathname);
    await olu.status('Needs attention');
    await olu.panel.getByTestId('action-resolve').click();
    const dialog = olu.panel.getByRole('dialog');
    await dialog.getByTestId('dialog-confirm').click();
    await dialog.getByText('Choose what happened.').waitFor();
    expect(await look(olu)).toEqual([]);
    await dialog.getByLabel('The change was applied (Succeeded)').check();
    await dialog.getByRole('textbox').fill('The ledger has the apply and no rollback; the tier stays gold.');
    await dialog.getByTestId('dialog-confirm').click();
    await olu.status('Succeeded');
    await dana.status('Succeeded');
    const resolution = dana.panel.getByTestId('resolution');
    await resolution.getByText('Olu Operator').waitFor();
    expect(await resolution.innerText()).toContain('the tier stays gold');
  });
});

describe('one draft in two windows', () => {
  const step = journeySteps(keep);

  step('shows both versions, and neither is lost', async () => {
    await createChange(dana, 'Written twice');
    await dana.status('Draft');
    const other = await stage.open('developer', new URL(dana.page.url()).pathname);
    await other.status('Draft');
    await dana.panel.getByLabel('Reason').fill('Written in the first window.');
    await dana.reads(/^Saved \d\d:\d\d$/);
    await other.editor('SQL').fill('SELECT 2 AS second_window;');
    const conflict = other.panel.getByTestId('conflict');
    await conflict.waitFor();
    expect(await conflict.innerText()).toContain('Written in the first window.');
    expect(await conflict.innerText()).toContain('SELECT 2 AS second_window;');
    expect(await look(other)).toEqual([]);
    await other.panel.getByTestId('keep-mine').click();
    await other.reads(/^Saved \d\d:\d\d$/);
    await other.editor('SQL').getByText('second_window').waitFor();
    await other.panel.getByTestId('bring-back').click();
    await other.reads(/^Saved \d\d:\d\d$/);
    expect(await other.panel.getByLabel('Reason').inputValue()).toBe('Written in the first window.');
    await other.close();
  });
});

describe('an executor that is down', () => {
  const step = journeySteps(keep);

  step('is named in words at Run, and the run goes on when it is back', async () => {
    await bringToApproved(dana, bea, {
      summary: 'Count the customers',
      connection: 'shop-dev',
      sql: 'SELECT count(*) FROM customers;',
      rollback: null,
      reason: 'For the report.',
    });
    await stage.site.stopExecutor();
    await dana.act('run', {});
    await dana.status('Running');
    await dana.reads('The executor does not answer. It is asked again until it does.');
    expect(await look(dana)).toEqual([]);
    await stage.site.startExecutor();
    await stage.site.host.runSchedule('sweep');
    await dana.status('Succeeded');
    await dana.panel.getByTestId('result-0').waitFor();
  });
});
