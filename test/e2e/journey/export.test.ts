import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Desk } from './desk';
import { look } from './look';
import { startStage, type Stage } from './stage';
import { journeySteps } from './step';
import { createChange } from './writing';

/** A result that is too long for the issue: written to a file at the executor, and fetched by whoever may see it. */
let stage: Stage;
const step = journeySteps(async () => stage.keepPictures());
let dana: Desk;
let bea: Desk;
let sha256 = '';
let address = '';

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

const sql =
  'SELECT o.id, c.name, o.status, o.total_cents FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.id';

describe('a result as a file', () => {
  step('is asked for in the draft', async () => {
    const { panel } = dana;
    await createChange(dana, 'Orders of all customers for finance');
    await dana.editor('SQL').fill(sql);
    await panel.getByLabel('Connection', { exact: true }).selectOption('shop-qa');
    await panel.getByLabel('A CSV file').check();
    await panel.getByText('kept at the executor for 24 hours').waitFor();
    expect(await panel.getByLabel('There is no rollback').isChecked()).toBe(true);
    await panel.getByLabel('Reason').fill('Finance compares it with the ledger.');
    await dana.reads('Ready to be reviewed.');
    await dana.reads(/^Saved \d\d:\d\d$/);
    expect(await look(dana, 'export-draft')).toEqual([]);
    await dana.act('submit');
    await dana.status('In review');
  });

  step('is what the approver sees and approves', async () => {
    await bea.go(new URL(dana.page.url()).pathname);
    await bea.reads('All rows, to a CSV file at the executor');
    await bea.act('approve', {});
    await dana.status('Approved');
    await dana.act('run', {});
    await dana.status('Succeeded');
  });

  step('shows the file by its receipt', async () => {
    const file = dana.panel.getByTestId('export-file');
    await file.waitFor();
    const words = await file.innerText();
    expect(words).toMatch(/CSV, 3,000 rows, [\d.]+ kB/);
    expect(words).toMatch(/Masked\s+No column/);
    sha256 = /\b[0-9a-f]{64}\b/.exec(words)?.[0] ?? '';
    expect(sha256).not.toBe('');
    expect(await look(dana, 'export-file')).toEqual([]);
  });

  step('is downloaded with a link, and has the SHA-256 of the receipt', async () => {
    const { page, panel } = dana;
    await panel.getByTestId('export-link').click();
    await panel.getByTestId('export-link-note').waitFor();
    // The new tab is gone again as soon as its answer turns out to be a file, which is then the page's.
    const downloaded = page.waitForEvent('download');
    await panel.getByTestId('export-open').click();
    const download = await downloaded;
    address = download.url();
    expect(download.suggestedFilename()).toMatch(/^DB-\d+-[0-9a-f]{8}\.csv$/);
    const bytes = await readFile(await download.path());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    expect(bytes.toString('utf8').split('\n')).toHaveLength(3_002);
    await dana.reads('The file opened in a new tab.');
  });

  step('cannot be fetched with the same link again', async () => {
    expect(address).toContain('/v1/downloads/');
    expect((await fetch(address)).status).toBe(404);
  });

  step('leaves in the timeline who got a link', async () => {
    await dana.panel.getByTestId('open-timeline').click();
    await dana.panel.getByTestId('timeline').getByText('got a download link to the result file').waitFor();
  });
});
