import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Desk } from './desk';
import { lookFromTop } from './look';
import { startStage, type Stage } from './stage';
import { journeySteps } from './step';
import { bringToApproved } from './writing';

/** A change runs in dev first: it is copied there from qa in one click, and what ran is shown above the SQL in qa. */
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

const change = {
  connection: 'shop-qa',
  sql: "UPDATE orders SET status = 'paid' WHERE id = 7;",
  rollback: "UPDATE orders SET status = 'new' WHERE id = 7;",
  reason: 'The payment of order 7 was missed.',
};
const narrow = { width: 400, height: 900 };
const wide = { width: 1280, height: 900 };

describe('the same change in a lower environment', () => {
  let above = '';

  step('Dana sees that nothing ran before, and runs it in dev first', async () => {
    await bringToApproved(dana, bea, { ...change, summary: 'Mark order 7 as paid' });
    above = new URL(dana.page.url()).pathname;
    await dana.reads('No run of this change in dev counts. This connection does not require one.');
    expect(await lookFromTop(dana, 'evidence-none')).toEqual([]);
    await dana.panel.getByTestId('sibling-shop-dev').click();
    await dana.page.getByRole('heading', { level: 1, name: 'Mark order 7 as paid (dev)' }).waitFor();
    await dana.status('Draft');
    await dana.reads('Ready to be reviewed.');
    expect(await dana.editor('SQL').innerText()).toContain(change.sql);
  });

  step('it is approved and runs in dev, and can be promoted from there', async () => {
    await dana.act('submit');
    await dana.status('In review');
    await bea.go(new URL(dana.page.url()).pathname);
    await bea.act('approve', {});
    await dana.status('Approved');
    await dana.act('run', {});
    await dana.status('Succeeded');
    await dana.panel.getByTestId('sibling-shop-qa').waitFor();
    await dana.panel.getByTestId('sibling-shop-prod').waitFor();
    expect(await lookFromTop(dana, 'evidence-promote')).toEqual([]);
  });

  step('in qa everybody reads that it ran before, where, and that its receipt was verified', async () => {
    await bea.go(above);
    await bea.reads('Same SQL');
    await bea.reads('Its receipt was verified just now.');
    const runs = await bea.panel.getByTestId('ran-before-runs').innerText();
    expect(runs).toMatch(/dev, shop-dev, .*, 1 row/);
    expect(await lookFromTop(bea, 'evidence')).toEqual([]);
    await bea.page.setViewportSize(narrow);
    expect(await lookFromTop(bea, 'evidence-narrow')).toEqual([]);
    await bea.page.setViewportSize(wide);
  });
});
