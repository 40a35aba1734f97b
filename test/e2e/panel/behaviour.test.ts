import { readFile } from 'node:fs/promises';
import type { Browser, Frame } from 'playwright-core';
import { changeChannel } from '#core/panel/signal';
import type { ChangeView } from '#core/panel/view';
import type { FakeBackend } from './harness/backend';
import { launchBrowser } from '../../support/browser';
import { openPanel, violations, type WatchedPage } from './harness/browser';
import { approver, content, digest, revision } from './harness/fixture-content';
import { exported, exportedFile, outcome } from './harness/fixture-outcomes';
import { backingOff, lockWaiting, waitingForReplicas } from './harness/fixture-progress';
import { fixtures, type FixtureName } from './harness/fixtures';
import { Harness } from './harness/server';

const harness = new Harness();
let browser: Browser;

beforeAll(async () => {
  [browser] = await Promise.all([launchBrowser(), harness.start()]);
});
afterAll(async () => {
  await browser.close();
  await harness.stop();
});

/** Waits until the backend has seen something. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Sends a realtime signal, as the app does when its ledger has grown. */
async function signal(frame: Frame, seq: number): Promise<void> {
  await frame.evaluate(
    ({ channel, text }) => {
      const { harness: host } = globalThis as unknown as {
        harness: { signal: (channel: string, text: string) => void };
      };
      host.signal(channel, text);
    },
    { channel: changeChannel('10042'), text: JSON.stringify({ issueId: '10042', seq }) },
  );
}

let opened: WatchedPage | undefined;

async function open(
  name: FixtureName,
  change: Partial<ChangeView> = {},
): Promise<WatchedPage & { backend: FakeBackend }> {
  const { url, backend } = harness.open({ ...fixtures[name], ...change });
  opened = await openPanel(browser, url);
  return { ...opened, backend };
}

afterEach(async () => {
  const problems = opened?.problems ?? ['no page was opened'];
  await opened?.page.context().close();
  opened = undefined;
  expect(problems).toEqual([]);
});

describe('review', () => {
  it('finds while the author types, in the gutter and in a list, and forgets what was mended', async () => {
    const { frame } = await open('draft-empty');
    const editor = frame.getByRole('textbox', { name: 'SQL', exact: true });
    await editor.fill('SELECT 1;\nDELETE FROM customers;');
    const finding = frame.getByTestId('finding-ban-delete-without-where');
    await finding.waitFor();
    expect(await finding.innerText()).toMatch(/^Error\s+Line 2: /);
    expect(await frame.getByTestId('review-state').innerText()).toBe('2 statements: 1 error.');
    expect(await frame.getByTestId('risk').innerText()).toMatch(/^(High|Critical) risk/);
    expect(await frame.getByTestId('summaries').innerText()).toMatch(/Deletes .*customers/);
    await frame.locator('.cm-lint-marker-error').waitFor();
    await editor.fill('SELECT 1;\nDELETE FROM customers WHERE id = 1;');
    await finding.waitFor({ state: 'detached' });
    await frame.locator('.cm-lint-marker-error').waitFor({ state: 'detached' });
  });

  it('marks where the grammar stops, and shows what was waived with its reason', async () => {
    const { frame } = await open('draft-empty');
    const editor = frame.getByRole('textbox', { name: 'SQL', exact: true });
    await editor.fill('SELEC 1;');
    expect(await frame.getByTestId('finding-syntax-error').innerText()).toContain('syntax error');
    await frame.getByText('Mend the text.').first().waitFor();
    await editor.fill(
      '-- qc-waive ban-delete-without-where: it holds test data only\nDELETE FROM customers;',
    );
    const waived = frame.getByTestId('finding-ban-delete-without-where');
    await waived.waitFor();
    expect(await waived.innerText()).toContain('Set aside by the author: it holds test data only');
    await frame.getByText('1 statement: 1 finding set aside by the author.').waitFor();
  });

  it('shows approvers the same findings', async () => {
    const { frame } = await open('review-approver', {
      revision: { ...revision, sql: 'DELETE FROM customers;' },
    });
    await frame.getByTestId('finding-ban-delete-without-where').waitFor();
    await frame.locator('.cm-lint-marker-error').waitFor();
  });
});

