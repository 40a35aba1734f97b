import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Desk } from './desk';
import { lookFromTop } from './look';
import { startStage, type Stage } from './stage';
import { journeySteps } from './step';
import { createChange, writeDraft } from './writing';

/** The SQL is reviewed while Dana types; Bea reads the same, and later what changed since she decided. */
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

const reason = 'The cart of a test customer is stuck.';
const found = (desk: Desk, rule: string) => desk.panel.getByTestId(`finding-${rule}`);

describe('a script that a DBA would not like', () => {
  const careless = "UPDATE orders SET status = 'void';\nALTER TABLE orders ADD COLUMN note char(20);";
  const waived = [
    '-- qc-waive ban-update-without-where: every order of this copy is a test',
    "UPDATE orders SET status = 'void';",
  ].join('\n');

  step('Dana sees findings, what each statement does, and the risk, before she submits', async () => {
    await createChange(dana, 'Void the orders', reason);
    await writeDraft(dana, { connection: 'shop-dev', sql: careless, rollback: null, reason });
    await found(dana, 'ban-update-without-where').waitFor();
    await found(dana, 'ban-char-field').waitFor();
    // A first answer may come before the structure is known.
    await dana.reads(/Sizes as of/);
    expect(await dana.panel.getByTestId('risk').innerText()).toMatch(/^(High|Critical) risk/);
    const summaries = await dana.panel.getByTestId('summaries').innerText();
    expect(summaries).toMatch(/Sets status to 'void' on (all|every) /);
    expect(summaries).toContain('Locks shop.orders in ACCESS EXCLUSIVE: nobody else can read or write it.');
    expect(await lookFromTop(dana, 'findings')).toEqual([]);
  });

  step('she cannot submit it, reads why, and is brought to the place', async () => {
    await dana.reads('The review found errors.');
    await dana.reads(/The review found an error in line 1 of the SQL: ban-update-without-where\./);
    expect(await dana.panel.getByTestId('action-submit').isDisabled()).toBe(true);
    expect(await dana.panel.getByTestId('action-dry-run').isEnabled()).toBe(true);
    await dana.panel.getByTestId('go-to-finding').click();
    await dana.page.keyboard.press('Home');
    await dana.page.keyboard.type('-- HERE\n');
    await dana.editor('SQL').getByText('-- HERE').waitFor();
    expect(await lookFromTop(dana, 'findings-block')).toEqual([]);
  });

  step('she sets a rule aside with a reason, which Bea reads', async () => {
    await dana.editor('SQL').fill(waived);
    await dana.reads(/1 finding set aside by the author/);
    await dana.reads(/^Saved \d\d:\d\d$/);
    await dana.act('submit');
    await dana.status('In review');
    await bea.go(new URL(dana.page.url()).pathname);
    const finding = found(bea, 'ban-update-without-where');
    await finding.waitFor();
    expect(await finding.innerText()).toContain(
      'Set aside by the author: every order of this copy is a test',
    );
    expect(await lookFromTop(bea, 'findings-waived')).toEqual([]);
  });

  step('Bea asks for changes; the next revision shows her what is another', async () => {
    await bea.act('request-changes', { text: 'One order only, please.' });
    await dana.status('Draft');
    await dana.editor('SQL').fill("UPDATE orders SET status = 'void' WHERE id = 1;");
    await dana.reads('Ready to be reviewed.');
    await dana.reads(/^Saved \d\d:\d\d$/);
    await dana.act('submit');
    await dana.status('In review');
    await bea.status('In review');
    await bea.panel.getByRole('heading', { name: 'Changed since you saw revision 1' }).waitFor();
    await bea.reads(/You asked for changes to it at/);
    await bea.panel.getByRole('textbox', { name: 'SQL now' }).getByText('WHERE id =').waitFor();
    expect(await lookFromTop(bea, 'changed-since')).toEqual([]);
    await bea.act('approve', {});
    await dana.status('Approved');
  });
});
