import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { commentsOf, succeeded, viewOf } from '../../support/change';
import { startTestSite, type TestSite } from '../../support/local-site';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => site.close());

it('P5: lost after success is a state of its own: the executor finds it out and the change needs attention', async () => {
  const kept = await succeeded(site);
  const change = await succeeded(site);
  // What a restore leaves behind: neither the change nor its row. Then the executor's lines break, as they do then.
  await site.shop('dev', 'delete from shop.marks where mark = $1', [change.mark]);
  await site.shop('dev', 'delete from querychange.ledger where issue_id = $1', [change.id]);
  await site.shop(
    'dev',
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'query-change-control'`,
  );
  await site.by.untilStatus(change.key, ['Needs attention']);
  await site.host.idle();
  const view = await viewOf(site, change.key);
  expect(view.outcomes).toMatchObject([{ status: 'outcome-lost', code: 'ledger-row-missing' }]);
  expect((await commentsOf(site, change.key)).at(-1)?.text).toMatch(/needs attention: its row is gone/);
  expect(await site.applied('dev', change.mark, change.id)).toEqual({ marks: 0, applies: 0, rollbacks: 0 });
  expect(await site.by.status(kept.key)).toBe('Succeeded');
});