describe('a revision that was submitted again', () => {
  const now = { ...revision, number: 3, sql: "UPDATE customers\nSET tier = 'gold'\nWHERE id = 2;" };

  it('shows what is another since this viewer approved an earlier one', async () => {
    const { url, backend } = harness.open({ ...fixtures['review-approver'], revision: now });
    backend.since = {
      revision: 1,
      decision: 'approved',
      at: '2026-11-21T09:00:00.000Z',
      sql: "UPDATE customers\nSET tier = 'gold'\nWHERE id = 1;",
      rollback: now.rollback,
      verification: now.verification,
      differences: [{ name: 'Row budget', before: 'none', now: '5' }],
    };
    opened = await openPanel(browser, url);
    const { frame } = opened;
    await frame.getByRole('heading', { name: 'Changed since you saw revision 1' }).waitFor();
    expect(await frame.getByTestId('since-facts').innerText()).toBe('Row budget: none → 5');
    const diff = frame.getByTestId('diff-SQL');
    await diff.getByRole('textbox', { name: 'SQL before' }).waitFor();
    expect(await diff.locator('.cm-changedLine').allInnerTexts()).toEqual(['WHERE id = 1;', 'WHERE id = 2;']);
    expect(await violations(frame)).toEqual([]);
    expect(await frame.getByTestId('diff-Rollback').count()).toBe(0);
  });

  it('shows one text below the other on a narrow screen, and beside it once that is wide', async () => {
    const { url, backend } = harness.open({ ...fixtures['review-approver'], revision: now });
    const { rollback, verification } = now;
    const sql = 'SELECT 1;';
    backend.since = { revision: 2, decision: null, at: null, sql, rollback, verification, differences: [] };
    opened = await openPanel(browser, url, 390);
    const { frame } = opened;
    await frame.getByRole('heading', { name: 'Changed since revision 2' }).waitFor();
    await frame.getByRole('textbox', { name: 'SQL, with what was there before' }).waitFor();
    expect(await frame.locator('.cm-deletedChunk').innerText()).toContain('SELECT 1;');
    await frame.page().setViewportSize({ width: 1_100, height: 900 });
    await frame.getByRole('textbox', { name: 'SQL before' }).waitFor();
    expect(await frame.locator('.cm-deletedChunk').count()).toBe(0);
  });
});

describe('draft', () => {
  it('saves once after typing, says so, and submits the saved version', async () => {
    const { frame, backend } = await open('draft-empty');
    expect(await frame.getByTestId('action-submit').isDisabled()).toBe(true);
    await frame.getByRole('textbox', { name: 'SQL', exact: true }).fill('SELECT 1;');
    await frame.getByLabel('Reason').fill('Because.');
    await frame.getByLabel('There is no rollback').check();
    await frame.getByLabel('Connection', { exact: true }).selectOption('shop-dev');
    await frame.getByText(/^Saved \d\d:\d\d$/).waitFor();
    const stored = backend.view.draft?.content;
    expect(stored).toEqual({
      connection: 'shop-dev',
      sql: 'SELECT 1;',
      rollback: null,
      reason: 'Because.',
      rowBudget: '',
      verification: '',
      automaticRollback: false,
      exportFormat: null,
    });
    expect(await frame.getByTestId('headline').innerText()).toBe('Ready to be reviewed.');
    const version = backend.view.draft?.version;
    backend.answerNext({ ok: true, value: fixtures['review-author'] });
    await frame.getByTestId('action-submit').click();
    await frame.getByText('In review: 0 of 2 approvals.').waitFor();
    expect(backend.called('submit')[0]?.payload).toEqual({ version });
  });

  it('waits for a pause before it saves', async () => {
    const { frame, backend } = await open('draft-filled');
    const editor = frame.getByRole('textbox', { name: 'SQL', exact: true });
    await editor.press('ControlOrMeta+End');
    await editor.pressSequentially('-- one two three', { delay: 20 });
    expect(backend.called('save-draft')).toHaveLength(0);
    await frame.getByText('Not saved yet').waitFor();
    await frame.getByText(/^Saved /).waitFor();
    expect(backend.called('save-draft')).toHaveLength(1);
    expect(backend.view.draft?.content.sql).toBe(`${content.sql}-- one two three`);
  });
});

