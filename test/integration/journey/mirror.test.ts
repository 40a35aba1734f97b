import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import { maxIndexPropertyChars, maxPropertyChars } from '#core/limits';
import { indexedPaths, IndexProperty, searchAlias } from '#core/property/index-property';
import { people } from '../../../scripts/local/seed';
import { approved, commentsOf, ran, submitted, succeeded, type TestChange } from '../../support/change';
import { settingsOf } from '../../support/faults';
import { startTestSite, type TestSite } from '../../support/local-site';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => site.close());

const secret = 'SECRET-4711-card-number';
const Properties = v.object({ keys: v.array(v.object({ key: v.string() })) });

/** Everything that everybody who sees the issue can read of it: fields, properties, comments, history. */
async function shownOf(change: Pick<TestChange, 'key'>): Promise<string> {
  const base = `/rest/api/3/issue/${change.key}`;
  const issue = await site.rest('auditor', 'GET', `${base}?fields=*all&properties=*all&expand=changelog`);
  const { keys } = await site.by.rest('auditor', 'GET', `${base}/properties`, Properties);
  const properties = await Promise.all(keys.map(async ({ key }) => site.by.property(change.key, key)));
  expect(keys.map(({ key }) => key)).toContain('query-change');
  return JSON.stringify([issue.body, properties, await commentsOf(site, change.key)]);
}

describe('the index property', () => {
  it('has its documented shape in every state, is small, and holds no SQL', async () => {
    const change = await submitted(site, { connection: 'shop-prod' });
    const look = async (): Promise<IndexProperty> => {
      const property = await site.by.property(change.key, 'query-change');
      const text = JSON.stringify(property);
      expect(text.length).toBeLessThanOrEqual(maxIndexPropertyChars);
      expect(text).not.toContain('INSERT');
      expect(text).not.toContain(change.mark);
      return v.parse(IndexProperty, property);
    };
    expect(await look()).toMatchObject({
      status: 'in-review',
      approvals: 0,
      approvalsMissing: 2,
      approvers: ['none'],
      pendingApprovers: [people.firstApprover.accountId, people.secondApprover.accountId],
      executedAt: '1970-01-01T00:00:00Z',
      rows: -1,
    });
    const { digest } = change;
    await site.by.must('firstApprover', change.key, 'approve', { digest, comment: '' });
    expect(await look()).toMatchObject({
      approvals: 1,
      pendingApprovers: [people.secondApprover.accountId],
    });
    await site.by.must('secondApprover', change.key, 'approve', { digest, comment: '' });
    await ran(site, change);
    expect(await look()).toMatchObject({ status: 'succeeded', rows: 1, outcome: 'succeeded', attempts: 0 });
  });

  it('is found by every alias, as another user', async () => {
    const change = await succeeded(site);
    const property = v.parse(IndexProperty, await site.by.property(change.key, 'query-change'));
    for (const [path, type] of Object.entries(indexedPaths)) {
      const value = [property[path as keyof IndexProperty]].flat()[0];
      if (type === 'date') continue;
      const alias = searchAlias(path as keyof typeof indexedPaths);
      const literal = typeof value === 'number' ? String(value) : `"${value}"`;
      expect([alias, await site.by.search('auditor', `${alias} = ${literal}`)]).toEqual([
        alias,
        expect.arrayContaining([change.key]),
      ]);
    }
    expect(await site.by.search('auditor', 'queryChangeExecutedAt > "2000/01/01"')).toContain(change.key);
  });
});

describe('P7: row values and server words stay with those who may see them', () => {
  it('restricted results put neither on the issue', async () => {
    await site.shop('prod', 'insert into shop.marks (mark, secret) values ($1, $2)', ['planted', secret]);
    const sql = "SELECT secret FROM marks WHERE mark = 'planted';";
    const change = await succeeded(site, { connection: 'shop-prod', sql, rollback: null });
    expect(await shownOf(change)).not.toContain(secret);
    const result = await site.by.must('developer', change.key, 'result', { kind: 'apply' });
    expect(result.statements[0]?.rows).toEqual([[secret]]);
    for (const role of ['auditor', 'secondDeveloper', 'admin'] as const) {
      const reply = await site.by.call(role, change.key, 'result', { kind: 'apply' });
      expect(reply).toMatchObject({ ok: false, error: { code: 'not-allowed' } });
      expect(JSON.stringify(await site.by.must(role, change.key, 'view', {}))).not.toContain(secret);
    }
    for (const role of ['firstApprover', 'operator'] as const) {
      expect((await site.by.must(role, change.key, 'result', { kind: 'apply' })).statements).toHaveLength(1);
    }
  });

  it('a server message that quotes data is not on the issue either', async () => {
    const sql = `SELECT '${secret}'::text::int;`;
    const change = await approved(site, { connection: 'shop-prod', sql, rollback: null });
    await ran(site, change, ['Failed']);
    const shown = await shownOf(change);
    expect(shown).not.toContain(secret);
    expect(shown).toContain('22P02');
    const result = await site.by.must('developer', change.key, 'result', { kind: 'apply' });
    expect(result.statements[0]?.message).toContain(secret);
  });

  it('public results have their first page in the property, within its limit', async () => {
    const sql = `SELECT n, repeat('x', 400) AS filler FROM generate_series(1, 200) AS n;`;
    const change = await succeeded(site, { sql, rollback: null });
    const property = await site.by.property(change.key, 'query-change.result');
    const Page = v.object({
      complete: v.boolean(),
      receipt: v.nullable(v.string()),
      statements: v.array(v.object({ columns: v.array(v.string()), page: v.array(v.array(v.string())) })),
    });
    const { statements, receipt } = v.parse(Page, property);
    expect(JSON.stringify(property).length).toBeLessThanOrEqual(maxPropertyChars);
    expect(receipt).not.toBeNull();
    expect(statements[0]?.columns).toEqual(['n', 'filler']);
    expect(statements[0]?.page.length).toBeGreaterThan(10);
    expect(statements[0]?.page.length).toBeLessThan(200);
  });
});

describe('for people', () => {
  it('comments ask the approvers and tell the author, and read-only fields show the verdicts', async () => {
    const change = await succeeded(site, { connection: 'shop-prod' });
    const comments = await commentsOf(site, change.key);
    expect(comments[0]?.mentions).toEqual([people.firstApprover.accountId, people.secondApprover.accountId]);
    expect(comments.at(-1)).toMatchObject({
      mentions: [people.developer.accountId],
      text: expect.stringContaining('1 row.'),
    });
    const fields = settingsOf(site).site?.fields;
    if (!fields) throw new Error('the site is not set up');
    const issue = await site.rest('auditor', 'GET', `/rest/api/3/issue/${change.key}`);
    expect(issue.body).toMatchObject({
      fields: {
        [fields.author]: { accountId: people.developer.accountId },
        [fields.approverGroup]: 'database-approvers',
        [fields.connection]: 'shop-prod (prod)',
        [fields.approvals]: '2 of 2',
        [fields.outcome]: expect.stringContaining('Succeeded'),
        [fields.risk ?? '']: expect.stringMatching(/^(low|medium|high|critical)/),
      },
    });
    const edit = await site.rest('admin', 'PUT', `/rest/api/3/issue/${change.key}`, {
      fields: { [fields.approvals]: '9 of 2' },
    });
    expect(edit.status).toBe(400);
  });
});
