import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Desk } from './desk';
import { look } from './look';
import { startStage, type Stage } from './stage';
import { journeySteps } from './step';
import { createChange } from './writing';

/** One change on prod from the first word to its rollback, as the people do it. Each step goes on from the one before. */
let stage: Stage;
const step = journeySteps(async () => stage.keepPictures());
let dana: Desk;
let bea: Desk;
let carlos: Desk;
let holding: undefined | { readonly reached: Promise<void>; readonly release: () => void };
let hold: (() => Promise<void>) | undefined;

beforeAll(async () => {
  stage = await startStage({
    executor: { at: async (point) => (point === 'after-claim' ? hold?.() : undefined) },
  });
  dana = await stage.open('developer', '/projects/DB');
});
afterAll(async () => {
  holding?.release();
  expect(await stage.close()).toEqual([]);
});

/** Holds the next execution before its transaction, whose time is limited, until it is let go. */
function holdExecution(): NonNullable<typeof holding> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const reached = new Promise<void>((arrive) => {
    hold = async () => {
      hold = undefined;
      arrive();
      await released;
    };
  });
  return { reached, release: () => release() };
}

const sql = `-- Gold customers of the November list
UPDATE customers SET tier = 'gold'
WHERE id IN (11, 12, 13);

SELECT id, '+49 30 ' || id AS phone, tier
FROM customers
WHERE id IN (11, 12, 13)
ORDER BY id;
`;
const rollback = `UPDATE customers SET tier = 'standard'
WHERE id IN (11, 12, 13);
`;

const comments = (desk: Desk) => desk.page.getByRole('list', { name: 'Comments' }).getByRole('listitem');

describe('Dana writes a change', () => {
  step('creates the issue in the dialog; the panel is there at once', async () => {
    const { page } = dana;
    const description = 'Sales agreed on three customers; see the list of 3 November.';
    await createChange(dana, 'Move the November list to gold', description);
    expect(new URL(page.url()).pathname).toBe('/browse/DB-1');
    await dana.status('Draft');
    expect(await dana.panel.getByTestId('action-submit').isDisabled()).toBe(true);
    expect(await dana.panel.getByTestId('blockers').innerText()).toContain('SQL');
  });

  step('pastes SQL; the draft saves itself and says so', async () => {
    const { page, panel } = dana;
    await dana.editor('SQL').click();
    await page.keyboard.insertText(sql);
    await panel.getByText(/^Saved \d\d:\d\d$/).waitFor();
    await page.reload();
    await dana.editor('SQL').getByText("UPDATE customers SET tier = 'gold'").waitFor();
  });

  step('picks prod and sees role, search_path and timeouts', async () => {
    const { panel } = dana;
    await panel.getByLabel('Connection', { exact: true }).selectOption('shop-prod');
    const facts = panel.getByLabel('Connection Shop (prod)');
    await facts.waitFor();
    const text = await facts.innerText();
    expect(text).toMatch(/Runs as role\s+shop_app_rw/);
    expect(text).toMatch(/search_path\s+shop/);
    expect(text).toMatch(/Statement timeout\s+30 s/);
    expect(text).toMatch(/Lock timeout\s+5 s/);
    expect(text).toMatch(/2 people from database-approvers, never the author/);
  });

  step('gives reason and rollback, and submits; the approvers are mentioned', async () => {
    const { page, panel } = dana;
    await dana.editor('Rollback').click();
    await page.keyboard.insertText(rollback);
    await panel.getByLabel('Reason').fill('Sales agreed to the November list.');
    await dana.reads('Ready to be reviewed.');
    await dana.reads(/^Saved \d\d:\d\d$/);
    expect(await look(dana, 'draft')).toEqual([]);
    await dana.act('submit');
    await dana.status('In review');
    const mention = comments(dana).filter({ hasText: '@Bea Approver' });
    await mention.waitFor();
    expect(await mention.innerText()).toContain('@Carlos Approver');
  });
});

describe('nobody approves their own change, and nobody by the side door', () => {
  step('tells Dana in the panel why she cannot approve', async () => {
    await dana.reads('You wrote this change, so others must approve it.');
    expect(await dana.panel.getByTestId('action-approve').count()).toBe(0);
  });

  step('does not offer Dana the Jira transition', async () => {
    const { page } = dana;
    await page.getByRole('button', { name: 'In review - Change status' }).click();
    await page.getByRole('menuitem').first().waitFor();
    const offered = await page.getByRole('menuitem').allInnerTexts();
    expect(offered.length).toBeGreaterThan(0);
    expect(offered.filter((name) => /^(Approve|Quorum reached)/.test(name))).toEqual([]);
    await page.keyboard.press('Escape');
  });

  step('refuses, in words, to move the card on the board', async () => {
    await dana.go('/board/DB');
    const card = dana.page.locator('.board-card', { hasText: 'DB-1' });
    await card.dragTo(dana.page.getByRole('region', { name: 'Approved' }));
    const words = await dana.flag(/DB-1 cannot be moved/);
    expect(words).toContain('No transition leads from In review to Approved for you.');
    await dana.page.getByRole('region', { name: 'In review' }).getByRole('link', { name: 'DB-1' }).waitFor();
    expect(await look(dana)).toEqual([]);
    await dana.go('/browse/DB-1');
  });

  step("refuses Carlos's bare Approve from Jira's status menu and says to open the panel", async () => {
    carlos = await stage.open('secondApprover', '/browse/DB-1');
    await carlos.status('In review');
    await carlos.transition('In review', 'Approve');
    expect(await carlos.flag(/Approve was refused/)).toContain(
      'Open the Query Change panel to approve revision',
    );
    await carlos.reads('In review: 0 of 2 approvals.');
  });
});

