import { assert, property, string } from 'fast-check';
import { toCsv } from '#core/results/csv';

const cell = (text: string | null): string =>
  toCsv({ columns: ['c'], rows: [[text]] }).slice('c\r\n'.length, -2);

it('writes RFC 4180 lines and tells NULL from the empty string', () => {
  const rows = [
    ['1', 'a,b'],
    [null, ''],
  ];
  expect(toCsv({ columns: ['id', 'text'], rows })).toBe('id,text\r\n1,"a,b"\r\n,""\r\n');
  expect(cell('say "no"\nplease')).toBe('"say ""no""\nplease"');
});

it.each([
  '=1+1',
  '+cmd',
  '-cmd',
  '@SUM(A1)',
  '|calc',
  '%0A',
  '\t=1',
  '\r=1',
  '  =1',
  '\uff1d1',
  '-1+1',
  '\n',
])('disarms %j', (text) => {
  const written = cell(text);
  expect(written.startsWith("'") || written.startsWith('"\'')).toBe(true);
});

it.each(['-12.5', '+3', '-1e-7', '0', '2026-11-21', "it's", 'a=b'])('leaves %j as it is', (text) => {
  expect(cell(text)).toBe(text);
});

it('lets no cell begin with a formula sign, whatever the data', () => {
  assert(
    property(string({ unit: 'binary' }), (text) => {
      const written = cell(text).replace(/^"/, '');
      expect(/^\s*[=@|%]/.test(written)).toBe(false);
    }),
  );
});
