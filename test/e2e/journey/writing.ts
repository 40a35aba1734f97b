import type { Desk } from './desk';

/** What an author types into a draft. */
export interface Writing {
  readonly connection: string;
  readonly sql: string;
  /** Null: the author declares that there is none. `automatic`: the executor is to undo it. */
  readonly rollback: string | null;
  /** What must be true afterwards. */
  readonly verification?: string;
  readonly reason: string;
}

/** Creates a Query Change in Jira's dialog; the page shows it afterwards. */
export async function createChange({ page }: Desk, summary: string, description = ''): Promise<void> {
  await page.getByRole('button', { name: 'Create' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create issue' });
  await dialog.getByLabel('Summary').fill(summary);
  await dialog.getByLabel('Description').fill(description);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { level: 1, name: summary }).waitFor();
  const flag = page.getByRole('alert').filter({ hasText: / created/ });
  await flag.getByRole('button', { name: 'Dismiss' }).click();
  await flag.waitFor({ state: 'detached' });
}

/** Fills the draft in the panel and waits until it is saved and complete; the review may have found errors in it. */
export async function writeDraft(
  desk: Desk,
  { connection, sql, rollback, verification, reason }: Writing,
): Promise<void> {
  const { panel } = desk;
  await desk.editor('SQL').fill(sql);
  await panel.getByLabel('Connection', { exact: true }).selectOption(connection);
  if (rollback === null) await panel.getByLabel('There is no rollback').check();
  else if (rollback === 'automatic') await panel.getByLabel('Let the executor undo it').check();
  else await desk.editor('Rollback').fill(rollback);
  if (verification !== undefined) await desk.editor('Verification').fill(verification);
  await panel.getByLabel('Reason').fill(reason);
  await desk.reads(/^(Ready to be reviewed|The review found errors)\.$/);
  await desk.reads(/^Saved \d\d:\d\d$/);
}

/** Has a change written, submitted and approved by one person each: enough where one approval is asked for. */
export async function bringToApproved(
  author: Desk,
  approver: Desk,
  change: Writing & { readonly summary: string },
): Promise<void> {
  await createChange(author, change.summary, change.reason);
  await writeDraft(author, change);
  await author.act('submit');
  await author.status('In review');
  await approver.go(new URL(author.page.url()).pathname);
  await approver.act('approve', {});
  await author.status('Approved');
}
