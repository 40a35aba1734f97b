import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approverGroup, people, type Role } from '../../../scripts/local/seed';
import { drafted, history, succeeded, viewOf } from '../../support/change';
import { bot, startTestSite, type TestSite } from '../../support/local-site';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => site.close());

const sql = 'SELECT id, name, tier FROM customers ORDER BY id;';
const wish = { sql, rollback: null, exportFormat: 'csv' } as const;
const linkOf = async (role: Role, key: string) => site.by.call(role, key, 'export-link', {});

describe('a change whose result goes to a file', () => {
  it('is read once, its file is the one of the receipt, and a link to it works once', async () => {
    const change = await succeeded(site, wish);
    const view = await viewOf(site, change.key);
    expect(view.revision?.export).toEqual({ format: 'csv' });
    const [outcome] = view.outcomes;
    expect(outcome).toMatchObject({
      status: 'succeeded',
      hasResult: false,
      export: { format: 'csv', masked: [] },
    });
    const { url } = await site.by.must('developer', change.key, 'export-link', {});
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(outcome?.export?.sha256);
    expect(bytes.toString('utf8').split('\n', 1)).toEqual(['id,name,tier']);
    expect((await fetch(url)).status).toBe(404);
    expect((await history(site, change.key)).at(-1)).toBe('got a download link to the result file');
    await site.host.runSchedule('sweep');
    expect((await viewOf(site, change.key)).attempts).toBe(0);
  });

  it('is not submitted when its text is no export, in the words of the executor', async () => {
    for (const [text, words] of [
      ['UPDATE customers SET tier = tier;', 'Only the result of a SELECT that reads goes to a file.'],
      ['SELECT 1; SELECT 2;', 'Only the result of one SELECT goes to a file.'],
    ] as const) {
      const draft = await drafted(site, { ...wish, sql: text });
      const reply = await site.by.call('developer', draft.key, 'submit', { version: draft.version });
      expect(reply).toMatchObject({ ok: false, error: { code: 'incomplete', message: words } });
    }
  });

  it('has no link for a change that wrote no file', async () => {
    const change = await succeeded(site, { sql, rollback: null });
    expect(await linkOf('developer', change.key)).toMatchObject({ ok: false, error: { code: 'not-found' } });
  });

  it('says that the executor does not answer, and records no link then', async () => {
    const change = await succeeded(site, wish);
    const before = await history(site, change.key);
    await site.stopExecutor();
    try {
      expect(await linkOf('developer', change.key)).toMatchObject({ ok: false, error: { code: 'busy' } });
      expect(await history(site, change.key)).toEqual(before);
    } finally {
      await site.startExecutor();
    }
  });
});

describe('who gets a link', () => {
  it('the people who see results, asked of Jira now; nobody else, and no app', async () => {
    const change = await succeeded(site, { ...wish, connection: 'shop-prod' });
    for (const role of ['developer', 'firstApprover', 'operator'] as const) {
      expect(await linkOf(role, change.key)).toMatchObject({ ok: true });
    }
    for (const role of ['secondDeveloper', 'auditor'] as const) {
      expect(await linkOf(role, change.key)).toMatchObject({ ok: false, error: { code: 'not-allowed' } });
    }
    const asBot = await site.callAs(bot.accountId, change, 'export-link', {});
    expect(asBot).toMatchObject({ ok: false, error: { code: 'not-allowed' } });
    const group = `/rest/api/3/group/user?groupname=${approverGroup}`;
    const { accountId } = people.secondApprover;
    await site.rest('admin', 'DELETE', `${group}&accountId=${accountId}`);
    try {
      expect(await linkOf('secondApprover', change.key)).toMatchObject({
        ok: false,
        error: { message: 'You are no longer an approver or an operator.' },
      });
    } finally {
      await site.rest('admin', 'POST', group, { accountId });
    }
  });
});