describe('two people approve what they see', () => {
  step('shows Bea the SQL, the rollback and the digest; she approves', async () => {
    bea = await stage.open('firstApprover', '/browse/DB-1');
    await bea.status('In review');
    await bea.editor('SQL').getByText("UPDATE customers SET tier = 'gold'").waitFor();
    await bea.editor('Rollback').getByText("UPDATE customers SET tier = 'standard'").waitFor();
    const digest = await bea.panel.getByTestId('digest').getAttribute('data-digest');
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(await look(bea, 'review')).toEqual([]);
    await bea.panel.getByTestId('action-approve').click();
    const dialog = bea.panel.getByRole('dialog', { name: 'Approve revision 1?' });
    expect(await dialog.getByTestId('dialog-digest').innerText()).toBe(digest);
    expect(await look(bea)).toEqual([]);
    await dialog.getByRole('textbox').fill('Checked against the list.');
    await dialog.getByTestId('dialog-confirm').click();
    await bea.reads('You approved this revision. 1 of 2 approvals so far.');
  });

  step('shows the vote to Carlos without a reload; his makes the quorum', async () => {
    await carlos.reads('Checked against the list.');
    await carlos.act('approve', { text: '' });
    await carlos.status('Approved');
    await dana.status('Approved');
  });
});

describe('Dana runs it', () => {
  step('confirms where it runs, and the panel follows while it runs', async () => {
    holding = holdExecution();
    await dana.panel.getByTestId('action-run').click();
    const dialog = dana.panel.getByRole('dialog', { name: 'Run this change?' });
    expect(await dialog.innerText()).toContain('This is production.');
    await dialog.getByTestId('dialog-confirm').click();
    await holding.reached;
    await dana.status('Running');
    await dana.reads('The executor has the order.');
    expect(await look(dana, 'running')).toEqual([]);
  });

  step('shows the outcome and the rows by itself', async () => {
    holding?.release();
    await dana.status('Succeeded');
    await dana.reads('The change was applied: 3 rows.');
    const statements = dana.panel.getByTestId('statements');
    expect(await statements.innerText()).toMatch(/UPDATE\s+3\s[\s\S]*SELECT\s+3\s/);
    await dana.panel.getByTestId('result-1').getByRole('cell', { name: 'gold' }).first().waitFor();
    await comments(dana).filter({ hasText: '@Dana Developer The change ran on shop-prod' }).waitFor();
    expect(await look(dana, 'succeeded')).toEqual([]);
  });

  step('gives the rows as a CSV that no spreadsheet runs', async () => {
    const download = dana.page.waitForEvent('download');
    await dana.panel.getByTestId('csv-1').click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('DB-1-apply-statement-2.csv');
    const text = await readFile(await file.path(), 'utf8');
    const [header, ...rows] = text.split('\r\n');
    expect(header).toBe('\ufeffid,phone,tier');
    expect(rows).toEqual([...['11', '12', '13'].map((id) => `${id},'+49 30 ${id},gold`), '']);
  });

  step('shows the auditor the outcome but no rows of prod, with the reason', async () => {
    const ada = await stage.open('auditor', '/browse/DB-1');
    await ada.status('Succeeded');
    expect(await ada.panel.getByTestId('statements').innerText()).toMatch(/UPDATE\s+3\s/);
    const refusal = ada.panel.getByTestId('result-refusal');
    expect(await refusal.innerText()).toMatch(/Rows and server messages are not shown: .+author/);
    expect(await ada.panel.getByTestId('result-1').count()).toBe(0);
    expect(await look(ada)).toEqual([]);
    await ada.close();
  });

  step('is found on the search page by what happened', async () => {
    await bea.go('/issues/');
    await bea.page.getByLabel('JQL').fill('queryChangeEnvironment = prod AND queryChangeStatus = succeeded');
    await bea.page.getByRole('button', { name: 'Search' }).click();
    await bea.page.getByText('1 issue', { exact: true }).waitFor();
    await bea.page.getByRole('link', { name: 'DB-1' }).waitFor();
    expect(await look(bea)).toEqual([]);
  });
});

describe('Dana rolls it back', () => {
  step('runs the approved rollback and ends in Rolled back', async () => {
    await dana.act('roll-back', {});
    await dana.status('Rolled back');
    await dana.reads('The change was applied and then rolled back.');
    const outcome = dana.panel.getByTestId('outcome-rollback');
    expect(await outcome.innerText()).toMatch(/Committed\.[\s\S]*UPDATE\s+3\s/);
    expect(await look(dana)).toEqual([]);
  });

  step('leaves a timeline whose chain is intact', async () => {
    await dana.panel.getByTestId('open-timeline').click();
    const timeline = dana.panel.getByTestId('timeline');
    await timeline.getByText(/the chain of \d+ is intact/).waitFor();
    const entries = await timeline.getByRole('listitem').allInnerTexts();
    const told = entries.join('\n');
    for (const who of ['Dana Developer', 'Bea Approver', 'Carlos Approver']) expect(told).toContain(who);
    expect(await look(dana)).toEqual([]);
  });
});
