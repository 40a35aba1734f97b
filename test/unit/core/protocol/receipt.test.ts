import * as fc from 'fast-check';
import * as v from 'valibot';
import { sha256Hex } from '#core/hash';
import {
  affectedRows,
  ReceiptClaims,
  ReceiptDelivery,
  ResultBody,
  resultMatches,
} from '#core/protocol/receipt';
import { aReceipt, aStatement } from '../builders';

describe('the result body', () => {
  test('matches by the hash of its bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (body, other) => {
        const claims = aReceipt({ resultSha256: await sha256Hex(body) });
        expect(await resultMatches(claims, body)).toBe(true);
        expect(await resultMatches(claims, other)).toBe(other === body);
      }),
    );
  });

  test('none matches none only', async () => {
    expect(await resultMatches(aReceipt(), null)).toBe(true);
    expect(await resultMatches(aReceipt(), '')).toBe(false);
    expect(await resultMatches(aReceipt({ resultSha256: await sha256Hex('x') }), null)).toBe(false);
  });

  test('has a schema of its own', () => {
    const body = {
      v: 1,
      statements: [
        {
          index: 0,
          columns: [{ name: 'a', type: 'int4' }],
          rows: [['1'], [null]],
          truncated: false,
          message: null,
        },
      ],
    };
    expect(v.is(ResultBody, body)).toBe(true);
    expect(v.is(ResultBody, { ...body, rows: [] })).toBe(false);
    expect(v.is(ReceiptDelivery, { receipt: 'x', result: null })).toBe(true);
    expect(v.is(ReceiptDelivery, { receipt: 'x' })).toBe(false);
  });
});

test('affected rows are those of changes, not those of queries', () => {
  expect(affectedRows([])).toBe(0);
  expect(
    affectedRows([
      aStatement({ command: 'UPDATE', rows: 3 }),
      aStatement({ command: 'SELECT', rows: 100 }),
      aStatement({ command: 'SHOW', rows: 1 }),
      aStatement({ command: 'EXPLAIN', rows: 9 }),
      aStatement({ command: 'FETCH', rows: 9 }),
      aStatement({ command: 'CREATE TABLE', rows: null }),
      aStatement({ command: null, rows: 5 }),
      aStatement({ command: 'DELETE', rows: 4 }),
    ]),
  ).toBe(7);
});

describe('the receipt schema', () => {
  test('takes receipts with and without effect', () => {
    expect(v.parse(ReceiptClaims, aReceipt())).toEqual(aReceipt());
    const refused = aReceipt({
      status: 'refused',
      attempt: 0,
      reason: { code: 'already-applied', message: 'x' },
      statements: [],
      environment: null,
      target: null,
      durability: null,
      startedAt: null,
      finishedAt: null,
      transactionId: null,
    });
    expect(v.is(ReceiptClaims, refused)).toBe(true);
  });

  test.each<[string, object]>([
    ['an unknown status', { status: 'done' }],
    [
      'server text in an error',
      {
        statements: [
          aStatement({
            error: { sqlstate: '23505', condition: 'x', position: null, message: 'secret' } as never,
          }),
        ],
      },
    ],
    [
      'a bad SQLSTATE',
      { statements: [aStatement({ error: { sqlstate: 'abc', condition: 'x', position: null } })] },
    ],
    ['a long reason', { reason: { code: 'x', message: 'm'.repeat(501) } }],
    ['a chain from 0', { chain: { id: 'x', seq: 0, prev: '0'.repeat(64) } }],
    ['a transaction id that is no number', { transactionId: 'abc' }],
    ['rows in the receipt', { rows: [] }],
  ])('refuses %s', (_name, change) => {
    expect(v.is(ReceiptClaims, { ...aReceipt(), ...change })).toBe(false);
  });
});
