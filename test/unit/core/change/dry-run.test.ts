import { accepts, evolve } from '#core/change/machine';
import { type ChangeState, initialState } from '#core/change/state';
import * as v from 'valibot';
import { ChangeState as StoredState } from '#core/change/state';
import type { ChangeEventBody } from '#core/change/event';
import { bucketEnd, bucketWords } from '#core/protocol/dry-run';

const at = '2026-11-21T10:00:00Z';
const hash = (digit: string): string => digit.repeat(64);
const requested = {
  type: 'dry-run-requested',
  revision: 1,
  digest: hash('d'),
  connection: 'shop-dev',
  try: 1,
  jti: hash('1'),
} as const;
const signed = {
  type: 'dry-run-signed',
  jti: hash('1'),
  orderDigest: hash('e'),
  executor: 'x',
  startBy: 9,
} as const;
const ended = {
  type: 'dry-run-ended',
  jti: hash('1'),
  status: 'succeeded',
  receiptSha256: hash('f'),
  rows: 3,
  finishedAt: at,
  code: null,
  message: null,
} as const;

const after = (state: ChangeState, ...bodies: ChangeEventBody[]): ChangeState =>
  bodies.reduce((now, body) => {
    const judged = accepts(now, body, 'author');
    if (!judged.ok) throw new Error(judged.error.message);
    return evolve(now, { body, actor: 'author', at });
  }, state);
const code = (state: ChangeState, body: ChangeEventBody): string | null => {
  const judged = accepts(state, body, 'author');
  return judged.ok ? null : judged.error.code;
};

test('a dry run moves no status, and its outcome is kept', () => {
  const state = after(initialState, requested, signed, ended);
  expect(state).toMatchObject({
    status: 'draft',
    apply: null,
    dryRun: {
      digest: hash('d'),
      requestedBy: 'author',
      executor: 'x',
      outcome: { status: 'succeeded', rows: 3 },
    },
  });
});

test('one at a time, signed once, ended once, numbered', () => {
  const open = after(initialState, requested);
  expect(code(open, { ...requested, try: 2, jti: hash('2') })).toBe('already-run');
  expect(code(open, { ...signed, jti: hash('2') })).toBe('wrong-attempt');
  expect(code(after(open, signed), signed)).toBe('wrong-attempt');
  const over = after(open, signed, ended);
  expect(code(over, ended)).toBe('wrong-attempt');
  expect(code(over, requested)).toBe('wrong-attempt');
  expect(code(over, { ...requested, try: 2, jti: hash('2') })).toBeNull();
});

test('it is of the revision that comes next, or of the one that is there', () => {
  expect(code(initialState, { ...requested, revision: 2 })).toBe('stale-digest');
  expect(code({ ...initialState, status: 'running' }, requested)).toBe('illegal-event');
});

test('a state of an earlier release has no dry run', () => {
  const { dryRun: _none, ...earlier } = initialState;
  expect(v.parse(StoredState, earlier)).toEqual(initialState);
});

test('buckets: 0, 1, 2–10, 11–100', () => {
  expect([0, 1, 2, 10, 11, 100, 101, 41_187].map(bucketEnd)).toEqual([
    0, 1, 10, 10, 100, 100, 1_000, 100_000,
  ]);
  expect([0, 1, 10, 100, 1_000].map(bucketWords)).toEqual(['0', '1', '2–10', '11–100', '101–1,000']);
});
