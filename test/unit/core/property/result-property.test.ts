import * as fc from 'fast-check';
import { maxPropertyChars, maxTokenBytes } from '#core/limits';
import type { ResultBody } from '#core/protocol/receipt';
import { resultProperty } from '#core/property/result-property';
import { aReceipt, aStatement } from '../builders';

const error = { sqlstate: '23505', condition: 'unique_violation', position: 12 };
const body = (rows: (string | null)[][], message: string | null = null): ResultBody => ({
  v: 1,
  statements: [{ index: 0, columns: [{ name: 'id', type: 'int4' }], rows, truncated: false, message }],
});

test('without a public result there are no rows, columns or server words', () => {
  const property = resultProperty(aReceipt({ statements: [aStatement({ error })] }), 'jws', null);
  expect(property.statements).toEqual([{ command: 'UPDATE', rows: 1, ms: 1.5, error }]);
  expect(property).toMatchObject({ complete: true, receipt: 'jws', status: 'succeeded' });
});

test('a public result adds its first page and the message', () => {
  const property = resultProperty(
    aReceipt({ statements: [aStatement({ error })] }),
    'jws',
    body([['1'], [null]], 'duplicate key'),
  );
  expect(property.statements[0]).toMatchObject({
    columns: ['id'],
    page: [['1'], [null]],
    error: { ...error, message: 'duplicate key' },
  });
});

test('a statement without columns or of another index adds nothing', () => {
  const noColumns: ResultBody = {
    v: 1,
    statements: [{ index: 0, columns: [], rows: [], truncated: false, message: null }],
  };
  expect(resultProperty(aReceipt(), 'jws', noColumns).statements[0]).not.toHaveProperty('page');
  expect(
    resultProperty(aReceipt({ statements: [aStatement({ index: 3 })] }), 'jws', body([['1']])).statements[0],
  ).not.toHaveProperty('page');
});

test('what does not fit goes in this order: pages, receipt, statements', () => {
  const long = 'x'.repeat(15_000);
  const several: ResultBody = {
    v: 1,
    statements: [0, 1, 2].map((index) => ({
      index,
      columns: [{ name: 'a', type: 'text' }],
      rows: [[long]],
      truncated: false,
      message: null,
    })),
  };
  const three = aReceipt({ statements: [0, 1, 2].map((index) => aStatement({ index })) });
  const noPages = resultProperty(three, 'jws', several);
  expect(noPages).toMatchObject({ complete: false, receipt: 'jws' });
  expect(noPages.statements).toHaveLength(3);
  for (const statement of noPages.statements) expect(statement).not.toHaveProperty('page');

  const noReceipt = resultProperty(three, 'j'.repeat(maxPropertyChars), null);
  expect(noReceipt).toMatchObject({ complete: false, receipt: null });
  expect(noReceipt.statements).toHaveLength(3);

  const many = aReceipt({ statements: Array.from({ length: 5_000 }, (_, index) => aStatement({ index })) });
  const cut = resultProperty(many, 'jws', null);
  expect(cut).toMatchObject({ complete: false, receipt: null });
  expect(cut.statements.length).toBeGreaterThan(0);
  expect(cut.statements.length).toBeLessThan(5_000);
});

test('a page is cut at whole rows', () => {
  const rows = Array.from({ length: 1_000 }, (_, index) => [String(index).padStart(30, '0')]);
  const { statements, complete } = resultProperty(aReceipt(), 'jws', body(rows));
  expect(complete).toBe(true);
  expect(statements[0]?.page?.length).toBeLessThan(1_000);
  expect(statements[0]?.page).toEqual(rows.slice(0, statements[0]?.page?.length));
});

test('any result, however large, fits the property', () => {
  const cell = fc.option(
    fc
      .tuple(fc.string({ unit: 'binary', maxLength: 20 }), fc.integer({ min: 1, max: 400 }))
      .map(([text, times]) => text.repeat(times)),
  );
  const statement = fc.record({
    rows: fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 20 }),
    columns: fc.array(fc.string({ maxLength: 63 }), { minLength: 1, maxLength: 4 }),
    message: fc.option(fc.string({ maxLength: 3_000 })),
  });
  fc.assert(
    fc.property(
      fc.array(statement, { maxLength: 12 }),
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 0, max: Math.min(60_000, maxTokenBytes) }),
      fc.boolean(),
      (shown, repeat, receiptLength, shows) => {
        const all = Array.from({ length: repeat }, () => shown).flat();
        const claims = aReceipt({
          statements: all.map((_, index) =>
            aStatement({ index, error: { ...error, condition: 'c'.repeat(40) } }),
          ),
          reason: { code: 'x', message: 'm'.repeat(500) },
        });
        const result: ResultBody = {
          v: 1,
          statements: all.map(({ rows, columns, message }, index) => ({
            index,
            rows,
            columns: columns.map((name) => ({ name, type: 'text' })),
            truncated: false,
            message,
          })),
        };
        const property = resultProperty(claims, 'j'.repeat(receiptLength), shows ? result : null);
        expect(JSON.stringify(property).length).toBeLessThanOrEqual(maxPropertyChars);
        expect(property.complete || property.statements.length <= all.length).toBe(true);
      },
    ),
    { numRuns: 150 },
  );
});
