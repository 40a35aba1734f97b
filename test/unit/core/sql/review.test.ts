import {
  defaultConfig,
  effectiveConfig,
  ReviewConfig,
  type ReviewConfigInput,
} from '#core/sql/review/config';
import { matchesPattern } from '#core/sql/review/custom-rules';
import type { Review } from '#core/sql/review/review';
import { reviewText } from '#core/sql/review/review-text';
import type { ReviewContext } from '#core/sql/review/rule';
import * as v from 'valibot';
import { sqlParser } from '../../../../executor/sql/parser';

const nothing: ReviewContext = { schema: null, environment: null, rowBudget: null };

function review(
  sql: string,
  config: ReviewConfigInput = {},
  context: Partial<ReviewContext> = {},
): Promise<Review> {
  const place = { environment: context.environment ?? null, connection: 'shop-prod' };
  return reviewText(sqlParser, sql, effectiveConfig(v.parse(ReviewConfig, config), place), {
    ...nothing,
    ...context,
  });
}

const names = ({ findings }: Review): string[] =>
  findings.map(({ rule, level, waived }) => `${rule} ${level} ${waived}`);
const shown = ({ script, findings }: Review): string[] =>
  findings.map(({ start, end }) => new TextDecoder().decode(script.bytes.subarray(start, end)));

describe('a waiver', () => {
  test('keeps the finding and says why it is set aside', async () => {
    const found = await review(
      '-- qc-waive ban-update-without-where: every row is meant\nUPDATE t SET a = 1;',
    );
    expect(names(found)).toEqual(['ban-update-without-where error every row is meant']);
  });

  test('holds for its own statement only', async () => {
    const found = await review(
      '/* qc-waive ban-update-without-where: meant */ UPDATE t SET a = 1;\nUPDATE u SET a = 1;',
    );
    expect(names(found)).toEqual([
      'ban-update-without-where error meant',
      'ban-update-without-where error null',
    ]);
  });

  test('inside the statement counts, inside a literal does not', async () => {
    const inside = await review('UPDATE t -- qc-waive ban-update-without-where: meant\nSET a = 1;');
    expect(names(inside)).toEqual(['ban-update-without-where error meant']);
    const literal = await review(`UPDATE t SET a = '-- qc-waive ban-update-without-where: meant';`);
    expect(names(literal)).toEqual(['ban-update-without-where error null']);
  });

  test('without a reason has no effect and is a finding', async () => {
    const found = await review('-- qc-waive ban-update-without-where\nUPDATE t SET a = 1;');
    expect(names(found)).toEqual([
      'waiver-without-reason warning null',
      'ban-update-without-where error null',
    ]);
  });

  test('of a rule that is not broken is a finding', async () => {
    expect(names(await review('-- qc-waive ban-drop-column: why not\nSELECT 1;'))).toEqual([
      'waiver-unused warning null',
    ]);
  });
});

describe('configuration', () => {
  const sql = 'UPDATE t SET a = 1;';

  test('the nearer layer wins', async () => {
    const config: ReviewConfigInput = {
      rules: { 'ban-update-without-where': { level: 'off' } },
      environments: { prod: { rules: { 'ban-update-without-where': { level: 'warning' } } } },
    };
    expect(names(await review(sql, config))).toEqual([]);
    expect(names(await review(sql, config, { environment: 'prod' }))).toEqual([
      'ban-update-without-where warning null',
    ]);
    const connection = { 'shop-prod': { rules: { 'ban-update-without-where': { level: 'info' as const } } } };
    expect(names(await review(sql, { ...config, connections: connection }, { environment: 'prod' }))).toEqual(
      ['ban-update-without-where info null'],
    );
  });

  test('a rule of the site matches facts by pattern', async () => {
    const custom = [
      {
        id: 'no-writes-to-billing',
        title: 'Billing is changed by its own team',
        level: 'error' as const,
        message: 'Ask the billing team.',
        when: { relation: 'billing.*', access: 'write' as const },
      },
    ];
    expect(names(await review('DELETE FROM billing.invoices WHERE id = 1;', { custom }))).toEqual([
      'no-writes-to-billing error null',
    ]);
    const ofSite = (found: Review): string[] => names(found).filter((line) => line.startsWith('no-writes'));
    expect(ofSite(await review('SELECT id FROM billing.invoices;', { custom }))).toEqual([]);
    const cte = 'WITH invoices AS (SELECT 1) SELECT * FROM invoices;';
    expect(ofSite(await review(cte, { custom }))).toEqual([]);
  });

  test('a pattern that would cost a regular expression dear costs nothing here', () => {
    const name = { schema: null, name: 'a'.repeat(60) };
    expect(matchesPattern(`${'*a'.repeat(60)}*b`, name)).toBe(false);
    expect(matchesPattern('a*a', name)).toBe(true);
    expect(matchesPattern('aa*aa', { schema: null, name: 'aaa' })).toBe(false);
  });

  test('a rule of the site without a condition is refused', () => {
    const custom = [{ id: 'all-of-it', title: 'x', level: 'info', message: 'x', when: {} }];
    expect(v.safeParse(ReviewConfig, { custom }).success).toBe(false);
  });
});

describe('places', () => {
  test('are bytes, also behind characters of several', async () => {
    const found = await review(`SELECT 'é😀';\nUPDATE "Örder" SET a = 1;`);
    expect(shown(found)).toEqual(['"Örder"']);
  });

  test('a statement begins where its text does, not at the comment before it', async () => {
    expect(
      shown(await review('-- a word /* more\n/* nested /* deeper */ */ ALTER TABLE t DROP COLUMN c')),
    ).toEqual(['ALTER TABLE t DROP COLUMN c']);
  });
});

test.each([
  ['SELECT 1 FROM FROM t', 'from', 'PostgreSQL would not read this'],
  ["SELECT 'é', FROM FROM", 'FROM', 'PostgreSQL would not read this'],
  ['SELECT 1;\0 DROP TABLE t', '\0', 'NUL'],
  ['SELECT \ud800', '\ufffd', 'broken character'],
])('a text that cannot be read has one finding, where it cannot: %j', async (sql, _at, words) => {
  const found = await review(sql);
  expect(found.findings).toHaveLength(1);
  expect(found.findings[0]).toMatchObject({ rule: 'syntax-error', level: 'error' });
  expect(found.findings[0]?.message).toContain(words);
});

test('a text that is too long is refused before it is parsed', async () => {
  const found = await review(`SELECT '${'a'.repeat(256 * 1024)}'`);
  expect(found.findings[0]?.message).toMatch(/at most 262144/);
});

test('what is not configured changes nothing: the same text gives the same findings', async () => {
  const sql = 'UPDATE t SET a = 1; ALTER TABLE t DROP COLUMN b;';
  const one = await reviewText(
    sqlParser,
    sql,
    effectiveConfig(defaultConfig, { environment: null, connection: null }),
    nothing,
  );
  expect(names(one)).toEqual(names(await review(sql)));
});
