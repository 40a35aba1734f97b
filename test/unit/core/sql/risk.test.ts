import { snapshotOf } from '#core/sql/facts/schema-snapshot';
import { defaultConfig, effectiveConfig } from '#core/sql/review/config';
import { reviewText } from '#core/sql/review/review-text';
import { assessRisk, type Risk, type RiskContext } from '#core/sql/risk/assess';
import { sqlParser } from '../../../../executor/sql/parser';

const table = (name: string, rows: number) => ({
  schema: 'shop',
  name,
  kind: 'table' as const,
  rows,
  bytes: rows * 100,
  columns: ['id', 'state', 'email'].map((column) => ({
    name: column,
    type: column === 'id' ? 'bigint' : 'text',
    notNull: true,
    hasDefault: false,
    label: column === 'email' ? 'personal' : null,
  })),
  primaryKey: ['id'],
  indexes: [{ name: `${name}_pkey`, unique: true, columns: ['id'], partial: false }],
  foreignKeys: [],
});
const schema = snapshotOf({
  v: 1,
  serverMajor: 18,
  searchPath: ['shop'],
  tables: [table('tiny', 100), table('mid', 50_000), table('large', 5_000_000), table('huge', 500_000_000)],
});
const known: RiskContext = { schema, environment: 'prod', rows: [], time: 'day' };

async function risk(sql: string, context: Partial<RiskContext> = {}): Promise<Risk> {
  const whole = { ...known, ...context };
  // The findings are tested on their own: only what weighs as an error stays.
  const rules = { rules: {}, custom: [], environments: {}, connections: {} };
  const config = effectiveConfig({ ...defaultConfig, ...rules }, { environment: 'prod', connection: null });
  const quiet = {
    ...config,
    level: (rule: Parameters<typeof config.level>[0]) => (config.level(rule) === 'error' ? 'error' : 'off'),
  } as typeof config;
  const review = await reviewText(sqlParser, sql, quiet, {
    schema: whole.schema,
    environment: whole.environment,
    rowBudget: null,
  });
  return assessRisk(review, whole);
}

test.each<[level: string, codes: string, sql: string, context: Partial<RiskContext>]>([
  ['low', 'nothing', 'SELECT id FROM mid WHERE id = 1', {}],
  ['medium', 'data-read', 'SELECT email FROM mid WHERE id = 1', {}],
  ['low', 'rows', "UPDATE mid SET state = 'x' WHERE id = 1", { rows: [1] }],
  ['medium', 'rows', "UPDATE mid SET state = 'x' WHERE id = 1", {}],
  ['medium', 'rows', "UPDATE large SET state = 'x' WHERE id > 1", { rows: [40_000] }],
  ['high', 'rows', "UPDATE large SET state = 'x' WHERE id > 1", { rows: [4_000_000] }],
  ['critical', 'rows', "UPDATE huge SET state = 'x' WHERE id > 1", { rows: [40_000_000] }],
  ['low', 'nothing', "UPDATE tiny SET state = 'x' WHERE id = 1", {}],
  ['medium', 'data-write rows', "UPDATE mid SET email = 'x' WHERE id = 1", { rows: [1] }],
  ['high', 'finding every-row', "UPDATE tiny SET state = 'x'", {}],
  ['critical', 'every-row finding', "UPDATE huge SET state = 'x'", {}],
  ['medium', 'rows', 'INSERT INTO mid (id, state) SELECT id, state FROM tiny', {}],
  ['low', 'nothing', "INSERT INTO mid (id, state) VALUES (1, 'x')", {}],
  ['high', 'lost', 'DROP TABLE tiny', {}],
  ['high', 'lost', 'ALTER TABLE tiny DROP COLUMN state', {}],
  ['high', 'finding opaque', 'DO $$ begin end $$', {}],
  ['medium', 'privilege', 'GRANT SELECT ON mid TO reader', {}],
  ['low', 'rewrite', 'ALTER TABLE tiny ADD COLUMN n int GENERATED ALWAYS AS (id * 2) STORED', {}],
  ['critical', 'rewrite', 'ALTER TABLE huge ADD COLUMN n int GENERATED ALWAYS AS (id * 2) STORED', {}],
  [
    'medium',
    'scan',
    'CREATE INDEX i ON large (state)'.replace('large', 'mid2'),
    { schema: snapshotOf({ ...schema, tables: [...schema.tables, table('mid2', 500_000)] }) },
  ],
  ['critical', 'scan', 'CREATE INDEX i ON huge (state)', {}],
  ['medium', 'no-transaction', 'CREATE INDEX CONCURRENTLY i ON huge (state)', {}],
  ['medium', 'lock', 'ALTER TABLE mid ADD COLUMN n int', {}],
  ['low', 'nothing', 'ALTER TABLE tiny ADD COLUMN n int', {}],
  ['low', 'nothing', 'CREATE TABLE t (id bigint PRIMARY KEY)', {}],
  ['medium', 'rows no-schema', "UPDATE mid SET state = 'x' WHERE id = 1", { schema: null }],
  [
    'high',
    'rewrite no-schema',
    'ALTER TABLE mid ALTER state TYPE int USING 1'.replace('ALTER state TYPE int USING 1', 'SET UNLOGGED'),
    { schema: null },
  ],
  ['low', 'no-environment', 'ALTER TABLE tiny ADD COLUMN n int', { environment: null }],
  ['medium', 'lost', 'DROP TABLE tiny', { environment: 'dev' }],
  ['high', 'rewrite', 'ALTER TABLE huge SET UNLOGGED', { environment: 'staging' }],
  ['critical', 'freeze', 'SELECT id FROM mid WHERE id = 1', { time: 'freeze' }],
  ['medium', 'night', 'SELECT id FROM mid WHERE id = 1', { time: 'night' }],
  ['critical', 'syntax-error', 'SELECT FROM FROM', {}],
])('%s by %s: %s', async (level, codes, sql, context) => {
  const found = await risk(sql, context);
  const wanted = codes.split(' ').toSorted();
  expect({
    level: found.level,
    codes: [...new Set(found.reasons.map(({ code }) => code))].toSorted(),
  }).toEqual({
    level,
    codes: wanted,
  });
  for (const { text } of found.reasons) expect(text).toMatch(/^[A-Z].{10,}[.]$/s);
});

test('a fact that is missing never lowers the risk', async () => {
  const order = ['low', 'medium', 'high', 'critical'];
  const rank = async (sql: string, context: Partial<RiskContext>): Promise<number> =>
    order.indexOf((await risk(sql, context)).level);
  for (const sql of [
    "UPDATE mid SET state = 'x' WHERE id = 1",
    'CREATE INDEX i ON mid (state)',
    'ALTER TABLE mid ADD COLUMN n int',
  ]) {
    const full = await rank(sql, { rows: [1] });
    for (const less of [{ rows: [] }, { rows: [1], schema: null }, { rows: [1], environment: null }]) {
      expect(await rank(sql, less)).toBeGreaterThanOrEqual(full);
    }
  }
});

test('an error that is set aside with a reason weighs less, and is told', async () => {
  const found = await risk(
    '-- qc-waive ban-update-without-where: every row is meant\nUPDATE tiny SET state = 1',
  );
  expect(found.level).toBe('medium');
  expect(found.reasons.map(({ code }) => code)).toContain('waiver');
});