describe('row budget', () => {
  it('is kept as typed, and says at once when it is no number', async () => {
    const { frame, backend } = await open('draft-filled');
    const field = frame.getByRole('textbox', { name: 'At most this many rows (optional)' });
    await field.fill('1.5');
    const said = frame.locator('p', { hasText: /^Write the row budget as a whole number/ });
    await said.waitFor();
    expect(await field.getAttribute('aria-describedby')).toContain(await said.getAttribute('id'));
    await field.fill('25');
    await frame.getByText(/counting triggers, cascades, TRUNCATE and DROP/).waitFor();
    await until(() => backend.view.draft?.content.rowBudget === '25');
  });

  it('is on the screen of an approver', async () => {
    const { frame } = await open('review-approver');
    await frame.getByText('At most 500 rows, triggers and cascades included; not for the rollback').waitFor();
  });

  it('that was exceeded is told without speaking of a failing statement', async () => {
    const message = 'With statement 1 the change affects 41187 rows; at most 500 rows were approved.';
    const { frame } = await open('failed', {
      outcomes: [{ ...outcome, status: 'failed', code: 'row-budget-exceeded', message }],
    });
    await frame
      .getByText(`It failed, so none of this was applied. ${message} (row-budget-exceeded)`)
      .waitFor();
  });
});

describe('verification', () => {
  it('is written in an editor of its own, and kept as typed', async () => {
    const { frame, backend } = await open('draft-filled');
    const editor = frame.getByRole('textbox', { name: 'Verification', exact: true });
    await editor.press('ControlOrMeta+End');
    await editor.pressSequentially(' SELECT true;');
    await until(() => backend.view.draft?.content.verification === `${content.verification} SELECT true;`);
  });

  it('is on the screen of an approver, highlighted, or said to be missing', async () => {
    const { frame } = await open('review-approver');
    const shown = frame.getByRole('region', { name: 'Verification' });
    await shown.locator('.cm-line span', { hasText: 'SELECT' }).first().waitFor();
    await opened?.page.context().close();
    const without = await open('review-approver', { revision: { ...revision, verification: null } });
    await without.frame.getByTestId('no-verification').waitFor();
  });

  it('that failed after COMMIT is told as applied, with the rollback in reach', async () => {
    const message = 'Applied, but after COMMIT verification 1 returned false.';
    const { frame } = await open('needs-attention', {
      headline: message,
      attention: { code: 'verification-failed', message, at: '2026-11-21T09:40:13.000Z' },
      secondary: [{ name: 'roll-back', label: 'Roll back', enabled: true, why: null }],
      outcomes: [
        {
          ...outcome,
          code: 'verification-failed',
          message,
          verification: { checked: 1, afterCommit: 'failed' },
        },
      ],
    });
    await frame.getByText(`Committed. ${message} (verification-failed)`).waitFor();
    await frame.getByText('1 check held before COMMIT, not all after it').waitFor();
    expect(await frame.getByRole('button', { name: 'Roll back' }).isEnabled()).toBe(true);
  });
});

