import { judgeEvidence, lowerEnvironments, type Wanted } from '#core/evidence/judge';
import { subjectOf } from '#core/evidence/subject';
import type { ReceiptClaims } from '#core/protocol/receipt';
import { sha256Hex } from '#core/hash';
import { aDigestInput, aReceipt, aStatement, hash, installation } from '../builders';

const content = aDigestInput({ schemaDigest: hash('c'), schemaShape: hash('b') });
const nowMs = Date.parse('2026-11-21T12:00:00Z');
const dev = { systemIdentifier: '1', databaseOid: 2, databaseName: 'shop' };

async function wantedOf(changes: Partial<Wanted> = {}): Promise<Wanted> {
  return {
    installation,
    environment: 'prod',
    target: content.target,
    sqlSha256: await sha256Hex(content.sql),
    subject: await subjectOf(content),
    environments: null,
    maxAgeDays: 7,
    nowMs,
    ...changes,
  };
}

async function receiptOf(
  changes: Partial<ReceiptClaims> = {},
  of: Partial<typeof content> = {},
): Promise<ReceiptClaims> {
  const ran = { ...content, ...of };
  return aReceipt({
    environment: 'dev',
    connection: 'shop-dev',
    target: dev,
    sqlSha256: await sha256Hex(ran.sql),
    subject: await subjectOf(ran),
    finishedAt: '2026-11-20T12:00:00.000Z',
    ...changes,
  });
}

describe('evidence that counts', () => {
  it('is the same bytes in a lower environment', async () => {
    expect(judgeEvidence(await receiptOf(), await wantedOf())).toEqual({ ok: true, value: 'exact' });
  });

  it.each([
    ['white space', 'update orders\n   set total = 10 where id = 1;'],
    ['the case of words', 'UPDATE orders SET total = 10 WHERE id = 1;'],
    [
      'a comment, also one that an extension may read',
      '/*+ SeqScan(orders) */ update orders set total = 10 where id = 1;',
    ],
  ])('or the same up to %s, and is called so', async (_what, sql) => {
    expect(judgeEvidence(await receiptOf({}, { sql }), await wantedOf())).toEqual({
      ok: true,
      value: 'layout',
    });
  });

  it('may be of a statement that no row belongs to', async () => {
    const statements = [aStatement({ command: 'CREATE TABLE', rows: null })];
    expect(judgeEvidence(await receiptOf({ statements }), await wantedOf()).ok).toBe(true);
  });

  it('may keep its rows for another time than here: that is the connection’s affair', async () => {
    const plan = {
      generator: 1 as const,
      statements: [
        {
          index: 0,
          action: 'update' as const,
          table: { schema: 's', name: 't' },
          key: ['id'],
          columns: ['n'],
        },
      ],
      maxRows: 10,
      maxBytes: 100,
      keepHours: 24,
    };
    const here = { ...content, rollback: null, rollbackPlan: { ...plan, keepHours: 48, maxRows: 5 } };
    const wanted = await wantedOf({ subject: await subjectOf(here) });
    expect(judgeEvidence(await receiptOf({}, { rollback: null, rollbackPlan: plan }), wanted).ok).toBe(true);
  });
});

