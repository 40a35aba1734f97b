import * as fc from 'fast-check';
import * as v from 'valibot';
import { computeJti, type AttemptIdentity } from '#core/protocol/attempt';
import { computeOrderDigest, OrderClaims } from '#core/protocol/order';
import { anOrder, at, hash, installation } from '../builders';

const attempt: AttemptIdentity = { installation, issueId: '10001', revision: 1, kind: 'apply', try: 1 };

describe('jti', () => {
  test('is the hash of the attempt and nothing else', async () => {
    expect(await computeJti({ ...attempt, note: 'ignored' } as AttemptIdentity)).toBe(
      await computeJti(attempt),
    );
    expect(await computeJti(attempt)).toMatch(/^[0-9a-f]{64}$/);
  });

  test('different attempts have different ids', async () => {
    const identity = fc.record({
      installation: fc.constantFrom('a', 'b', 'ab'),
      issueId: fc.constantFrom('1', '11', 'b1'),
      revision: fc.integer({ min: 1, max: 12 }),
      kind: fc.constantFrom('apply' as const, 'rollback' as const),
      try: fc.integer({ min: 1, max: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(identity, identity, async (left, right) => {
        const same = (Object.keys(left) as (keyof AttemptIdentity)[]).every(
          (name) => left[name] === right[name],
        );
        expect((await computeJti(left)) === (await computeJti(right))).toBe(same);
      }),
      { numRuns: 500 },
    );
  });
});

describe('order digest', () => {
  test('ignores iat and exp, and only those', async () => {
    const order = anOrder();
    const before = await computeOrderDigest(order);
    expect(await computeOrderDigest({ ...order, iat: order.iat + 60, exp: order.exp + 60 })).toBe(before);
    const others: Partial<OrderClaims>[] = [
      { iss: 'other' },
      { aud: 'other' },
      { jti: hash('2') },
      { startBy: order.startBy + 1 },
      { endBy: order.endBy + 1 },
      { kind: 'rollback' },
      { try: 2 },
      { issue: { id: '10002', key: 'QC-1' } },
      { issue: { id: '10001', key: 'QC-2' } },
      { requestedBy: 'somebody' },
      { digest: hash('c') },
      { content: { ...order.content, sql: 'select 2' } },
      { sqlSha256: hash('6') },
      { approvals: [] },
      { approvals: [{ accountId: 'approver-2', at, digest: hash('d'), eligibilityCheckedAt: at }] },
      { ledgerHead: { seq: 6, hash: hash('e') } },
      { ledgerHead: { seq: 5, hash: hash('f') } },
      { applyReceiptSha256: hash('7') },
      { evidence: ['a.b.c'] },
      { analyser: { name: '1/x', risk: 'low' as const, errors: 0, warnings: 0, waived: 0 } },
    ];
    const digests = await Promise.all(
      others.map(async (change) => computeOrderDigest({ ...order, ...change })),
    );
    expect(new Set([before, ...digests]).size).toBe(others.length + 1);
    const covered = new Set(others.flatMap((change) => Object.keys(change)));
    const fixed = ['v', 'iat', 'exp'];
    expect(Object.keys(order).filter((name) => !covered.has(name) && !fixed.includes(name))).toEqual([]);
  });
});

describe('the schema', () => {
  test('takes an order', () => {
    expect(v.parse(OrderClaims, anOrder())).toEqual(anOrder());
  });

  test.each<[string, object]>([
    ['an unknown claim', { extra: 1 }],
    ['another version', { v: 2 }],
    ['a try of 0', { try: 0 }],
    ['a fraction of a second', { iat: 1.5 }],
    ['another kind', { kind: 'undo' }],
    ['a short digest', { digest: 'abc' }],
    ['upper-case hexadecimal', { digest: hash('D') }],
    [
      'an approval in another zone',
      {
        approvals: [
          { accountId: 'a', at: '2026-11-21T10:00:00+01:00', digest: hash('d'), eligibilityCheckedAt: at },
        ],
      },
    ],
    ['101 approvals', { approvals: Array.from({ length: 101 }, () => anOrder().approvals[0]) }],
    ['more evidence than anybody reads', { evidence: ['a', 'b', 'c', 'd'] }],
    [
      'a verdict without the name of who gave it',
      { analyser: { risk: 'low', errors: 0, warnings: 0, waived: 0 } },
    ],
    ['an empty ledger', { ledgerHead: { seq: 0, hash: hash('0') } }],
    ['an account that is none', { requestedBy: 'a b' }],
  ])('refuses %s', (_name, change) => {
    expect(v.is(OrderClaims, { ...anOrder(), ...change })).toBe(false);
  });
});
