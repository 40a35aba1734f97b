import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startSite, type TestSite } from './site';

let site: TestSite;
let page: Page;

beforeAll(async () => {
  site = await startSite();
});
afterAll(async () => {
  await site.close();
});

const text = async (locator: string): Promise<string> => await page.locator(locator).innerText();

async function switchTo(name: string): Promise<void> {
  await page.getByRole('button', { name: /Switch user/ }).click();
  await page.getByRole('menuitemradio', { name }).click();
  await page.getByRole('button', { name: `You are ${name}. Switch user` }).waitFor();
}

const words = (value: string, marks?: object[]): object => ({
  type: 'text',
  text: value,
  ...(marks ? { marks } : {}),
});
const paragraph = (...content: object[]): object => ({ type: 'paragraph', content });
const link = (href: string): object => ({ type: 'link', attrs: { href } });
const cell = (type: string, value: string): object => ({
  type,
  attrs: {},
  content: [paragraph(words(value))],
});

interface Workflows {
  readonly workflows: readonly {
    name?: string;
    transitions: { name: string; transitionScreen?: object; validators?: object[] }[];
  }[];
  readonly statuses: readonly object[];
}

/** Changes the transitions of the default workflow, as an administrator. */
async function changeWorkflow(change: (transitions: Workflows['workflows'][number]) => void): Promise<void> {
  const names = { projectAndIssueTypes: [{ projectId: '10000', issueTypeId: '10002' }] };
  const found = (await site.rest('u-ada', 'POST', '/rest/api/3/workflows', names)) as Workflows;
  for (const workflow of found.workflows) {
    delete workflow.name;
    change(workflow);
  }
  await site.rest('u-ada', 'POST', '/rest/api/3/workflows/update', found);
}

