import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Desk } from './desk';
import { lookFromTop } from './look';
import { askElsewhere } from './shop';
import { startStage, type Stage } from './stage';
import { journeySteps } from './step';
import { bringToApproved, createChange } from './writing';

/** A change without rollback SQL: the executor keeps the rows, brings them back, and refuses when somebody worked on them. */
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

/** Somebody else works in the database. */
const shop = async (sql: string) => askElsewhere(stage, 'dev', sql);
const tiers = async (): Promise<unknown[]> =>
  shop('select id, tier from shop.customers where id < 6 order by id');
const reason = 'Sales agreed to the November list.';
const plan = (desk: Desk) => desk.panel.getByTestId('rollback-plan');

describe('Dana lets the executor undo it', () => {
  let before: unknown[];

  step('sees why there is no way back for a TRUNCATE, before anybody is asked', async () => {
    before = await tiers();
    await createChange(dana, 'Gold for two customers', reason);
    await dana.editor('SQL').fill('TRUNCATE payments;');
    await dana.panel.getByLabel('Connection', { exact: true }).selectOption('shop-dev');
    await dana.panel.getByLabel('Reason').fill(reason);
    await dana.panel.getByLabel('Let the executor undo it').check();
    await dana.reads(/There is no automatic rollback: statement 1 is TRUNCATE/);
    expect(await lookFromTop(dana, 'rollback-refused')).toEqual([]);
  });

  step('sees what would be kept for an UPDATE, and submits', async () => {
    await dana.editor('SQL').fill("UPDATE customers SET tier = 'gold' WHERE id IN (1, 2);");
    await plan(dana).waitFor();
    expect(await plan(dana).innerText()).toMatch(
      /gives the old values back .* shop\.customers \(statement 1; tier; found by id\)/,
    );
    await dana.reads('Ready to be reviewed.');
    await dana.reads(/^Saved \d\d:\d\d$/);
    expect(await lookFromTop(dana, 'rollback-plan')).toEqual([]);
    await dana.act('submit');
    await dana.status('In review');
  });

  step('Bea reads the same plan and approves it', async () => {
    await bea.go(new URL(dana.page.url()).pathname);
    await plan(bea).waitFor();
    expect(await lookFromTop(bea, 'rollback-plan-review')).toEqual([]);
    await bea.act('approve', {});
    await dana.status('Approved');
  });

  step('runs it; the panel says what is kept and until when', async () => {
    await dana.act('run', {});
    await dana.status('Succeeded');
    await dana.reads(/2 rows, until/);
    expect(await tiers()).not.toEqual(before);
  });

  step('rolls it back: the rows are as before', async () => {
    await dana.act('roll-back', {});
    await dana.status('Rolled back');
    await dana.reads('Undo of statement 1');
    expect(await tiers()).toEqual(before);
    expect(await lookFromTop(dana, 'rollback-done')).toEqual([]);
  });
});

describe('somebody worked on the rows meanwhile', () => {
  step('nothing is rolled back, and the rows are listed', async () => {
    const sql = "UPDATE customers SET tier = 'silver' WHERE id IN (3, 4);";
    const change = { connection: 'shop-dev', sql, rollback: 'automatic', reason } as const;
    await bringToApproved(dana, bea, { ...change, summary: 'Silver for two customers' });
    await dana.act('run', {});
    await dana.status('Succeeded');
    await shop("update shop.customers set name = 'Renamed' where id = 4");
    const now = await tiers();
    await dana.act('roll-back', {});
    await dana.status('Needs attention');
    await dana.reads(/1 row is not as the change left them/);
    const listed = dana.panel.getByTestId('result-0').getByRole('row').last();
    expect(await listed.innerText()).toMatch(/4\s+changed since/);
    expect(await tiers()).toEqual(now);
    expect(await lookFromTop(dana, 'rollback-drift')).toEqual([]);
  });
});
