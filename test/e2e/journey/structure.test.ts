import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Desk } from './desk';
import { lookFromTop } from './look';
import { startStage, type Stage } from './stage';
import { journeySteps } from './step';
import { createChange, writeDraft } from './writing';

/** What the executor tells of the database: names while Dana types, sizes in what the review says, the same for Bea. */
let stage: Stage;
const step = journeySteps(async () => stage.keepPictures());
let dana: Desk;
let bea: Desk;

beforeAll(async () => {
  stage = await startStage();
  dana = await stage.open('developer', '/projects/DB');
  bea = await stage.open('firstApprover', '/projects/DB');
});
afterAll(async () => {
  expect(await stage.close()).toEqual([]);
});

const reason = 'The tier of a test customer is wrong.';
const list = (desk: Desk) => desk.panel.locator('.cm-tooltip-autocomplete');

describe('the structure of the database', () => {
  step('Dana is offered the columns of the table that she writes about, and takes one', async () => {
    await createChange(dana, 'Set a tier', reason);
    await writeDraft(dana, { connection: 'shop-dev', sql: 'SELECT 1;', rollback: null, reason });
    await dana.reads(/^Sizes as of just now\.$/);
    await dana.editor('SQL').fill('');
    await dana.editor('SQL').pressSequentially('UPDATE customers SET ti');
    await list(dana).waitFor();
    const offered = await list(dana).locator('li[aria-selected]').innerText();
    expect(offered).toMatch(/^tier\s*text/);
    expect(await lookFromTop(dana, 'offers')).toEqual([]);
  });

  step('Escape closes the list and stays in the editor; a click takes what is offered', async () => {
    await dana.editor('SQL').press('Escape');
    await list(dana).waitFor({ state: 'detached' });
    await dana.editor('SQL').pressSequentially('e');
    await list(dana).waitFor();
    await list(dana).locator('li').filter({ hasText: /^tier/ }).click();
    await dana
      .editor('SQL')
      .pressSequentially(" = 'gold' WHERE name = 'Ada'; ALTER TABLE customers ALTER tier TYPE int USING 1;");
    await dana.reads(/Sets tier to 'gold' on rows of customers where name is 'Ada'/);
  });

  step('the review tells how large the tables are, and who else is locked', async () => {
    const summaries = await dana.panel.getByTestId('summaries').innerText();
    expect(summaries).toMatch(/the table has about \d+ rows/);
    expect(summaries).toContain('Writes shop.customers anew');
    expect(await dana.panel.getByTestId('risk').innerText()).not.toContain('sizes and what depends');
    expect(await lookFromTop(dana, 'sizes')).toEqual([]);
  });

  step('Bea, who approves, reads the same with its age', async () => {
    const told = await dana.panel.getByTestId('summaries').innerText();
    expect(told).toContain('the table has about');
    await dana.reads(/^Saved \d\d:\d\d$/);
    await dana.act('submit');
    await dana.status('In review');
    await bea.go(new URL(dana.page.url()).pathname);
    await bea.reads(/^Sizes as of (just now|\d+ minutes? ago)\.$/);
    expect(await bea.panel.getByTestId('summaries').innerText()).toBe(told);
  });
});
