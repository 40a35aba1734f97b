import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { projectKey } from '../../../scripts/local/seed';
import { settingsOf } from '../../support/faults';
import { startTestSite, type TestSite } from '../../support/local-site';
import { asAdmin } from './support';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => site.close());

const drift = async () => (await asAdmin(site, 'overview', {})).drift;
const hour = 61 * 60_000;

test('the sweep looks once an hour with its own rights, keeps what differs, and a repair takes it away', async () => {
  expect(await drift()).toBeNull();
  await site.host.runSchedule('sweep');
  const first = await drift();
  expect(first?.steps).toEqual([]);
  const { entries } = await asAdmin(site, 'settings-history', { before: null });

  const [filter] = Object.values(settingsOf(site).compliance.filters);
  expect((await site.rest('admin', 'DELETE', `/rest/api/3/filter/${filter}`)).status).toBe(204);
  await site.host.runSchedule('sweep');
  expect(await drift()).toEqual(first);

  site.clock.advance(hour);
  await site.host.runSchedule('sweep');
  const found = await drift();
  expect(found?.steps.map(({ step }) => step)).toContain('filters');
  expect(found?.steps.every(({ changes }) => changes.length > 0)).toBe(true);
  // What was found is no decision of anybody: the settings ledger does not grow by it.
  expect((await asAdmin(site, 'settings-history', { before: null })).entries[0]?.seq).toBe(entries[0]?.seq);

  expect(await asAdmin(site, 'setup-step', { step: 'filters', projectKey })).toMatchObject({ state: 'done' });
  expect((await drift())?.steps.map(({ step }) => step)).not.toContain('filters');
});