describe('what comes back', () => {
  it('can be a file: the rollback is declared absent, and the executor says what it has against it', async () => {
    const sql = 'SELECT 1; SELECT 2;';
    const draft = { ...fixtures['draft-filled'].draft, content: { ...content, sql, rollback: '' } };
    const { frame, backend } = await open('draft-filled', { draft });
    backend.look = {
      ok: true,
      value: {
        schemaDigest: null,
        schemaShape: null,
        schemaNote: null,
        schemaRefusal: null,
        rollbackPlan: null,
        rollbackRefusal: null,
        exportRefusal: 'Only the result of one SELECT goes to a file.',
        refusal: null,
      },
    };
    await frame.getByLabel('A CSV file').check();
    await frame.getByText('Only the result of one SELECT goes to a file.').waitFor();
    await until(() => backend.called('save-draft').length > 0);
    expect(backend.view.draft?.content).toMatchObject({ exportFormat: 'csv', rollback: null });
    backend.look = { ok: false, error: { code: 'busy', message: 'x' } };
    await frame.getByLabel('A Parquet file').check();
    await frame.getByText(/fetch it with a link that works once. Numbers, dates, times/).waitFor();
    await until(() => backend.view.draft?.content.exportFormat === 'parquet');
    await frame.getByLabel('The first rows').check();
    await frame.getByText('At most 1,000 rows of each statement, on this issue.').waitFor();
  });

  it('is never a file where the connection writes none, and says so', async () => {
    const connection = fixtures['draft-filled'].connections.map((one) => ({ ...one, exports: null }));
    const { frame } = await open('draft-filled', { connections: connection });
    expect(await frame.getByLabel('A CSV file').isDisabled()).toBe(true);
    await frame.getByText('Shop, production writes no results to files.').waitFor();
  });
});

