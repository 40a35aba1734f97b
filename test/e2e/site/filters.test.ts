import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startSite, type TestSite } from './site';

let site: TestSite;
let page: Page;

const JQL = 'project = DB AND summary ~ "Second"';

beforeAll(async () => {
  site = await startSite();
  await site.task('First');
  await site.task('Second');
  await site.rest('u-ada', 'POST', '/rest/api/3/filter', {
    name: 'Only the second',
    description: 'One issue of two',
    jql: JQL,
    sharePermissions: [{ type: 'authenticated' }],
  });
  await site.rest('u-ada', 'POST', '/rest/api/3/filter', { name: 'Hidden', jql: 'project = DB' });
  page = await site.open('/projects/DB');
});
afterAll(async () => {
  await site.close();
});

describe('saved filters', () => {
  it('are listed with owner, JQL and those who see them, and take a star', async () => {
    await page.getByRole('link', { name: 'Filters' }).click();
    const row = page.getByRole('row', { name: /Only the second/ });
    await row.waitFor();
    expect(await row.innerText()).toContain(JQL);
    expect(await row.innerText()).toContain('Ada Admin');
    expect(await row.innerText()).toContain('Everybody who is signed in');
    expect(await page.getByRole('row', { name: /Hidden/ }).count()).toBe(0);

    await row.getByRole('button', { name: 'Star Only the second' }).click();
    await row.getByRole('button', { name: 'Remove the star of Only the second' }).click();
    await row.getByRole('button', { name: 'Star Only the second' }).waitFor();
  });

  it('open the search with their name and JQL', async () => {
    await page.getByRole('link', { name: 'Only the second' }).click();
    await page.getByRole('heading', { level: 1, name: 'Only the second' }).waitFor();
    expect(await page.getByLabel('JQL').inputValue()).toBe(JQL);
    await page.getByText('1 issue').waitFor();
    await page.getByRole('link', { name: 'DB-2' }).waitFor();
    expect(await page.getByText('Edited').count()).toBe(0);
  });

  it('say that they are edited until the change is discarded', async () => {
    await page.getByLabel('JQL').fill('project = DB');
    await page.getByText('Edited').waitFor();
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('2 issues').waitFor();
    expect(new URL(page.url()).searchParams.get('jql')).toBe('project = DB');
    await page.reload();
    await page.getByText('2 issues').waitFor();
    await page.getByText('Edited').waitFor();
    await page.getByRole('link', { name: 'Discard changes' }).click();
    await page.getByText('1 issue').waitFor();
    expect(await page.getByLabel('JQL').inputValue()).toBe(JQL);
    expect(await page.getByText('Edited').count()).toBe(0);
  });

  it('that a person does not see say so', async () => {
    const found = (await site.rest('u-ada', 'GET', '/rest/api/3/filter/search?filterName=Hidden')) as {
      values: { id: string }[];
    };
    await page.goto(`${site.host.url}/issues/?filter=${found.values[0]?.id}`);
    await page.getByText('The filter did not load').waitFor();
  });
});
