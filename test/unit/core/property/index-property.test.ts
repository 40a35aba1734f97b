import * as fc from 'fast-check';
import * as v from 'valibot';
import { evolve } from '#core/change/machine';
import type { ChangeState } from '#core/change/state';
import { maxIndexPropertyChars, maxListedApprovers } from '#core/limits';
import { indexProperty } from '#core/property/derive-index';
import { indexedPaths, IndexProperty, searchAlias } from '#core/property/index-property';
import { none, noDate } from '#core/property/index-words';
import { at, events, examples, rollingBack } from '../builders';

test.each(Object.entries(examples))('%s is a valid property without a hole', (_status, state) => {
  const property = indexProperty(state, 7);
  expect(v.parse(IndexProperty, property)).toEqual(property);
  expect(property.ledgerSeq).toBe(7);
  for (const value of Object.values(property)) expect(value).not.toBeNull();
  for (const value of Object.values(property))
    if (Array.isArray(value)) expect(value.length).toBeGreaterThan(0);
});

test('a draft is all sentinels', () => {
  expect(indexProperty(examples.draft, 0)).toMatchObject({
    status: 'draft',
    environment: none,
    connection: none,
    author: none,
    digest: none,
    approvers: [none],
    pendingApprovers: [none],
    rollback: 'undecided',
    outcome: none,
    errorCode: none,
    dryRun: none,
    risk: none,
    findings: -1,
    waived: -1,
    rows: -1,
    requestedAt: noDate,
    approvedAt: noDate,
    executedAt: noDate,
    failedAt: noDate,
    recoveredAt: noDate,
    approvalMinutes: -1,
    leadMinutes: -1,
  });
});

test('a change that ran', () => {
  expect(indexProperty(examples.succeeded, 7)).toMatchObject({
    status: 'succeeded',
    environment: 'prod',
    author: 'dev-1',
    approvers: ['approver-1', 'approver-2'],
    approvals: 2,
    approvalsRequired: 2,
    approvalsMissing: 0,
    pendingApprovers: [none],
    approvedByAuthor: 'no',
    rollback: 'preapproved',
    rolledBack: 'no',
    tries: 1,
    outcome: 'succeeded',
    rows: 3,
    requestedAt: '2026-11-21T10:00:00Z',
    executedAt: '2026-11-21T10:05:00Z',
    failedAt: noDate,
    approvalMinutes: 0,
    leadMinutes: 5,
  });
});

test('failed, rolled back, and not rolled back yet', () => {
  const withTime = evolve(examples.running, {
    actor: 'executor',
    body: events.receipt('failed', 1, 'apply', { code: '23505', finishedAt: at }),
    at,
  });
  expect(indexProperty(withTime, 7)).toMatchObject({
    errorCode: '23505',
    failedAt: '2026-11-21T10:00:00Z',
    executedAt: noDate,
  });
  expect(indexProperty(examples.failed, 7)).toMatchObject({ failedAt: '2026-11-21T10:00:00Z', rows: -1 });
  expect(indexProperty(examples['rolled-back'], 9)).toMatchObject({
    rolledBack: 'yes',
    recoveredAt: '2026-11-21T10:05:00Z',
    outcome: 'succeeded',
  });
  expect(indexProperty(rollingBack, 8)).toMatchObject({
    rolledBack: 'no',
    recoveredAt: noDate,
    outcome: none,
  });
});

test('no rollback, and a vote of the author that must never be', () => {
  const { revision } = examples.approved;
  const state: ChangeState = {
    ...examples.approved,
    revision: revision && { ...revision, hasRollback: false, author: 'approver-1' },
  };
  expect(indexProperty(state, 1)).toMatchObject({ rollback: 'none', approvedByAuthor: 'yes' });
});

test('a dry run counts while it is of the revision that stands', () => {
  const { revision } = examples['in-review'];
  if (!revision) throw new Error('a change in review has a revision');
  const asked = {
    type: 'dry-run-requested' as const,
    revision: revision.number,
    digest: revision.digest,
    connection: revision.connection,
    try: 1,
    jti: '1'.repeat(64),
  };
  const running = evolve(examples['in-review'], { actor: 'dev-1', body: asked, at });
  expect(indexProperty(running, 2).dryRun).toBe('running');
  const nothing = { receiptSha256: null, rows: 1, finishedAt: at, code: null, message: null };
  const over = evolve(running, {
    actor: 'executor',
    body: { type: 'dry-run-ended', jti: asked.jti, status: 'succeeded', ...nothing },
    at,
  });
  expect(indexProperty(over, 3).dryRun).toBe('succeeded');
  const { dryRun } = over;
  if (!dryRun) throw new Error('there was a dry run');
  const earlier = { ...over, dryRun: { ...dryRun, digest: '2'.repeat(64) } };
  expect(indexProperty(earlier, 4).dryRun).toBe(none);
  expect(indexProperty({ ...over, status: 'draft' }, 4).dryRun).toBe(none);
});