describe('an issue on the site', () => {
  it('is created in the dialog, which shows why Jira refuses an empty summary', async () => {
    page = await site.open('/');
    await page.getByRole('heading', { name: 'Database Changes' }).waitFor();
    await page.getByRole('button', { name: 'Create' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create issue' });
    await dialog.getByLabel('Summary').waitFor();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog
      .getByText(/summary/i)
      .nth(1)
      .waitFor();

    await dialog.getByLabel('Summary').fill('Add an index');
    await dialog.getByLabel('Description').fill('First line\nsecond line\n\nAnother paragraph');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { level: 1, name: 'Add an index' }).waitFor();
    expect(await page.title()).toBe('[DB-1] Add an index - Jira (local host)');
    expect(await page.locator('.adf p').allInnerTexts()).toEqual([
      'First line\nsecond line',
      'Another paragraph',
    ]);
  });

  it('is moved by a transition and shows status, resolution and history', async () => {
    await page.getByRole('button', { name: 'To Do - Change status' }).click();
    await page.getByRole('menuitem', { name: /^Done/ }).click();
    await page.getByRole('button', { name: 'Done - Change status' }).waitFor();
    expect(await text('.detail:has(dt:text-is("Resolution")) dd')).toBe('Done');

    await page.getByRole('tab', { name: 'History' }).click();
    const history = page.getByRole('list', { name: 'History' });
    await history.getByText('To Do → Done').waitFor();
    await page.getByRole('tab', { name: 'Comments' }).click();
  });

  it('takes a new summary and edits of other fields', async () => {
    await page.getByRole('button', { name: 'Edit summary' }).click();
    await page.getByRole('textbox', { name: 'Summary' }).fill('Add two indexes');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Add two indexes' }).waitFor();

    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit DB-1' });
    await dialog.getByLabel('Labels').fill('shop');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.detail', { hasText: 'Labels' }).getByText('shop').waitFor();
  });

  it('takes comments from the person who is switched to', async () => {
    await switchTo('Olu Bello (DBA)');
    await page.getByRole('textbox', { name: 'Add a comment' }).fill('Looks fine');
    await page.getByRole('button', { name: 'Save comment' }).click();
    const comment = page.getByRole('list', { name: 'Comments' }).getByRole('listitem');
    await comment.filter({ hasText: 'Looks fine' }).waitFor();
    expect(await comment.innerText()).toContain('Olu Bello (DBA)');

    await page.getByRole('button', { name: 'Assign to me' }).click();
    await page.locator('.detail', { hasText: 'Assignee' }).getByText('Olu Bello (DBA)').waitFor();
  });

  it('follows changes that somebody else makes', async () => {
    await site.rest('u-ada', 'PUT', '/rest/api/3/issue/DB-1', { fields: { summary: 'Changed elsewhere' } });
    await page.getByRole('heading', { level: 1, name: 'Changed elsewhere' }).waitFor();
  });

  it('shows documents: mentions, code, tables, panels, lists and safe links only', async () => {
    const body = {
      type: 'doc',
      version: 1,
      content: [
        paragraph(
          { type: 'mention', attrs: { id: 'u-dana', text: '@Dana (developer)' } },
          words(' please look'),
        ),
        { type: 'codeBlock', attrs: { language: 'sql' }, content: [words('SELECT 1;\nSELECT 2;')] },
        {
          type: 'table',
          content: [
            { type: 'tableRow', content: [cell('tableHeader', 'Rows'), cell('tableHeader', 'Milliseconds')] },
            { type: 'tableRow', content: [cell('tableCell', '12'), cell('tableCell', '3')] },
          ],
        },
        { type: 'panel', attrs: { panelType: 'warning' }, content: [paragraph(words('Careful'))] },
        { type: 'bulletList', content: [{ type: 'listItem', content: [paragraph(words('one'))] }] },
        paragraph(
          words('good', [link('https://example.com/')]),
          words(' '),
          words('bad', [link('javascript:alert(1)')]),
        ),
      ],
    };
    await site.rest('u-ada', 'POST', '/rest/api/3/issue/DB-1/comment', { body });
    const comment = page
      .getByRole('list', { name: 'Comments' })
      .getByRole('listitem')
      .filter({ hasText: 'please look' });
    await comment.locator('.mention', { hasText: '@Dana (developer)' }).waitFor();
    expect(await comment.locator('pre').innerText()).toBe('SELECT 1;\nSELECT 2;');
    expect(await comment.getByRole('columnheader').allInnerTexts()).toEqual(['Rows', 'Milliseconds']);
    expect(await comment.getByRole('link').allInnerTexts()).toEqual(['good']);
  });

  it('asks for the fields of a transition screen and a comment', async () => {
    await changeWorkflow(({ transitions }) => {
      const done = transitions.find((transition) => transition.name === 'Done');
      if (!done) throw new Error('The default workflow has no transition Done');
      // Jira's own "Resolve Issue Screen": resolution and assignee.
      done.transitionScreen = { ruleKey: 'system:screen', parameters: { screenId: '3' } };
    });
    await site.rest('u-dana', 'POST', '/rest/api/3/issue/DB-1/transitions', { transition: { id: '11' } });
    await page.getByRole('button', { name: 'To Do - Change status' }).click();
    await page.getByRole('menuitem', { name: /^Done/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Done' });
    await dialog.getByLabel('Comment').fill('Closed for a reason');
    await dialog.getByLabel('Assignee').fill('Ada');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Done - Change status' }).waitFor();
    await page.locator('.detail', { hasText: 'Assignee' }).getByText('Ada Admin').waitFor();
    await page.getByRole('list', { name: 'Comments' }).getByText('Closed for a reason').waitFor();
  });

  it("shows Jira's words when a transition is refused", async () => {
    await changeWorkflow(({ transitions }) => {
      const start = transitions.find((transition) => transition.name === 'In Progress');
      if (!start) throw new Error('The default workflow has no transition In Progress');
      const parameters = { permissionKey: 'ADMINISTER_PROJECTS' };
      start.validators = [{ ruleKey: 'system:check-permission-validator', parameters }];
    });
    await page.getByRole('button', { name: 'Done - Change status' }).click();
    await page.getByRole('menuitem', { name: 'In Progress' }).click();
    const flag = page.getByRole('alert').filter({ hasText: 'In Progress was refused' });
    await flag.getByText("User does not have the 'ADMINISTER_PROJECTS' permission.").waitFor();
    await page.getByRole('button', { name: 'Done - Change status' }).waitFor();
  });

  it('says in words that an issue does not exist', async () => {
    await page.goto(`${site.host.url}/browse/DB-404`);
    await page.getByText('Issue does not exist or you do not have permission to see it.').waitFor();
  });
});
