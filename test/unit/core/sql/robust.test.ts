import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createSqlParser, type LibPgQuery } from '#core/sql/parser';
import { defaultConfig, effectiveConfig } from '#core/sql/review/config';
import { reviewScript } from '#core/sql/review/review';
import { fullReview, type FullReview } from '#core/sql/review/full-review';
import { allRules } from '#core/sql/rules/all';
import { tokens } from '#core/sql/tokens';
import { cutScript } from '#core/sql/tree/script';
import { postgresBinaries } from '../../../../executor/embedded/binaries';
import { parseSql, sqlParser } from '../../../../executor/sql/parser';
import { damaged, seeded } from '../../../support/sql/fuzz';
import { longTexts } from '../../../support/sql/long-texts';
import { lockStatements } from '../../../support/sql/lock-world';

const config = effectiveConfig(defaultConfig, { environment: null, connection: null });
const context = { schema: null, environment: null, rowBudget: null };

/** Everything that is told of a text; throws when any part of it does. */
const everything = (sql: string): Promise<FullReview> =>
  fullReview(sqlParser, sql, config, { ...context, rows: [], time: null });

test('5,000 damaged texts: a syntax finding or a review, never an exception', async () => {
  const random = seeded(20_261_121);
  let parsed = 0;
  for (let round = 0; round < 5_000; round += 1) {
    const sql = damaged(random);
    const { review, summaries } = await everything(sql);
    if (review.script.statements.length > 0) parsed += 1;
    expect(summaries.every((words) => words.length > 5)).toBe(true);
  }
  expect(parsed).toBeGreaterThan(300);
});

test.each([
  ['a NUL', 'SELECT 1;\0 DROP TABLE x'],
  ['half a surrogate pair', "SELECT '\ud800'"],
  ['too many bytes', `SELECT '${'é'.repeat(131_072)}'`],
  ['an expression of 20,000 terms', `SELECT ${'1+'.repeat(20_000)}1`],
  ['20,000 parentheses', `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`],
])('%s is one finding', async (_name, sql) => {
  const { review, risk } = await everything(sql);
  expect(review.findings.map(({ rule }) => rule)).toEqual(['syntax-error']);
  expect(risk.level).toBe('critical');
});

test('long chains of conditions are read and told', async () => {
  const chain = Array.from({ length: 3_000 }, (_item, at) => `a = ${at}`);
  for (const join of [' AND ', ' OR ']) {
    const { summaries } = await everything(`DELETE FROM t WHERE ${chain.join(join)}`);
    expect(summaries[0]?.length).toBeLessThan(300);
  }
  expect((await everything(`SELECT ${'1+'.repeat(1_500)}1`)).summaries).toHaveLength(1);
});

test.each(Object.keys(longTexts))(
  'a change as long as one may be is told in the time of a resolver: %s',
  async (name) => {
    const sql = longTexts[name] ?? '';
    expect(sql.length).toBeGreaterThan(20_000);
    const { review, summaries } = await everything(sql);
    expect(summaries.length).toBe(review.script.statements.length);
    expect(review.findings.map(({ rule }) => rule)).not.toContain('syntax-error');
  },
  // What looks at every pair takes minutes; the bench has the figures.
  25_000,
);

test('after a fault in WASM the next text gets a fresh parser', async () => {
  let made = 0;
  const broken = (): Promise<LibPgQuery> => {
    made += 1;
    if (made === 1)
      return Promise.resolve({
        lengthBytesUTF8: () => 1,
        _malloc: () => {
          throw new WebAssembly.RuntimeError('memory access out of bounds');
        },
      } as never);
    return Promise.reject(new Error('second'));
  };
  const parser = createSqlParser(broken);
  expect(await parser.parse('SELECT 1')).toMatchObject({ ok: false });
  expect(await parser.parse('SELECT 1')).toMatchObject({ ok: false });
  expect(made).toBe(2);
  for (let round = 0; round < 40; round += 1) await parseSql(`SELECT ${'1+'.repeat(12_000)}1`);
  expect(await parseSql('SELECT 1')).toMatchObject({ ok: true });
});

test('asking a rule only about statements with its types hides nothing', async () => {
  const everywhere = allRules.map(({ on: _types, ...rule }) => rule);
  const random = seeded(7);
  const texts = [...lockStatements, ...Array.from({ length: 2_000 }, () => damaged(random))];
  let findings = 0;
  for (const sql of texts) {
    const parsed = await parseSql(sql);
    if (!parsed.ok) continue;
    const script = cutScript(sql, parsed.value);
    const all = reviewScript(script, everywhere, config, context).findings;
    expect(reviewScript(script, allRules, config, context).findings).toEqual(all);
    findings += all.length;
  }
  expect(findings).toBeGreaterThan(500);
});

/** psql reads these lines itself; the build puts values in for the names between @. */
function plainSql(file: string): string {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => (line.startsWith('\\') ? '' : line))
    .join('\n')
    .replaceAll('@extschema@', 'public')
    .replaceAll(/@extschema:\w+@/g, 'public')
    .replaceAll('@extowner@', 'CURRENT_USER')
    .replaceAll(/@[A-Z_]+@/g, 'x');
}

test('every SQL script that PostgreSQL brings is read, and each statement is cut at its bytes', async () => {
  const share = path.join(await postgresBinaries(), 'share');
  const files = readdirSync(share, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.sql'),
  );
  expect(files.length).toBeGreaterThan(40);
  let statements = 0;
  for (const file of files) {
    const sql = plainSql(path.join(share, file));
    const parsed = await parseSql(sql);
    expect({ file, problem: parsed.ok ? null : parsed.error.message }).toEqual({ file, problem: null });
    if (!parsed.ok) continue;
    const script = cutScript(sql, parsed.value);
    for (const [index, { start, end, text }] of script.statements.entries()) {
      expect(Buffer.from(script.bytes).toString('utf8', start, end)).toBe(text);
      // The cut text is that one statement: it parses alone, to one tree of the same type.
      const alone = await parseSql(text);
      const types = alone.ok ? alone.value.map(({ stmt }) => Object.keys(stmt)[0]) : [];
      expect({ file, text, types }).toEqual({ file, text, types: [script.statements[index]?.type] });
      statements += 1;
    }
    // Between statements there is nothing but white space, comments and semicolons.
    const inside = script.statements.map(({ start, end }) => [start, end] as const);
    let at = 0;
    for (const [start, end] of [...inside, [script.bytes.length, 0] as const]) {
      const between = Buffer.from(script.bytes.subarray(at, start)).toString('utf8');
      const left = tokens(between).filter((token) => between.slice(token.start, token.end) !== ';');
      expect({ file, left }).toEqual({ file, left: [] });
      at = end;
    }
  }
  expect(statements).toBeGreaterThan(1_000);
});