test('who is asked and has not voted', () => {
  expect(indexProperty(examples['in-review'], 1).pendingApprovers).toEqual([
    'approver-1',
    'approver-2',
    'approver-3',
  ]);
  const voted = evolve(examples['in-review'], { actor: 'approver-2', body: events.voted(), at });
  expect(indexProperty(voted, 2).pendingApprovers).toEqual(['approver-1', 'approver-3']);
  expect(indexProperty(voted, 2)).toMatchObject({ approvals: 1, approvalsMissing: 1 });
});

const people = (count: number): string[] =>
  Array.from(
    { length: count },
    (_, index) => `712020:${String(index).padStart(8, '0')}-5b0e-4b1a-9c7d-3a2f1d9e8b60`,
  );
const crowd = (candidates: string[] | null): ChangeState => {
  const { revision } = examples['in-review'];
  return { ...examples['in-review'], revision: revision && { ...revision, candidates } };
};

test('at most 50 are listed; more, or an unknown number, become the sentinel', () => {
  expect(indexProperty(crowd(people(maxListedApprovers)), 1).pendingApprovers).toHaveLength(
    maxListedApprovers,
  );
  expect(indexProperty(crowd(people(maxListedApprovers + 1)), 1).pendingApprovers).toEqual([none]);
  expect(indexProperty(crowd(null), 1).pendingApprovers).toEqual([none]);
  expect(indexProperty(crowd([]), 1).pendingApprovers).toEqual([none]);
});

test('the worst case fits: 50 asked, 50 voted, every text as long as its schema allows', () => {
  const long = 'c'.repeat(63);
  const state = crowd(people(maxListedApprovers));
  const full: ChangeState = {
    ...state,
    revision: state.revision && { ...state.revision, connection: long, author: 'a'.repeat(128) },
    votes: people(maxListedApprovers).map((accountId) => ({
      accountId: accountId.replace('712020', '557058'),
      at,
      digest: 'd'.repeat(64),
      comment: 'c'.repeat(2_000),
    })),
  };
  const property = indexProperty(full, 999_999);
  expect(property.pendingApprovers).toHaveLength(maxListedApprovers);
  expect(JSON.stringify(property).length).toBeLessThanOrEqual(maxIndexPropertyChars);
});

test('what the review said at submission', () => {
  const { revision } = examples.approved;
  if (!revision) throw new Error('there is a revision');
  const analysis = {
    analyser: '1/x',
    risk: 'critical',
    errors: 0,
    warnings: 3,
    waived: 2,
    layout: null,
    tables: [],
    moreTables: false,
  } as const;
  const reviewed = { ...examples.approved, revision: { ...revision, analysis: { ...analysis, tables: [] } } };
  expect(indexProperty(reviewed, 1)).toMatchObject({ risk: 'critical', findings: 3, waived: 2 });
  expect(indexProperty(examples.approved, 1)).toMatchObject({ risk: none, findings: -1, waived: -1 });
});

test('minutes never run backwards', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
      (approvedAt) => {
        const { revision } = examples.approved;
        const state = {
          ...examples.approved,
          revision: revision && { ...revision, approvedAt: approvedAt.toISOString() },
        };
        expect(indexProperty(state, 1).approvalMinutes).toBeGreaterThanOrEqual(0);
        expect(v.is(IndexProperty, indexProperty(state, 1))).toBe(true);
      },
    ),
  );
});

test('every indexed path exists, and aliases are distinct', () => {
  const paths = Object.keys(indexedPaths) as (keyof typeof indexedPaths)[];
  const property = indexProperty(examples.succeeded, 1);
  for (const path of paths) expect(property).toHaveProperty(path);
  expect(Object.keys(property).filter((key) => !(key in indexedPaths))).toEqual(['v', 'digest']);
  expect(new Set(paths.map(searchAlias)).size).toBe(paths.length);
  expect(searchAlias('environment')).toBe('queryChangeEnvironment');
});
