import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Desk } from './desk';
import { lookFromTop } from './look';
import { askElsewhere } from './shop';
import { startStage, type Stage } from './stage';
import { journeySteps } from './step';
import { createChange, writeDraft } from './writing';

/** Trying a change before anybody is asked to approve it: the panel says what would happen, and nothing stays. */
let stage: Stage;
const step = journeySteps(async () => stage.keepPictures());
let dana: Desk;
let bea: Desk;
let caro: Desk;

beforeAll(async () => {
  stage = await startStage();
  dana = await stage.open('developer', '/projects/DB');
  bea = await stage.open('firstApprover', '/projects/DB');
  caro = await stage.open('secondApprover', '/projects/DB');
});
afterAll(async () => {
  expect(await stage.close()).toEqual([]);
});

const tiers = async (tier: 'dev' | 'prod'): Promise<unknown[]> =>
  askElsewhere(stage, tier, 'select id, tier from shop.customers where id < 4 order by id');
const verdict = (desk: Desk) => desk.panel.getByTestId('dry-run-verdict');
const report = (desk: Desk) => desk.panel.getByTestId('dry-run-report');
const reason = 'Sales agreed to the December list.';

describe('Dana tries her change', () => {
  let before: unknown[];

  step('a draft is run and rolled back; rows, locks and estimate are there', async () => {
    before = await tiers('dev');
    await createChange(dana, 'Gold for the first two', reason);
    const sql = "UPDATE customers SET tier = 'gold' WHERE id IN (1, 2);";
    await writeDraft(dana, { connection: 'shop-dev', sql, rollback: null, reason });
    await dana.act('dry-run');
    await report(dana).waitFor();
    expect(await verdict(dana).innerText()).toBe(
      'It ran to its end and was rolled back. Nothing was changed.',
    );
    const row = report(dana).getByRole('row').last();
    expect(await row.innerText()).toMatch(
      /UPDATE customers[\s\S]*\b2\b[\s\S]*shop\.customers: reading and writing go on/,
    );
    await dana.panel.getByTestId('plan-0').click();
    await dana.panel
      .getByRole('region', { name: 'Plan of statement 1' })
      .getByText('Updates customers')
      .waitFor();
    expect(await tiers('dev')).toEqual(before);
    expect(await lookFromTop(dana, 'dry-run-draft')).toEqual([]);
  });

  step('another text makes it one of an earlier text', async () => {
    await dana.editor('SQL').fill('UPDATE customers SET tier = NULL WHERE id IN (1, 2);');
    await dana.panel.getByTestId('dry-run-earlier').waitFor();
  });

  step('what would fail says where and why', async () => {
    await dana.reads(/^Saved \d\d:\d\d$/);
    await dana.act('dry-run');
    const failure = dana.panel.getByTestId('dry-run-error');
    await failure.waitFor();
    expect(await verdict(dana).innerText()).toMatch(/^It would fail\..*\(23502\)$/);
    expect(await failure.innerText()).toMatch(/not null violation \(SQLSTATE 23502\)[\s\S]*column "tier"/);
    expect(await tiers('dev')).toEqual(before);
    expect(await lookFromTop(dana, 'dry-run-failed')).toEqual([]);
  });
});

describe('on the protected connection', () => {
  const sql = "UPDATE customers SET tier = 'gold' WHERE id IN (1, 2);";

  step('nothing is tried before the approvals, and the button says so', async () => {
    await createChange(dana, 'Gold in production', reason);
    await writeDraft(dana, { connection: 'shop-prod', sql, rollback: null, reason });
    await dana.act('submit');
    await dana.status('In review');
    expect(await dana.panel.getByTestId('action-dry-run').isEnabled()).toBe(false);
    await dana.reads(/protected/);
  });

  step('with them it is tried; JQL finds it, and it can still run', async () => {
    const before = await tiers('prod');
    for (const approver of [bea, caro]) {
      await approver.go(new URL(dana.page.url()).pathname);
      await approver.act('approve', {});
    }
    await dana.status('Approved');
    await dana.act('dry-run');
    await report(dana).waitFor();
    expect(await tiers('prod')).toEqual(before);
    expect(await lookFromTop(dana, 'dry-run-approved')).toEqual([]);
    await bea.go(`/issues/?jql=${encodeURIComponent('queryChangeDryRun = succeeded')}`);
    await bea.page.getByRole('link', { name: 'Gold in production' }).waitFor();
    await dana.act('run', {});
    await dana.status('Succeeded');
    expect(await tiers('prod')).not.toEqual(before);
  });
});
