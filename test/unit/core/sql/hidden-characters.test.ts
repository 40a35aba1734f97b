import * as fc from 'fast-check';
import { findHiddenCharacters } from '#core/sql/hidden-characters';

test('names what it finds and where', () => {
  expect(findHiddenCharacters('a\u202eb\ufeff\u{e0041}')).toEqual([
    { offset: 1, code: 'U+202E', name: 'right-to-left override', forbidden: true },
    { offset: 3, code: 'U+FEFF', name: 'byte order mark', forbidden: true },
    { offset: 4, code: 'U+E0041', name: 'invisible character', forbidden: true },
  ]);
});

test.each([
  ['\u00ad', 'soft hyphen'],
  ['\u00a0', 'no-break space'],
  ['\u2003', 'invisible character'],
  ['\u2028', 'invisible character'],
  ['\u2029', 'invisible character'],
  ['\u3164', 'invisible character'],
  ['\u0007', 'invisible character'],
  ['\u0085', 'invisible character'],
  ['\ufe0f', 'invisible character'],
  ['\u200d', 'zero width joiner'],
])('%j is hidden', (character, name) => {
  expect(findHiddenCharacters(`select${character}1`)).toMatchObject([{ offset: 6, name, forbidden: true }]);
});

test('ordinary text, line ends and tabs are not', () => {
  expect(findHiddenCharacters("select 'ä€😀漢字'\t,\r\n1 -- ünïcode")).toEqual([]);
});

const forbiddenIn = (text: string): boolean[] => findHiddenCharacters(text).map(({ forbidden }) => forbidden);

test('forbidden in code, comments and identifiers; data in literals', () => {
  expect(forbiddenIn("'\u202e'")).toEqual([false]);
  expect(forbiddenIn('$$\u202e$$')).toEqual([false]);
  expect(forbiddenIn('"\u202e"')).toEqual([true]);
  expect(forbiddenIn('-- \u202e')).toEqual([true]);
  expect(forbiddenIn('/*\u202e*/')).toEqual([true]);
  expect(forbiddenIn("\u202e'\u202e'\u202e")).toEqual([true, false, true]);
});

test('a literal that goes on on the next line keeps its escapes, and what lies between is no literal', () => {
  // Read without its escapes, the second part would end at \\' and the code after it would pass for a literal.
  expect(forbiddenIn("E'a'\n'\\'' \u202e '")).toEqual([true]);
  expect(forbiddenIn("E'a'\n'\\'\u202e'")).toEqual([false]);
  expect(forbiddenIn("'a' -- \u202e\n'\u202e'")).toEqual([true, false]);
  expect(forbiddenIn("'a' /* */\n'\\' \u202e")).toEqual([true]);
});

test('every bidirectional control is found wherever it stands', () => {
  const controls = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'.split('');
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...controls), fc.string(), (before, control, after) => {
      const found = findHiddenCharacters(before + control + after);
      expect(found.some(({ offset }) => offset === before.length)).toBe(true);
    }),
  );
});