describe('editor', () => {
  it('keeps line ends as they were pasted', async () => {
    const windows = 'SELECT 1;\r\nSELECT 2;\r\n';
    const { frame, backend } = await open('draft-filled', {
      draft: { ...fixtures['draft-filled'].draft, content: { ...content, sql: windows } },
    });
    const editor = frame.getByRole('textbox', { name: 'SQL', exact: true });
    await editor.press('ControlOrMeta+End');
    await editor.pressSequentially('SELECT 3;');
    await until(() => backend.view.draft?.content.sql === `${windows}SELECT 3;`);
  });

  it('replaces what the browser has selected, before it heard of the selection', async () => {
    const { frame, backend } = await open('draft-filled');
    const editor = frame.getByRole('textbox', { name: 'SQL', exact: true });
    // On a busy machine the text comes before the event that tells of the selection; here it always does.
    await frame.evaluate(() =>
      globalThis.addEventListener('selectionchange', (event) => event.stopImmediatePropagation(), true),
    );
    // What Chromium does by itself puts a style into the page, which its policy refuses: `problems` would tell.
    for (const sql of ['SELECT 1;\nSELECT 2;', "SELECT 'a'\nFROM b\nWHERE c;", 'SELECT 3;\nSELECT 4;']) {
      await editor.fill(sql);
      await until(() => backend.view.draft?.content.sql === sql);
    }
  });

  it('leaves the editor on Escape and does the primary action on Mod-Enter', async () => {
    const { frame, backend } = await open('draft-filled');
    const editor = frame.getByRole('textbox', { name: 'SQL', exact: true });
    await editor.click();
    await editor.press('Escape');
    expect(await frame.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe(
      'editor-SQL',
    );
    backend.answerNext({ ok: true, value: fixtures['review-author'] });
    await editor.press('ControlOrMeta+Enter');
    await frame.getByText('In review: 0 of 2 approvals.').waitFor();
    expect(backend.called('submit')).toHaveLength(1);
  });

  it('formats, and keeps the text that cannot be formatted', async () => {
    const { frame, backend } = await open('draft-filled', {
      draft: {
        ...fixtures['draft-filled'].draft,
        content: { ...content, sql: 'select   1 from  a', rollback: 'select (' },
      },
    });
    await frame.getByTestId('format-SQL').click();
    await frame.getByText(/^Saved /).waitFor();
    await until(() => backend.view.draft?.content.sql === 'SELECT\n  1\nFROM\n  a');
    await frame.getByTestId('format-Rollback').click();
    await frame.getByText('This SQL could not be formatted').waitFor();
    expect(backend.view.draft?.content.rollback).toBe('select (');
  });
});

describe('a draft that cannot be saved', () => {
  it('says why a save failed, keeps the text over a reload, and saves it then', async () => {
    const { page, frame, backend } = await open('draft-filled');
    backend.saveRefusal = {
      ok: false,
      error: { code: 'jira-unavailable', message: 'Jira does not answer.' },
    };
    await frame.getByLabel('Reason').fill('Not to be lost.');
    await frame.getByText('Not saved: Jira does not answer.').waitFor();
    backend.saveRefusal = undefined;
    await page.reload();
    const again = page.frameLocator('#panel');
    await again.getByText(/^Saved /).waitFor();
    expect(await again.getByLabel('Reason').inputValue()).toBe('Not to be lost.');
    await until(() => backend.view.draft?.content.reason === 'Not to be lost.');
  });

  it('shows both versions when somebody else saved, and loses neither', async () => {
    const { frame, backend } = await open('draft-filled');
    const draft = backend.view.draft ?? fixtures['draft-filled'].draft;
    const theirs = { ...content, reason: 'Their reason.' };
    backend.view = { ...backend.view, draft: { ...draft, version: 5, content: theirs, savedBy: approver } };
    await frame.getByLabel('Reason').fill('My reason.');
    const conflict = frame.getByTestId('conflict');
    await conflict.waitFor();
    await conflict.getByText('Ben Approver').waitFor();
    expect(await conflict.innerText()).toContain('Ben Approver saved version 5');
    expect(await conflict.innerText()).toContain('My reason.');
    expect(await conflict.innerText()).toContain('Their reason.');
    expect(await violations(frame)).toEqual([]);
    await frame.getByTestId('take-theirs').click();
    expect(await frame.getByLabel('Reason').inputValue()).toBe('Their reason.');
    await frame.getByTestId('bring-back').click();
    await until(() => backend.view.draft?.content.reason === 'My reason.');
  });
});

describe('decisions', () => {
  it('approves exactly the digest on the screen, with a comment', async () => {
    const { frame, backend } = await open('review-approver');
    await frame.getByTestId('action-approve').click();
    const dialog = frame.getByRole('dialog', { name: 'Approve revision 2?' });
    expect(await dialog.getByTestId('dialog-digest').innerText()).toBe(digest);
    expect(await violations(frame)).toEqual([]);
    // The change moves on behind the open dialog: what is sent stays what was shown.
    const moved = {
      ...fixtures['review-approver'],
      seq: 9,
      revision: { ...fixtures['review-approver'].revision },
    };
    backend.view = {
      ...moved,
      revision: { ...moved.revision, digest: 'b'.repeat(64) } as ChangeView['revision'],
    };
    await signal(frame, 9);
    await frame.locator(`[data-digest^=bbbb]`).waitFor({ state: 'attached' });
    backend.answerNext({
      ok: false,
      error: { code: 'stale-digest', message: 'The text changed; look at it again.' },
    });
    await dialog.getByLabel('Comment (optional)').fill('Fine.');
    await dialog.getByTestId('dialog-confirm').click();
    await frame.getByTestId('problem').getByText('The text changed; look at it again.').waitFor();
    expect(backend.called('approve')[0]?.payload).toEqual({ digest, comment: 'Fine.' });
    expect(await dialog.count()).toBe(0);
  });

  it('wants a reason before it rejects', async () => {
    const { frame, backend } = await open('review-approver');
    await frame.getByTestId('action-reject').click();
    await frame.getByTestId('dialog-confirm').click();
    await frame.getByText('A reason is required.').waitFor();
    expect(backend.called('reject')).toHaveLength(0);
    await frame.getByRole('textbox', { name: 'Reason' }).fill('Wrong year.');
    await frame.getByTestId('dialog-confirm').click();
    await frame.getByRole('dialog').waitFor({ state: 'detached' });
    expect(backend.called('reject')[0]?.payload).toEqual({ digest, reason: 'Wrong year.' });
  });
});

describe('execution', () => {
  it('names the connection and environment before it runs, then follows by polling and signal', async () => {
    const { frame, backend } = await open('approved');
    await frame.getByTestId('action-run').click();
    const dialog = frame.getByRole('dialog', { name: 'Run this change?' });
    expect(await dialog.innerText()).toMatch(/shop-prod[\s\S]*environment[\s\S]*prod/i);
    backend.view = fixtures.running;
    await dialog.getByTestId('dialog-confirm').click();
    await frame.getByText('You can close this page').waitFor();
    const before = backend.called('view').length;
    await until(() => backend.called('view').length > before);
    backend.view = { ...fixtures.succeeded, seq: 20 };
    await signal(frame, 20);
    await frame.getByText('The change was applied: 41187 rows.').waitFor({ timeout: 1_000 });
  });

  it('stops the run that is on the screen, with a reason, and stays Running until the receipt', async () => {
    const { frame, backend } = await open('running-long');
    await frame.getByTestId('action-stop').click();
    const dialog = frame.getByTestId('dialog-stop');
    await dialog.getByTestId('dialog-confirm').click();
    await dialog.getByText('A reason is required.').waitFor();
    expect(backend.called('stop')).toEqual([]);
    await dialog.getByLabel('Reason').fill('Orders are blocked.');
    backend.answerNext({ ok: true, value: fixtures['running-stopping'] });
    await dialog.getByTestId('dialog-confirm').click();
    await frame.getByTestId('stop-note').waitFor();
    expect(backend.called('stop')[0]?.payload).toEqual({
      kind: 'apply',
      try: 1,
      reason: 'Orders are blocked.',
    });
  });

  it('asks for progress later than for the outcome, and keeps the last word while the executor is silent', async () => {
    const { frame, backend } = await open('running-long');
    backend.progress = { progress: lockWaiting, silent: false };
    await frame.getByTestId('lock-wait').waitFor();
    // A run that the first poll of the view finds over has asked for nothing.
    const [first] = backend.calls.filter(({ name }) => name === 'progress');
    const views = backend.called('view').filter(({ at }) => at < (first?.at ?? 0));
    expect(views.length).toBeGreaterThanOrEqual(2);
    expect(await frame.getByTestId('progress').innerText()).toMatch(/Statement 2 of 3\s+01:\d\d/);
    backend.progress = { progress: null, silent: true };
    await frame.getByText('The run may go on all the same.').waitFor();
    expect(await frame.getByTestId('lock-wait').innerText()).toContain('another session holds');
  });

  it('says that a change gave way to a lock and comes again', async () => {
    const { frame, backend } = await open('running-long');
    backend.progress = { progress: backingOff, silent: false };
    const words = await frame.getByTestId('lock-retry').innerText();
    expect(words).toMatch(/^Try 3 of 5 begins in 00:\d\d: .* that 2 other sessions held\.$/);
    expect(await frame.getByTestId('progress').innerText()).toContain('Waiting to try again');
    expect(await violations(frame)).toEqual([]);
  });

  it('says that a change waits for replicas, and how long it does', async () => {
    const { frame, backend } = await open('running-long');
    backend.progress = { progress: waitingForReplicas, silent: false };
    expect(await frame.getByTestId('replica-wait').innerText()).toMatch(/refused in\s+00:\d\d/);
    expect(await frame.getByTestId('progress').innerText()).toContain('Waiting for replicas');
    expect(await violations(frame)).toEqual([]);
  });

  it('resolves with what the ledger says and a reason', async () => {
    const { frame, backend } = await open('needs-attention');
    await frame.getByTestId('action-resolve').click();
    await frame.getByLabel('Nothing was applied (Failed)').check();
    await frame.getByLabel('Reason, and what you looked at').fill('No row in the ledger.');
    expect(await violations(frame)).toEqual([]);
    await frame.getByTestId('dialog-confirm').click();
    await frame.getByRole('dialog').waitFor({ state: 'detached' });
    expect(backend.called('resolve')[0]?.payload).toEqual({
      outcome: 'failed',
      reason: 'No row in the ledger.',
    });
  });
});

describe('outcome', () => {
  it('shows rows and downloads them as a CSV that no spreadsheet runs', async () => {
    const { page, frame } = await open('succeeded');
    expect(await frame.getByTestId('statements').innerText()).toMatch(
      /UPDATE orders SET status = 'void'[\s\S]*41,187/,
    );
    const download = page.waitForEvent('download');
    await frame.getByTestId('csv-1').click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('QC-42-apply-statement-2.csv');
    const text = await readFile(await file.path(), 'utf8');
    expect(text).toBe(
      '\ufeffid,status,note,email\r\n' +
        '991,void,"\'=HYPERLINK(""http://example.test"",""click"")",•••\r\n' +
        '992,void,,•••\r\n993,void,"said ""no"", twice",•••\r\n',
    );
  });

  it('says which columns were masked, and what the connection masks', async () => {
    const { frame } = await open('succeeded');
    await frame.getByRole('columnheader', { name: 'email text masked: personal' }).waitFor();
    expect(await frame.getByText('personal; and values of unknown origin').count()).toBe(1);
  });

  it('shows the file of an export, and gets a link that works once', async () => {
    const { frame, backend } = await open('exported');
    const file = frame.getByTestId('export-file');
    expect(await file.innerText()).toMatch(/CSV, 1,204,311 rows, 94\.7 MB/);
    expect(await file.innerText()).toContain(digest);
    expect(await file.innerText()).toContain('email, phone');
    backend.answerNext({ ok: false, error: { code: 'busy', message: 'The executor does not answer.' } });
    await frame.getByTestId('export-link').click();
    await file.getByText('The executor does not answer.').waitFor();
    const url = 'https://executor.example/v1/downloads/abc';
    backend.answerNext({ ok: true, value: { url, expiresAt: new Date(Date.now() + 300_000).toISOString() } });
    await frame.getByTestId('export-link').click();
    await frame.getByTestId('export-link-note').getByText('This link works once, until').waitFor();
    expect(await violations(frame)).toEqual([]);
    await frame.getByTestId('export-open').click();
    await file.getByText('The file opened in a new tab.').waitFor();
    expect(backend.opened).toEqual([{ url, type: 'new-tab' }]);
    expect(await frame.getByTestId('export-open').count()).toBe(0);
  });

  it('offers no link to whoever may not see results, and none after the time of the file, and says why', async () => {
    const { frame } = await open('exported-restricted');
    expect(await frame.getByTestId('export-link').isDisabled()).toBe(true);
    const why = await frame.getByTestId('why-export-link').innerText();
    expect(why).toBe(
      'Get download link: Results of shop-prod are shown to the author, its approvers and operators only.',
    );
    await opened?.page.context().close();
    const file = { ...exportedFile, expiresAt: '2026-11-20T09:00:00Z' };
    const late = await open('exported', { outcomes: [{ ...exported, export: file }] });
    await late.frame.getByTestId('why-export-link').getByText('removed the file').waitFor();
  });

  it('downloads the signed order and receipt', async () => {
    const { page, frame } = await open('succeeded');
    const download = page.waitForEvent('download');
    await frame.getByTestId('evidence-apply').click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('QC-42-apply-evidence.json');
    const evidence: unknown = JSON.parse(await readFile(await file.path(), 'utf8'));
    expect(evidence).toEqual({ order: 'order.jws', orderNote: null, receipt: 'receipt.jws' });
  });

  it('does not ask for rows that this viewer may not see, and says why', async () => {
    const { frame, backend } = await open('succeeded-restricted');
    await frame.getByTestId('result-refusal').getByText('the author and approvers only').waitFor();
    expect(backend.called('result')).toHaveLength(0);
    const why = await frame.getByTestId('why-roll-back').innerText();
    expect(why).toBe('Roll back: Only the author or an operator can roll it back.');
  });

  it('shows the timeline with names on request', async () => {
    const { frame } = await open('succeeded');
    await frame.getByTestId('open-timeline').click();
    const timeline = frame.getByTestId('timeline');
    await timeline.getByText('Ben Approver').waitFor();
    expect(await timeline.innerText()).toContain('the chain of 3 is intact');
  });
});
