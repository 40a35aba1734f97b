import * as fc from 'fast-check';
import * as v from 'valibot';
import { computeDigest } from '#core/change/compute-digest';
import { DigestInput } from '#core/change/digest';
import { aDigestInput } from '../builders';

/** Every leaf of the content with another value than the builder's. */
const changes: readonly (readonly [string, (input: DigestInput) => DigestInput])[] = [
  ['installation', (input) => ({ ...input, installation: `${input.installation}x` })],
  ['issueId', (input) => ({ ...input, issueId: '10002' })],
  ['revision', (input) => ({ ...input, revision: input.revision + 1 })],
  ['author', (input) => ({ ...input, author: 'dev-2' })],
  ['reason', (input) => ({ ...input, reason: `${input.reason} ` })],
  ['connection', (input) => ({ ...input, connection: 'shop-qa' })],
  ['target.systemIdentifier', (input) => ({ ...input, target: { ...input.target, systemIdentifier: '1' } })],
  ['target.databaseOid', (input) => ({ ...input, target: { ...input.target, databaseOid: 1 } })],
  ['target.databaseName', (input) => ({ ...input, target: { ...input.target, databaseName: 'shop2' } })],
  ['role', (input) => ({ ...input, role: 'postgres' })],
  ['searchPath', (input) => ({ ...input, searchPath: 'evil, public' })],
  ['sql', (input) => ({ ...input, sql: `${input.sql} ` })],
  ['rollback', (input) => ({ ...input, rollback: null })],
  ['verification', (input) => ({ ...input, verification: 'select true' })],
  ['rowBudget', (input) => ({ ...input, rowBudget: 0 })],
  [
    'limits.statementTimeoutMs',
    (input) => ({ ...input, limits: { ...input.limits, statementTimeoutMs: 1 } }),
  ],
  ['limits.lockTimeoutMs', (input) => ({ ...input, limits: { ...input.limits, lockTimeoutMs: 1 } })],
  ['limits.maxResultRows', (input) => ({ ...input, limits: { ...input.limits, maxResultRows: 1 } })],
  ['limits.maxResultBytes', (input) => ({ ...input, limits: { ...input.limits, maxResultBytes: 1 } })],
];

test.each(changes)('another %s is another digest', async (_name, change) => {
  const input = aDigestInput();
  expect(await computeDigest(change(input))).not.toBe(await computeDigest(input));
});

test('the list above names every field that can change', () => {
  const leaves = Object.entries(aDigestInput()).flatMap(([key, value]) =>
    value !== null && typeof value === 'object'
      ? Object.keys(value).map((inner) => `${key}.${inner}`)
      : [key],
  );
  const fixed = ['v', 'schemaDigest'];
  expect(leaves.filter((leaf) => !fixed.includes(leaf)).toSorted()).toEqual(
    changes.map(([name]) => name).toSorted(),
  );
});

test('different texts never share a digest, the same always does', async () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(text, text, fc.option(text), fc.option(text), async (sqlA, sqlB, backA, backB) => {
      const [a, b] = await Promise.all([
        computeDigest(aDigestInput({ sql: sqlA, rollback: backA })),
        computeDigest(aDigestInput({ sql: sqlB, rollback: backB })),
      ]);
      expect(a === b).toBe(sqlA === sqlB && backA === backB);
    }),
    { numRuns: 300 },
  );
});

test('line ends and Unicode forms are content', async () => {
  const digests = await Promise.all(
    ['a\nb', 'a\r\nb', 'é', 'e\u0301'].map(async (sql) => computeDigest(aDigestInput({ sql }))),
  );
  expect(new Set(digests).size).toBe(4);
});

test('fields that do not exist yet are null and nothing else', () => {
  expect(v.safeParse(DigestInput, { ...aDigestInput(), schemaDigest: 'a' }).success).toBe(false);
  expect(v.safeParse(DigestInput, { ...aDigestInput(), extra: null }).success).toBe(false);
  for (const rowBudget of [-1, 0.5, 1e9, '5']) {
    expect(v.safeParse(DigestInput, { ...aDigestInput(), rowBudget }).success).toBe(false);
  }
  const { rowBudget: _rowBudget, ...without } = aDigestInput();
  expect(v.safeParse(DigestInput, without).success).toBe(false);
});