const ran = '2026-11-12T11:00:00.000Z';
/** Everything else, by what is wrong, with its code and words. */
const refused: readonly [
  what: string,
  code: string,
  words: string,
  receipt: Partial<ReceiptClaims>,
  of?: Partial<typeof content>,
  wanted?: Partial<Wanted>,
][] = [
  ['another installation', 'evidence-invalid', 'it is of another installation', { aud: 'other' }],
  ['a dry run', 'evidence-invalid', 'it was a dry run, which keeps nothing', { kind: 'dry-run' }],
  ['a rollback', 'evidence-invalid', 'it was a rollback', { kind: 'rollback' }],
  ['a failure', 'evidence-invalid', 'it did not succeed (failed)', { status: 'failed' }],
  ['a lost outcome', 'evidence-invalid', 'it did not succeed (outcome-lost)', { status: 'outcome-lost' }],
  [
    'applied, but not as verified',
    'evidence-invalid',
    'its verification did not hold',
    {
      reason: { code: 'verification-failed', message: 'x' },
      verification: { checked: 1, afterCommit: 'failed' },
    },
  ],
  [
    'the same shape with another constant',
    'evidence-invalid',
    'it ran other SQL',
    {},
    { sql: 'update orders set total = 11 where id = 1;' },
  ],
  [
    'a quoted name in another case',
    'evidence-invalid',
    'it ran other SQL',
    {},
    { sql: 'update "Orders" set total = 10 where id = 1;' },
  ],
  ['nowhere', 'evidence-not-trusted', 'it does not say where it ran', { environment: null }],
  [
    'the same environment',
    'evidence-not-trusted',
    'it ran in prod, which is not lower than prod',
    { environment: 'prod' },
  ],
  [
    'a higher environment',
    'evidence-not-trusted',
    'it ran in prod, which is not lower than qa',
    { environment: 'prod' },
    {},
    { environment: 'qa' },
  ],
  [
    'an environment that does not count',
    'evidence-not-trusted',
    'it ran in dev, which does not count here',
    {},
    {},
    { environments: ['qa'] },
  ],
  [
    'the very database, under the name of a lower environment',
    'evidence-not-trusted',
    'it ran on this very database',
    { target: content.target },
  ],
  [
    'the very database, renamed since it ran there',
    'evidence-not-trusted',
    'it ran on this very database',
    { target: { ...content.target, databaseName: 'before' } },
  ],
  [
    'an older executor',
    'evidence-differs',
    'its receipt does not say what it ran with: the executor was an older one',
    { subject: undefined },
  ],
  ['another rollback', 'evidence-differs', 'it had another rollback', {}, { rollback: 'select 1' }],
  ['no rollback', 'evidence-differs', 'it had another rollback', {}, { rollback: null }],
  [
    'another verification',
    'evidence-differs',
    'it had another verification',
    {},
    { verification: 'select true' },
  ],
  [
    'no structure there',
    'evidence-differs',
    'the structure that it ran on was not recorded',
    {},
    { schemaDigest: null },
  ],
  ['another structure', 'evidence-differs', 'the structure differs', {}, { schemaShape: hash('a') }],
  [
    'no row',
    'evidence-without-effect',
    'no row was touched',
    { statements: [aStatement({ rows: 0 }), aStatement({ command: 'SELECT', rows: 5 })] },
  ],
  ['no time', 'evidence-invalid', 'it does not say when it ran', { finishedAt: null }],
  [
    'the future',
    'evidence-invalid',
    'it says that it ran in the future: compare the clocks',
    { finishedAt: '2026-11-22T12:00:00.000Z' },
  ],
  ['nine days', 'evidence-too-old', 'it is 9 days old; the limit is 7', { finishedAt: ran }],
];

describe('evidence that does not count', () => {
  it.each(refused)('%s: %s', async (_what, code, message, receipt, of = {}, wanted = {}) => {
    const judged = judgeEvidence(await receiptOf(receipt, of), await wantedOf(wanted));
    expect(judged).toEqual({ ok: false, error: { code, message } });
  });

  it('is all there is when the structure here was not recorded', async () => {
    const subject = await subjectOf(aDigestInput({ schemaShape: hash('b') }));
    expect(judgeEvidence(await receiptOf(), await wantedOf({ subject }))).toMatchObject({
      error: { code: 'evidence-differs', message: 'the structure here was not recorded' },
    });
  });
});

it('comes from below only', () => {
  expect(lowerEnvironments('dev')).toEqual([]);
  expect(lowerEnvironments('prod')).toEqual(['dev', 'qa', 'staging']);
});
