import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DraftContent } from '#core/change/content';
import { approved, commentsOf, drafted, ran, succeeded, viewOf } from '../../support/change';
import { startTestSite, type TestSite } from '../../support/local-site';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => site.close());

const automatic = (sql: string): Partial<DraftContent> => ({ sql, rollback: null, automaticRollback: true });
const tiers = async (): Promise<unknown> =>
  site.shop('dev', 'select id, tier, xmin is null as gone from shop.customers where id < 6 order by id');

describe('a change that the executor undoes', () => {
  it('is planned before anybody approves, applied with its rows kept, and rolled back exactly', async () => {
    const before = await tiers();
    const sql = "UPDATE customers SET tier = 'gold' WHERE id IN (1, 2, 3);";
    const draft = await drafted(site, automatic(sql));
    const look = await site.by.must('developer', draft.key, 'preflight', { version: draft.version });
    const table = { schema: 'shop', name: 'customers' };
    const planned = { index: 0, action: 'update', table, key: ['id'], columns: ['tier'] };
    expect(look).toMatchObject({
      rollbackPlan: { statements: [planned], keepHours: 24 },
      rollbackRefusal: null,
    });

    const change = await approved(site, automatic(sql));
    const { revision } = await viewOf(site, change.key, 'firstApprover');
    expect(revision).toMatchObject({ rollback: null, rollbackPlan: look.rollbackPlan });
    await ran(site, change);
    const applied = await viewOf(site, change.key);
    expect(applied.outcomes).toMatchObject([{ status: 'succeeded', beforeImage: { rows: 3 } }]);
    expect(applied.secondary).toMatchObject([{ name: 'roll-back', enabled: true }]);
    expect(await tiers()).not.toEqual(before);

    await site.by.must('developer', change.key, 'roll-back', { digest: change.digest });
    await site.by.untilStatus(change.key, ['Rolled back']);
    await site.host.idle();
    expect(await tiers()).toEqual(before);
    const { outcomes } = await viewOf(site, change.key);
    expect(outcomes[1]).toMatchObject({ kind: 'rollback', status: 'succeeded', statements: [{ rows: 3 }] });
  });

  it('is not rolled back over the work of others: the rows are listed, and a person looks', async () => {
    const change = await succeeded(site, automatic("UPDATE customers SET tier = 'gold' WHERE id IN (4, 5);"));
    await site.shop('dev', "update shop.customers set name = 'Renamed' where id = 5");
    const before = await tiers();
    await site.by.must('developer', change.key, 'roll-back', { digest: change.digest });
    await site.by.untilStatus(change.key, ['Needs attention']);
    await site.host.idle();
    expect(await tiers()).toEqual(before);
    const { outcomes, attention } = await viewOf(site, change.key);
    expect(outcomes[1]).toMatchObject({
      kind: 'rollback',
      status: 'failed',
      code: 'rows-drifted',
      hasResult: true,
    });
    expect(attention).toMatchObject({ code: 'rows-drifted' });
    const listed = await site.by.must('developer', change.key, 'result', { kind: 'rollback' });
    expect(listed.statements.map(({ rows }) => rows)).toEqual([[['5', 'changed since']]]);
    const words = (await commentsOf(site, change.key)).at(-1)?.text;
    expect(words).toContain('1 row is not as the change left them');
  });

  it('is not submitted when there is no way back, in words', async () => {
    const draft = await drafted(site, automatic('DELETE FROM orders WHERE id = 1;'));
    const reply = await site.by.call('developer', draft.key, 'submit', { version: draft.version });
    expect(reply).toMatchObject({ ok: false, error: { code: 'incomplete' } });
    expect(JSON.stringify(reply)).toContain('a foreign key of shop.order_items changes rows with it');
    expect((await viewOf(site, draft.key)).status).toBe('draft');
  });
});
