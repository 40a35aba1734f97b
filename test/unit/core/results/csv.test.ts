import * as fc from 'fast-check';
import { toCsv } from '#core/results/csv';

/** An RFC 4180 reader, for the round trip. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === '\r\n') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

test('NULL, empty text, quotes, separators and line ends', () => {
  expect(
    toCsv({
      columns: ['a', 'b;c'],
      rows: [
        [null, ''],
        ['x"y', 'p,q'],
        ['l\nm', ' pad '],
      ],
    }),
  ).toBe('a,"b;c"\r\n,""\r\n"x""y","p,q"\r\n"l\nm"," pad "\r\n');
});

test.each([
  '=1+1',
  '+A1',
  '-2+3',
  '@SUM(A1)',
  '|cmd',
  '%x',
  '\t=1',
  '\r=1',
  ' =1',
  '＝1',
  '＋1',
  '－1',
  '＠x',
])('the formula %j is disarmed', (cell) => {
  const [, [out]] = parseCsv(toCsv({ columns: ['a'], rows: [[cell]] })) as [string[], [string]];
  expect(out).toBe(`'${cell}`);
});

test.each(['-12.5', '+3', '-1e5', '0', '12'])('the number %s stays', (cell) => {
  expect(toCsv({ columns: ['a'], rows: [[cell]] })).toBe(`a\r\n${cell}\r\n`);
});

test('a column name can be a formula too', () => {
  expect(toCsv({ columns: ['=evil()'], rows: [] })).toBe("'=evil()\r\n");
});

test('any table reads back, but for the apostrophe', () => {
  const cell = fc.option(fc.string({ unit: 'binary', maxLength: 12 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 6 }), (rows) => {
      const read = parseCsv(toCsv({ columns: ['a', 'b'], rows }));
      expect(read).toHaveLength(rows.length + 1);
      rows.forEach((row, index) => {
        row.forEach((value, column) => {
          const out = read[index + 1]?.[column] ?? 'missing';
          expect([value ?? '', `'${value ?? ''}`]).toContain(out);
          expect(out).not.toMatch(/^[=@|%]/);
        });
      });
    }),
  );
});
