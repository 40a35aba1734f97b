import * as fc from 'fast-check';
import * as v from 'valibot';
import {
  completeContent,
  DraftContent,
  emptyContent,
  storageProblems,
  submissionProblems,
} from '#core/change/content';
import { maxContentBytes, maxReasonLength } from '#core/limits';

const complete: DraftContent = {
  connection: 'shop-prod',
  sql: 'select 1',
  rollback: null,
  reason: 'to see',
  rowBudget: '',
  verification: '',
  automaticRollback: false,
  exportFormat: null,
};
const codes = (content: DraftContent): string[] => submissionProblems(content).map(({ code }) => code);

test('a complete content has no problems and keeps its bytes', () => {
  expect(submissionProblems(complete)).toEqual([]);
  expect(completeContent(complete)).toEqual({ ...complete, rowBudget: null, verification: null });
});

test('an empty draft can be stored, and says all that is missing', () => {
  expect(storageProblems(emptyContent)).toEqual([]);
  expect(codes(emptyContent)).toEqual([
    'sql-missing',
    'connection-missing',
    'reason-missing',
    'rollback-undecided',
  ]);
  expect(completeContent(emptyContent)).toBeUndefined();
  expect(completeContent({ ...complete, sql: ' ' })).toBeUndefined();
});

test.each([
  ['', null],
  [' ', null],
  ['0', 0],
  [' 25 ', 25],
  ['007', 7],
  ['999999999', 999_999_999],
])('a row budget typed as %j is %j', (rowBudget, rows) => {
  expect(completeContent({ ...complete, rowBudget })?.rowBudget).toBe(rows);
});

test.each(['-1', '1.5', '1,000', 'ten', '1e3', '1000000000', '٣'])(
  'a row budget of %j can be stored, not submitted',
  (rowBudget) => {
    expect(storageProblems({ ...complete, rowBudget })).toEqual([]);
    expect(submissionProblems({ ...complete, rowBudget })).toMatchObject([
      { code: 'row-budget-invalid', field: 'rowBudget' },
    ]);
    expect(completeContent({ ...complete, rowBudget })).toBeUndefined();
  },
);

test('a draft of an earlier release has no row budget and no verification', () => {
  const { rowBudget: _rowBudget, verification: _verification, ...earlier } = complete;
  expect(v.parse(DraftContent, earlier)).toEqual(complete);
});

test('white space is nothing', () => {
  expect(codes({ ...complete, sql: ' \n\t', reason: ' ', rollback: ' ' })).toEqual([
    'sql-missing',
    'reason-missing',
    'rollback-undecided',
  ]);
});

test.each(['sql', 'rollback', 'reason'] as const)(
  'NUL and lone surrogates in %s cannot be stored',
  (field) => {
    expect(storageProblems({ ...complete, [field]: 'a\0b' })).toMatchObject([
      { code: 'nul-character', field },
    ]);
    for (const broken of ['\ud83d', '\ude00', 'a\ud83dz', '\ude00\ud83d']) {
      expect(storageProblems({ ...complete, [field]: broken })).toMatchObject([
        { code: 'lone-surrogate', field },
      ]);
    }
    expect(storageProblems({ ...complete, [field]: '😀' })).toEqual([]);
  },
);

test('lone surrogates are found exactly where UTF-8 could not hold the text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.array(fc.integer({ min: 0, max: 0xffff })),
      (text, units) => {
        for (const sql of [text, String.fromCharCode(...units)]) {
          const roundTrip = new TextDecoder().decode(new TextEncoder().encode(sql));
          // A byte order mark at the start is dropped by the decoder, not by the content.
          const whole = roundTrip === sql.replace(/^\ufeff/, '');
          const found = storageProblems({ ...complete, sql }).some(({ code }) => code === 'lone-surrogate');
          expect(found).toBe(!whole);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('the size limit holds at the byte, SQL and rollback together', () => {
  const half = maxContentBytes / 2;
  const fits = { ...complete, sql: 'a'.repeat(half), rollback: 'é'.repeat(half / 2) };
  expect(storageProblems(fits)).toEqual([]);
  expect(storageProblems({ ...fits, sql: `${fits.sql}a` })).toMatchObject([
    { code: 'too-large', field: 'sql' },
  ]);
  expect(storageProblems({ ...complete, sql: 'a'.repeat(maxContentBytes) })).toEqual([]);
  expect(storageProblems({ ...complete, sql: '€'.repeat(maxContentBytes / 3 + 1) })).toHaveLength(1);
});

test.each([
  ['sql', 'select 1 \u202e--', 'hidden-character'],
  ['sql', 'select 1 /* \u2066 */', 'hidden-character'],
  ['sql', 'select "a\u200bb"', 'hidden-character'],
  ['rollback', 'select\u00a01', 'hidden-character'],
  ['verification', 'select true /* \u2066 */', 'hidden-character'],
] as const)('a hidden character outside a literal of %s (%j) stops the submission', (field, text, code) => {
  expect(submissionProblems({ ...complete, [field]: text })).toMatchObject([{ code, field }]);
});

test('inside a literal it is data', () => {
  expect(submissionProblems({ ...complete, sql: "select '\u202e\u200b'" })).toEqual([]);
  expect(submissionProblems({ ...complete, sql: 'select $$\u202e$$' })).toEqual([]);
});

test('every problem has words', () => {
  const bad = {
    connection: null,
    sql: '\0\ud83d\u202e',
    rollback: ' ',
    reason: ' ',
    rowBudget: '1.5',
    verification: '',
    automaticRollback: false,
    exportFormat: null,
  };
  for (const problem of submissionProblems(bad)) expect(problem.message).toMatch(/^[A-Z].{8,}\.$/);
  expect(submissionProblems(bad).length).toBeGreaterThanOrEqual(6);
});

test('the schema bounds the reason and the connection key', () => {
  expect(v.is(DraftContent, { ...complete, reason: 'a'.repeat(maxReasonLength) })).toBe(true);
  expect(v.is(DraftContent, { ...complete, reason: 'a'.repeat(maxReasonLength + 1) })).toBe(false);
  expect(v.is(DraftContent, { ...complete, connection: '../etc' })).toBe(false);
  expect(v.is(DraftContent, { ...complete, extra: 1 })).toBe(false);
});
