import { firstWords, lineOf, sliceBytes } from '#core/results/statement-text';

test('slices by bytes, not by UTF-16 units', () => {
  const text = "select 'ü😀'; select 2;";
  const split = new TextEncoder().encode("select 'ü😀';").length;
  expect(sliceBytes(text, 0, split)).toBe("select 'ü😀';");
  expect(sliceBytes(text, split, 999)).toBe('select 2;');
});

test('first words leave leading comments out and stay on one line', () => {
  expect(firstWords('-- why\n/* who */  update\n  t set a = 1')).toBe('update t set a = 1');
  expect(firstWords('-- only a comment')).toBe('-- only a comment');
  expect(firstWords('😀'.repeat(80), 10)).toBe(`${'😀'.repeat(9)}…`);
  expect(firstWords('short', 5)).toBe('short');
});

test('positions count characters from 1', () => {
  expect(lineOf('a😀\nbc', 1)).toEqual({ line: 1, column: 1 });
  expect(lineOf('a😀\nbc', 3)).toEqual({ line: 1, column: 3 });
  expect(lineOf('a😀\nbc', 5)).toEqual({ line: 2, column: 2 });
  expect(lineOf('a', 99)).toEqual({ line: 1, column: 2 });
});
