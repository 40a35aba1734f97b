import * as v from 'valibot';
import { analysisOf, type ReviewedTexts } from '#core/change/analyse';
import { Analysis, maxTouchedTables } from '#core/change/analysis';
import { refusalOf } from '#core/change/refuse-findings';
import { currentVerdict, type DraftVerdict } from '#core/change/verdict';
import { defaultConfig, effectiveConfig } from '#core/sql/review/config';
import { fullReview } from '#core/sql/review/full-review';
import { reviewText } from '#core/sql/review/review-text';
import { sqlParser } from '../../../../executor/sql/parser';

const config = effectiveConfig(defaultConfig, { environment: 'dev', connection: 'shop-dev' });
const context = { schema: null, environment: 'dev', rowBudget: null, rows: [], time: null } as const;

async function reviewed(sql: string, rollback: string | null = null): Promise<ReviewedTexts> {
  return {
    sql: await fullReview(sqlParser, sql, config, context),
    rollback: rollback === null ? null : await reviewText(sqlParser, rollback, config, context),
  };
}
const analysed = async (sql: string, rollback: string | null = null): Promise<Analysis> =>
  v.parse(Analysis, analysisOf(await reviewed(sql, rollback), '1/test'));
const refused = async (sql: string, rollback: string | null = null): Promise<string | null> =>
  refusalOf(await reviewed(sql, rollback), { sql, rollback: rollback ?? '' });

describe('what is kept of a review', () => {
  it('each table once, with its strongest lock, strongest first', async () => {
    const { tables, moreTables } = await analysed(
      "SELECT 1 FROM orders WHERE id = 1; UPDATE shop.customers SET tier = 'x' WHERE id = 1; ALTER TABLE orders ADD COLUMN note text;",
    );
    expect(tables).toEqual([
      { schema: null, name: 'orders', mode: 'ACCESS EXCLUSIVE' },
      { schema: 'shop', name: 'customers', mode: 'ROW EXCLUSIVE' },
    ]);
    expect(moreTables).toBe(false);
  });

  it('says that there are more tables than it lists', async () => {
    const sql = Array.from(
      { length: maxTouchedTables + 1 },
      (_, index) => `DELETE FROM t${index} WHERE id = 1;`,
    );
    const { tables, moreTables } = await analysed(sql.join('\n'));
    expect(tables).toHaveLength(maxTouchedTables);
    expect(moreTables).toBe(true);
  });

  it('a name that PostgreSQL would cut is kept as it would keep it', async () => {
    const { tables } = await analysed(`DELETE FROM "${'é'.repeat(40)}" WHERE id = 1;`);
    expect(tables).toEqual([expect.objectContaining({ name: 'é'.repeat(31) })]);
  });

  it('counts errors, warnings and waivers of the SQL and of the rollback', async () => {
    const waived = '-- qc-waive ban-delete-without-where: the table is a scratch pad\nDELETE FROM scratch;';
    expect(await analysed(`${waived} UPDATE t SET a = 1;`, waived)).toMatchObject({ errors: 1, waived: 2 });
    expect((await analysed('DROP TABLE a;', 'DROP TABLE b;')).warnings).toBeGreaterThan(
      (await analysed('DROP TABLE a;')).warnings,
    );
  });

  it('two texts of the same layout share it; one that cannot be read has none', async () => {
    const one = await analysed('SELECT 1 FROM t');
    expect((await analysed('select  1\n from T')).layout).toBe(one.layout);
    expect(await analysed('SELEC 1')).toMatchObject({
      layout: null,
      risk: 'critical',
      errors: 1,
      tables: [],
    });
  });
});

describe('what keeps a text from review', () => {
  it.each(['SELECT 1;', 'UPDATE t SET a = 1 WHERE id = 1;', 'DROP TABLE old;', ''])(
    '%j: nothing',
    async (sql) => expect(await refused(sql)).toBeNull(),
  );

  it('an error, with its line, its rule and the way out', async () => {
    const words = await refused('SELECT 1;\nDELETE FROM orders;');
    expect(words).toMatch(/^The review found an error in line 2 of the SQL, ban-delete-without-where: /);
    expect(words).toMatch(/-- qc-waive ban-delete-without-where: the reason$/);
  });

  it('the first of several, with their number', async () => {
    expect(await refused('DELETE FROM orders; UPDATE orders SET a = 1;')).toMatch(
      /found 2 errors, the first in line 1 of the SQL, ban-delete-without-where/,
    );
  });

  it('a waiver with a reason lets it go; one without a reason, for another rule or elsewhere does not', async () => {
    const sql = 'DELETE FROM orders;';
    expect(await refused(`-- qc-waive ban-delete-without-where: a scratch table\n${sql}`)).toBeNull();
    expect(await refused(`-- qc-waive ban-delete-without-where\n${sql}`)).not.toBeNull();
    expect(await refused(`-- qc-waive ban-delete-without-where:   \n${sql}`)).not.toBeNull();
    expect(await refused(`-- qc-waive ban-update-without-where: a reason\n${sql}`)).not.toBeNull();
    expect(await refused(`-- qc-waive ban-delete-without-where: a reason\nSELECT 1; ${sql}`)).not.toBeNull();
    expect(await refused(`SELECT '-- qc-waive ban-delete-without-where: a reason'; ${sql}`)).not.toBeNull();
  });

  it('a text that cannot be read, which nobody can waive', async () => {
    const words = await refused('-- qc-waive syntax-error: it is fine\nSELEC 1;');
    expect(words).toMatch(/syntax-error: PostgreSQL would not read this: .* Mend the text\.$/);
  });

  it('an error of the rollback', async () => {
    expect(await refused('SELECT 1;', 'SELECT 1;\n\nDELETE FROM orders;')).toMatch(
      /in line 3 of the rollback, ban-delete-without-where/,
    );
  });

  it('code whose effect the text does not show, until its author says why', async () => {
    const block = 'DO $$ begin delete from orders; end $$;';
    expect(await refused(block)).toMatch(/opaque-code/);
    expect(await refused(`-- qc-waive opaque-code: a loop over partitions\n${block}`)).toBeNull();
  });
});

describe('a verdict', () => {
  const verdict: DraftVerdict = {
    connection: 'shop-dev',
    environment: 'dev',
    analysis: { ...({} as Analysis), analyser: '1/a' },
    refusal: null,
  };
  const place = { connection: 'shop-dev', environment: 'dev', analyser: '1/a' } as const;
  it('holds under what it was made under, and nowhere else', () => {
    expect(currentVerdict(verdict, place)).toBe(verdict);
    expect(currentVerdict(null, place)).toBeNull();
    expect(currentVerdict(verdict, { ...place, connection: 'shop-prod' })).toBeNull();
    expect(currentVerdict(verdict, { ...place, environment: 'prod' })).toBeNull();
    expect(currentVerdict(verdict, { ...place, analyser: '2/a' })).toBeNull();
    expect(currentVerdict(verdict, { ...place, analyser: '1/b' })).toBeNull();
  });
});
