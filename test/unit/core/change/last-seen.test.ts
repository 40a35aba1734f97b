import type { ChangeEventBody } from '#core/change/event';
import { differences } from '#core/change/differences';
import { lastSeen } from '#core/change/last-seen';
import { aDigestInput, events } from '../builders';

const digest = (digit: string): string => digit.repeat(64);
const submitted = (revision: number): ChangeEventBody =>
  events.submitted({ revision, digest: digest(String(revision)) });
const voted = (revision: number): ChangeEventBody => ({
  type: 'voted',
  digest: digest(String(revision)),
  channel: 'panel',
  comment: '',
});
const reworked: ChangeEventBody = { type: 'reworked' };
const chain = (...said: (readonly [string, ChangeEventBody])[]) =>
  said.map(([actor, body], index) => ({ actor, body, at: `2026-11-21T10:0${index}:00Z` }));

test('the last earlier revision that the viewer decided about', () => {
  const story = chain(
    ['dana', submitted(1)],
    ['bea', voted(1)],
    ['dana', reworked],
    ['dana', submitted(2)],
    ['caro', { type: 'changes-requested', reason: 'No.' }],
    ['dana', submitted(3)],
  );
  expect(lastSeen(story, 'bea')).toEqual({ revision: 1, decision: 'approved', at: '2026-11-21T10:01:00Z' });
  expect(lastSeen(story, 'caro')).toMatchObject({ revision: 2, decision: 'asked for changes' });
  expect(lastSeen(story, 'dana')).toEqual({ revision: 2, decision: null, at: null });
});

test('a vote for the revision that stands is no earlier one, and a first revision has none', () => {
  const first = chain(['dana', submitted(1)], ['bea', voted(1)]);
  expect(lastSeen(first, 'bea')).toBeNull();
  const second = chain(['dana', submitted(1)], ['bea', voted(1)], ['dana', submitted(2)], ['bea', voted(2)]);
  expect(lastSeen(second, 'bea')).toMatchObject({ revision: 1, decision: 'approved' });
});

test('every fact that a digest covers is compared', () => {
  const before = aDigestInput();
  expect(differences(before, { ...before, revision: 2 })).toEqual([]);
  const texts = new Set(['v', 'installation', 'issueId', 'revision', 'sql', 'verification']);
  const other: Readonly<Record<string, unknown>> = {
    author: 'somebody-else',
    reason: 'Another.',
    connection: 'shop-qa',
    target: { ...before.target, databaseName: 'another' },
    role: 'another',
    searchPath: 'another',
    rollback: before.rollback === null ? 'SELECT 1;' : null,
    limits: { ...before.limits, lockTimeoutMs: before.limits.lockTimeoutMs + 1 },
    rowBudget: 12,
    schemaDigest: digest('f'),
    rollbackPlan: { another: true },
    export: { format: 'csv' },
  };
  for (const [field, value] of Object.entries(other)) {
    expect([field, differences(before, { ...before, [field]: value }).length]).not.toEqual([field, 0]);
  }
  const compared = [...texts, ...Object.keys(other)].toSorted();
  expect(Object.keys({ ...before, rollbackPlan: 1, export: 1 }).toSorted()).toEqual(compared);
});
