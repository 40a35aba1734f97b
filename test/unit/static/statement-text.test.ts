import { firstWords, lineOf, sliceBytes } from '#core/results/statement-text';

it('cuts by bytes, not by UTF-16 units', () => {
  const text = "SELECT '😀ü'; SELECT 2;";
  const end = Buffer.byteLength("SELECT '😀ü';");
  expect(sliceBytes(text, 0, end)).toBe("SELECT '😀ü';");
  expect(sliceBytes(text, end, Buffer.byteLength(text))).toBe('SELECT 2;');
});

it('shows the first words without leading comments and line breaks', () => {
  expect(firstWords('-- why\n/* and\n how */ UPDATE a\n  SET b = 1;')).toBe('UPDATE a SET b = 1;');
  expect(firstWords(`SELECT ${'x'.repeat(100)}`, 10)).toBe('SELECT xx…');
  expect(firstWords('-- only a comment')).toBe('-- only a comment');
});

it('counts a position in characters', () => {
  expect(lineOf("SELECT '😀',\n x", 14)).toEqual({ line: 2, column: 2 });
  expect(lineOf('SELECT', 1)).toEqual({ line: 1, column: 1 });
});
