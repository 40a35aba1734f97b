import { array, assert, asyncProperty, constantFrom } from 'fast-check';
import { fingerprint } from '#core/sql/fingerprint/fingerprint';
import { tokens } from '#core/sql/tokens';
import { parseSql, scanSql } from '../../../../executor/sql/parser';
import { lockStatements } from '../../../support/sql/lock-world';

/** The tree without the places where its parts stand. */
async function meaning(sql: string): Promise<string | null> {
  const parsed = await parseSql(sql);
  if (!parsed.ok) return null;
  const places = /^(?:.*location|list_start|list_end)$/;
  return JSON.stringify(
    parsed.value.map(({ stmt }) => stmt),
    (key, value: unknown) => (places.test(key) ? undefined : value),
  );
}

const pieces = constantFrom(
  ...`select|SELECT|a|A|"a"|"A"|é|É|1|1.5|.5|1.|1e3|0x1F|1_000|$1|'x'|'X'|E'\\n'|e'it\\'s'|'it''s'|$$x$$|$q$ a $$ b $q$|B'01'|U&'\\0041'|U&"a"|N'x'|`
    .split('|')
    .filter((piece) => piece !== ''),
  ...`+,-,*,/,<,>,=,<=,>=,<>,!=,@-,<->,||,::,.,(,),[,],-1,@ ,~,%,:=,=>`.split(','),
  '--c\n',
  '/* c */',
  '/* a /* b */ */',
  ' ',
  '\n',
  '\t',
  ', ',
  ' from ',
  ' where ',
  ' and ',
  ';',
  ' as ',
  '-',
  "'a'\n'b'",
  "E'a\\''\n'\\'b'",
  "'a' -- c\n -- d\n  'b'",
  "B'0'\n'1'",
);
const texts = array(pieces, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));

async function scanned(sql: string): Promise<string[]> {
  const bytes = Buffer.from(sql, 'utf8');
  return (await scanSql(sql))
    .filter(({ name }) => !name.endsWith('COMMENT'))
    .map(({ start, end }) => bytes.toString('utf8', start, end));
}

test('tokens end where PostgreSQL’s scanner ends them, in every text that parses', async () => {
  let parsed = 0;
  await assert(
    asyncProperty(texts, async (piece) => {
      const sql = `select ${piece}`;
      if ((await meaning(sql)) === null) return;
      // PostgreSQL reads N'x' as two tokens, which N 'x' is too, with another meaning: ours is one.
      if (sql.includes("N'")) return;
      parsed += 1;
      expect(tokens(sql).map(({ start, end }) => sql.slice(start, end))).toEqual(await scanned(sql));
    }),
    { numRuns: 6_000 },
  );
  expect(parsed).toBeGreaterThan(300);
  for (const sql of lockStatements) {
    expect(tokens(sql).map(({ start, end }) => sql.slice(start, end))).toEqual(await scanned(sql));
  }
});

test('many dashes after a literal are read once, not in every way there is', () => {
  expect(tokens(`select 'a' ${'-- '.repeat(5_000)}`)).toHaveLength(2);
});

test('two texts with the same layout mean the same', async () => {
  const seen = new Map<string, { sql: string; tree: string }>();
  let shared = 0;
  await assert(
    asyncProperty(texts, async (piece) => {
      const sql = `select ${piece}`;
      const tree = await meaning(sql);
      if (tree === null) return;
      const { layout } = await fingerprint(sql);
      const before = seen.get(layout);
      if (before && before.sql !== sql) {
        shared += 1;
        expect({ sql, other: before.sql, tree }).toEqual({ sql, other: before.sql, tree: before.tree });
      }
      seen.set(layout, { sql, tree });
    }),
    { numRuns: 6_000 },
  );
  expect(shared).toBeGreaterThan(10);
});

/** What must never be taken for the same by layout. */
test.each([
  ["SELECT 'a'", 'SELECT "a"'],
  ["SELECT 'a b'", "SELECT 'a  b'"],
  ["SELECT '--x'", "SELECT ''"],
  ['SELECT "A"', 'SELECT "a"'],
  ['SELECT É', 'SELECT é'],
  ["SELECT E'a'", "SELECT e 'a'"],
  ['SELECT 1 @- 2', 'SELECT 1 @ -2'],
  ["SELECT N'a'", "SELECT N 'a'"],
  ['SELECT 12', 'SELECT 1 2'],
  ['DELETE FROM t', 'DELETE FROM t WHERE true'],
  ['DO $$delete$$', 'DO $$null$$'],
  ['SET role a', 'SET role b'],
  ['SELECT f(1)', 'SELECT f(2)'],
  ["SELECT $$it's$$", "SELECT 'it''s'"],
])('%s is not %s', async (one, other) => {
  expect((await fingerprint(one)).layout).not.toBe((await fingerprint(other)).layout);
});

test.each([
  ['select a from T', 'SELECT  A\n from /* x */ t -- y'],
  ['select a<-1', 'select a < - 1'],
])('%j has the layout of %j, but not its bytes', async (one, other) => {
  const [first, second] = [await fingerprint(one), await fingerprint(other)];
  expect(first.layout).toBe(second.layout);
  expect(first.exact).not.toBe(second.exact);
});

test('the shape leaves constants out and nothing else', async () => {
  const shape = async (sql: string): Promise<string> => (await fingerprint(sql)).shape;
  expect(await shape("SELECT 1, 'a', $1 FROM t")).toBe(await shape('select 2.5, $$b$$, $1 from T'));
  expect(await shape('SELECT $1')).not.toBe(await shape('SELECT $2'));
  expect(await shape('SELECT a')).not.toBe(await shape('SELECT b'));
});

test('exact is the SHA-256 of the bytes', async () => {
  expect((await fingerprint('abc')).exact).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});
