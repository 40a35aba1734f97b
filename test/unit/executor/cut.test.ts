import { array, assert, asyncProperty, constantFrom, tuple } from 'fast-check';
import { cutStatements } from '../../../executor/sql/cut';
import { parseSql } from '../../../executor/sql/parser';

const statement = constantFrom(
  'select 1',
  "select 'a;b', '😀'",
  'update "t;ü" set a = $$;$$ where b',
  'insert into é values (1) -- ; ende\n',
  'select /* ; /* nested; */ */ 2',
  'do $x$ begin perform 1; end $x$',
);
const gap = constantFrom(';', ' ; ', ';\n', ';;', '; -- 😀;\n', ';\t/* ü; */ ');

it('cuts every text into its statements, byte for byte', async () => {
  await assert(
    asyncProperty(array(tuple(statement, gap), { minLength: 1, maxLength: 8 }), async (pieces) => {
      const text = pieces.flat().join('');
      const parsed = await parseSql(text);
      if (!parsed.ok) throw new Error(parsed.error.message);
      const cut = cutStatements(text, parsed.value);
      const bytes = Buffer.from(text);
      expect(cut).toHaveLength(pieces.length);
      let end = 0;
      for (const [index, one] of cut.entries()) {
        expect(one.index).toBe(index);
        expect(one.start).toBeGreaterThanOrEqual(end);
        // Between statements stand only separators and comments.
        expect(bytes.toString('utf8', end, one.start)).toMatch(/^(?:[;\s]|--[^\n]*\n|\/\*.*?\*\/)*$/);
        expect(bytes.toString('utf8', one.start, one.end)).toBe(one.text);
        expect(Array.from(bytes.toString('utf8', 0, one.start))).toHaveLength(one.charsBefore);
        expect(one.text).toContain(pieces[index]?.[0].trim());
        end = one.end;
      }
    }),
    { numRuns: 300 },
  );
});

it('survives expressions that break the parser', async () => {
  const hostile = `select 1${'+1'.repeat(30_000)}`;
  for (let round = 0; round < 40; round += 1) expect((await parseSql(hostile)).ok).toBe(false);
  expect((await parseSql('select 1')).ok).toBe(true);
});
