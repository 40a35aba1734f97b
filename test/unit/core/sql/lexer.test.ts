import * as fc from 'fast-check';
import { spans } from '#core/sql/lexer';

/** The spans as `kind:text`, code left out. */
const marked = (text: string): string[] =>
  spans(text)
    .filter(({ kind }) => kind !== 'code')
    .map(({ kind, start, end }) => `${kind}:${text.slice(start, end)}`);

/** Text made of what the lexer looks at, so that random input reaches every rule. */
const sqlLike = fc
  .array(
    fc.constantFrom(
      "'",
      '"',
      '$',
      '$$',
      '$a$',
      '--',
      '/*',
      '*/',
      '\\',
      'E',
      'e',
      'a',
      '1',
      '_',
      'ü',
      ' ',
      '\n',
      '\r',
      '😀',
      '\0',
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

test('spans cover any text without gaps, overlaps or empty spans', () => {
  fc.assert(
    fc.property(fc.oneof(sqlLike, fc.string({ unit: 'binary' })), (text) => {
      const found = spans(text);
      let at = 0;
      for (const { start, end } of found) {
        expect(start).toBe(at);
        expect(end).toBeGreaterThan(start);
        at = end;
      }
      expect(at).toBe(text.length);
    }),
    { numRuns: 3_000 },
  );
});

test('code spans hold no quote that opens something', () => {
  fc.assert(
    fc.property(sqlLike, (text) => {
      for (const { kind, start, end } of spans(text)) {
        if (kind === 'code') expect(text.slice(start, end)).not.toMatch(/['"]|--|\/\*/);
      }
    }),
    { numRuns: 2_000 },
  );
});

test.each<[string, string[]]>([
  ['', []],
  ['select 1', []],
  ["select 'a''b', 'c'", ["string:'a''b'", "string:'c'"]],
  ['select "a""b"', ['quoted-identifier:"a""b"']],
  ['a -- b\nc', ['comment:-- b']],
  ['a -- b\r\nc', ['comment:-- b']],
  ['a -- b', ['comment:-- b']],
  ['/* a /* b */ c */ d', ['comment:/* a /* b */ c */']],
  ['/* a /* b */ c', ['comment:/* a /* b */ c']],
  ['/*/ a */ b', ['comment:/*/ a */']],
  ["select $$a'b$$, 1", ["string:$$a'b$$"]],
  ['select $x$ $$ $y$ $x$ z', ['string:$x$ $$ $y$ $x$']],
  ['select $x$ open', ['string:$x$ open']],
  ['select $1 + $2', []],
  ['select a$b$c from t$b$', []],
  ['select 1$a$', []],
  ['$ü$x$ü$', ['string:$ü$x$ü$']],
  [String.raw`select 'a\' || b`, [String.raw`string:'a\'`]],
  [String.raw`select E'a\'b' || c`, [String.raw`string:'a\'b'`]],
  [String.raw`e'\\' x`, [String.raw`string:'\\'`]],
  [String.raw`select typE'a\' x`, [String.raw`string:'a\'`]],
  ["select E'a\\", ["string:'a\\"]],
  ["'open", ["string:'open"]],
  ['"open', ['quoted-identifier:"open']],
  ["'-- not a comment'", ["string:'-- not a comment'"]],
  ["-- 'not a string'\n'a'", ["comment:-- 'not a string'", "string:'a'"]],
])('%j', (text, expected) => {
  expect(marked(text)).toEqual(expected);
});
