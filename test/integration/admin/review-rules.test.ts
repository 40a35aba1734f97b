import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReviewConfigInput } from '#core/sql/review/config';
import { people } from '../../../scripts/local/seed';
import { drafted } from '../../support/change';
import { settingsOf, stored } from '../../support/faults';
import { startTestSite, type TestSite } from '../../support/local-site';
import { asAdmin, callAdmin, refusalOf } from './support';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => site.close());

const admin = people.admin.accountId;
const rules = () => asAdmin(site, 'review-rules', {});
const save = async (config: ReviewConfigInput, accepted: string[] = []) =>
  asAdmin(site, 'save-review-rules', { base: (await rules()).digest, config, accepted });
const own = {
  id: 'orders-have-an-owner',
  title: 'Orders are changed by their own team',
  level: 'error' as const,
  message: 'Ask the orders team.',
  when: { relation: 'orders', access: 'write' as const },
};

describe('what an administrator says of the rules', () => {
  it('holds in the review of the panel, by environment and connection, from the next review on', async () => {
    const { key } = await drafted(site);
    const found = async (connection: string): Promise<string[]> => {
      const { findings } = await site.by.must('developer', key, 'review', {
        sql: 'DELETE FROM orders;',
        connection,
        rowBudget: null,
        digest: null,
      });
      return findings.map(({ rule, level }) => `${rule} ${level}`).toSorted();
    };
    const before = await found('shop-dev');
    expect(before).toContain('ban-delete-without-where error');
    await save({
      custom: [own],
      environments: { dev: { rules: { 'ban-delete-without-where': { level: 'info' } } } },
    });
    expect(await found('shop-dev')).toEqual(
      expect.arrayContaining(['ban-delete-without-where info', 'orders-have-an-owner error']),
    );
    expect(await found('shop-prod')).toEqual(
      expect.arrayContaining(['ban-delete-without-where error', 'orders-have-an-owner error']),
    );
    await save({}, ['orders-have-an-owner=gone prod']);
    expect(await found('shop-dev')).toEqual(before);
    expect(settingsOf(site).review).toBeNull();
  });

  it('is in the history with what it was and what it is, and the chain holds', async () => {
    await save({ rules: { 'insert-row-limit': { level: 'warning', options: { most: 10 } } } });
    const { entries, problem } = await asAdmin(site, 'settings-history', { before: null });
    expect(problem).toBeNull();
    expect(entries[0]).toMatchObject({
      actor: admin,
      what: 'Review rules: insert-row-limit "warning"; most of insert-row-limit set to 10'.replaceAll(
        '"',
        '',
      ),
      differences: [
        { path: 'review', before: null, after: expect.stringMatching(/^"[0-9a-f]{64}"$/) },
        { path: 'review.rules.insert-row-limit.level', before: null, after: '"warning"' },
        { path: 'review.rules.insert-row-limit.options.most', before: null, after: '10' },
      ],
    });
    await save({});
  });

  it('is stored beside the settings, which carry its digest alone', async () => {
    const { digest } = await save({ rules: { 'ban-drop-column': { level: 'error' } } });
    expect(settingsOf(site).review).toBe(digest);
    expect(JSON.stringify(stored(site, 'entity/settings', 'settings'))).not.toContain('ban-drop-column');
    await save({}, ['ban-drop-column=warning prod']);
  });

  it('takes nothing away in production that was not accepted by name', async () => {
    const { digest } = await rules();
    const config: ReviewConfigInput = { rules: { 'ban-delete-without-where': { level: 'off' } } };
    const refusal = await refusalOf(site, 'save-review-rules', {
      base: digest,
      config,
      accepted: ['ban-drop-table=off prod'],
    });
    expect(refusal).toContain('ban-delete-without-where is an error in prod');
    expect(refusal).toContain('nobody who writes or approves a change would be told of it any more');
    expect((await rules()).digest).toBe(digest);
    await save(config, ['ban-delete-without-where=off prod']);
    const { entries } = await asAdmin(site, 'settings-history', { before: null });
    expect(entries[0]?.what).toBe('Review rules: ban-delete-without-where off');
    await save({});
  });

  it('is refused when another administrator saved meanwhile, also at the very same time', async () => {
    const { digest } = await rules();
    const wish = (most: number) => ({
      base: digest,
      config: { rules: { 'insert-row-limit': { options: { most } } } },
      accepted: [],
    });
    const replies = await Promise.all(
      [1, 2, 3].map((most) => callAdmin(site, 'admin', 'save-review-rules', wish(most))),
    );
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await refusalOf(site, 'save-review-rules', wish(4))).toContain(
      'Another administrator saved the rules meanwhile',
    );
    await save({});
  });

  it.each([
    ['names of what every object has', JSON.parse('{"rules":{"__proto__":{"level":"off"}}}') as unknown],
    [
      '10,000 rules',
      { custom: Array.from({ length: 10_000 }, (_, index) => ({ ...own, id: `rule-${index}` })) },
    ],
    ['code', { custom: [{ ...own, when: { run: 'process.exit()' } }] }],
  ])('is refused for %s, and nothing is stored', async (_what, config) => {
    const { digest } = await rules();
    const before = stored(site, 'entity/settings', 'settings');
    await refusalOf(site, 'save-review-rules', { base: digest, config, accepted: [] });
    expect(stored(site, 'entity/settings', 'settings')).toEqual(before);
  });

  it('is tried on a text before it is saved', async () => {
    const sql = 'SELECT 1 FROM orders; DELETE FROM orders WHERE id = 1; UPDATE customers SET note = null;';
    expect(await asAdmin(site, 'try-rule', { rule: own, sql })).toEqual({
      statements: 3,
      matches: [1],
      problem: null,
    });
    const unreadable = await asAdmin(site, 'try-rule', { rule: own, sql: 'DELETE FROM FROM' });
    expect(unreadable).toMatchObject({
      statements: 0,
      matches: [],
      problem: expect.stringContaining('PostgreSQL would not read this'),
    });
    const slow = { ...own, when: { relation: `${'*a'.repeat(60)}*b` } };
    const names = Array.from({ length: 300 }, () => `SELECT 1 FROM ${'a'.repeat(40)};`).join('');
    expect(await asAdmin(site, 'try-rule', { rule: slow, sql: names })).toMatchObject({
      statements: 300,
      matches: [],
    });
  });
});

it('a review fails in place of using other rules when the stored ones were altered', async () => {
  const { key } = await drafted(site);
  const { digest } = await save({ custom: [own] });
  const record = `review-config:${digest}`;
  const { kvs } = site.host.platform;
  const text = kvs.get('kv', record)?.value ?? '';
  expect(text).toContain('orders-have-an-owner');
  const wish = { sql: 'DELETE FROM orders;', connection: 'shop-dev', rowBudget: null, digest: null };
  const review = async (): Promise<boolean> => (await site.by.call('developer', key, 'review', wish)).ok;
  expect(await review()).toBe(true);
  kvs.put('kv', record, text.replace('write', 'read'), undefined);
  expect(await review()).toBe(false);
  kvs.remove('kv', record);
  expect(await review()).toBe(false);
  kvs.put('kv', record, text, undefined);
  expect(await review()).toBe(true);
});
