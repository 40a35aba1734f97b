import * as v from 'valibot';
import { evolve } from '#core/change/machine';
import type { ContentProblem } from '#core/change/content';
import { lifecycle, type LifecycleInput } from '#core/panel/lifecycle';
import { ActionView, BlockerView } from '#core/panel/view';
import type { ChangeState } from '#core/change/state';
import { at, author, events, examples, rollingBack } from '../builders';

const viewers: Record<string, Partial<LifecycleInput>> = {
  author: { viewer: author, isCandidate: false },
  'author and operator': { viewer: author, isOperator: true, isCandidate: true },
  approver: { viewer: 'approver-3', isCandidate: true },
  'approver who voted': { viewer: 'approver-1', isCandidate: true },
  operator: { viewer: 'op-1', isOperator: true, isCandidate: false },
  'somebody Jira was not asked about': { viewer: 'x-1', isCandidate: null },
  onlooker: { viewer: 'x-2', isCandidate: false },
};

const problem: ContentProblem = { code: 'sql-missing', field: 'sql', message: 'Paste the SQL to run.' };
const situations: Record<string, Partial<LifecycleInput>> = {
  'all is well': {},
  'no executor': { setupProblem: 'No executor is enrolled yet.' },
  'dispatch is paused': { paused: 'Dispatch is paused by Alex.' },
  'the database is away': { connectionProblem: 'the database cannot be reached' },
  'the rollback expired': { rollbackOpen: false },
  'one thing is missing': { problems: [problem] },
  'two things are missing': {
    problems: [problem, { ...problem, code: 'reason-missing', message: 'Give a reason.' }],
  },
};

const unverified = evolve(examples.running, {
  actor: 'executor',
  body: events.receipt('succeeded', 1, 'apply', { code: 'verification-failed', message: 'Not as verified.' }),
  at,
});
const oneVote = evolve(examples['in-review'], { actor: 'approver-1', body: events.voted(), at });
const notStarted = evolve(examples.running, { actor: 'app', body: events.notStarted(), at });
const revision = examples['in-review'].revision;
const states: Record<string, ChangeState> = {
  ...examples,
  'in review with one vote': oneVote,
  'in review, one needed': {
    ...examples['in-review'],
    revision: revision && { ...revision, approvalsRequired: 1 },
  },
  'approved again': notStarted,
  'approved again, without words': {
    ...notStarted,
    apply: notStarted.apply && {
      ...notStarted.apply,
      outcome: notStarted.apply.outcome && { ...notStarted.apply.outcome, message: null },
    },
  },
  'applied, not as verified': unverified,
  'rolling back': rollingBack,
  'rollback not started': evolve(rollingBack, { actor: 'app', body: events.notStarted(1, 'rollback'), at }),
  'succeeded without rollback': {
    ...examples.succeeded,
    revision: examples.succeeded.revision && { ...examples.succeeded.revision, hasRollback: false },
  },
  'attention without words': { ...examples['needs-attention'], attention: null },
};

const see = (state: ChangeState, viewer: Partial<LifecycleInput>, situation: Partial<LifecycleInput> = {}) =>
  lifecycle({
    state,
    viewer: 'x',
    isOperator: false,
    isCandidate: null,
    problems: [],
    reviewRefusal: null,
    connectionProblem: null,
    setupProblem: null,
    paused: null,
    dryRunRefusal: null,
    evidenceMissing: null,
    rollbackOpen: true,
    selected: null,
    ...viewer,
    ...situation,
  });

const table = Object.entries(states).flatMap(([status, state]) =>
  Object.entries(viewers).flatMap(([who, viewer]) =>
    Object.entries(situations).map(
      ([how, situation]) => [status, who, how, state, viewer, situation] as const,
    ),
  ),
);

test.each(table)('%s, %s, %s', (_status, _who, _how, state, viewer, situation) => {
  const shown = see(state, viewer, situation);
  expect(shown.headline).toMatch(/^[A-Z0-9].{5,}\.$/);
  const actions = [...(shown.primary ? [shown.primary] : []), ...shown.secondary];
  expect(new Set(actions.map(({ name }) => name)).size).toBe(actions.length);
  for (const action of actions) {
    expect(v.is(ActionView, action)).toBe(true);
    expect(action.enabled).toBe(action.why === null);
    if (action.why !== null) expect(action.why).toMatch(/^\S.{8,}/);
    expect(action.label).toMatch(/^[A-Z]/);
  }
  for (const blocker of shown.blockers) {
    expect(v.is(BlockerView, blocker)).toBe(true);
    expect(blocker.message).toMatch(/^\S.{8,}/);
  }
  expect(shown.mayEdit).toBe(state.status === 'draft');
  expect(shown.approvalsMissing).toBeGreaterThanOrEqual(0);
});

const named = ({ name, enabled }: ActionView): string => (enabled ? name : `(${name})`);

/** `name` enabled, `(name)` disabled; the primary action first. */
const offers = (
  state: ChangeState,
  viewer: Partial<LifecycleInput>,
  situation: Partial<LifecycleInput> = {},
): string[] => {
  const { primary, secondary } = see(state, viewer, situation);
  return [primary ? named(primary) : '-', ...secondary.map(named)];
};

const { author: me, approver, operator, onlooker } = viewers;
const mine = me ?? {};

test.each<[string, ChangeState, Partial<LifecycleInput>, string[]]>([
  ['draft, anybody', examples.draft, mine, ['submit', 'dry-run', 'cancel']],
  ['review, author', examples['in-review'], mine, ['-', 'dry-run', 'rework', 'cancel']],
  ['review, approver', examples['in-review'], approver ?? {}, ['approve', 'request-changes', 'reject']],
  [
    'review, operator',
    examples['in-review'],
    operator ?? {},
    ['(approve)', 'dry-run', '(request-changes)', '(reject)', 'cancel'],
  ],
  ['review, onlooker', examples['in-review'], onlooker ?? {}, ['(approve)', '(request-changes)', '(reject)']],
  ['review, voted', oneVote, viewers['approver who voted'] ?? {}, ['(approve)', 'request-changes', 'reject']],
  ['approved, author', examples.approved, mine, ['run', 'dry-run', 'rework', 'cancel']],
  ['approved, operator', examples.approved, operator ?? {}, ['run', 'dry-run', 'cancel']],
  ['approved, onlooker', examples.approved, onlooker ?? {}, ['(run)']],
  ['running, author', examples.running, mine, ['-', 'stop']],
  ['running, operator', examples.running, operator ?? {}, ['-', 'stop']],
  ['running, approver', examples.running, approver ?? {}, ['-', '(stop)']],
  ['running, onlooker', examples.running, onlooker ?? {}, ['-', '(stop)']],
  ['succeeded, author', examples.succeeded, mine, ['-', 'roll-back']],
  ['succeeded, onlooker', examples.succeeded, onlooker ?? {}, ['-', '(roll-back)']],
  ['failed, author', examples.failed, mine, ['rework']],
  ['failed, onlooker', examples.failed, onlooker ?? {}, ['(rework)']],
  ['attention, operator', examples['needs-attention'], operator ?? {}, ['resolve']],
  ['attention, author', examples['needs-attention'], mine, ['(resolve)']],
  [
    'attention, author and operator',
    examples['needs-attention'],
    viewers['author and operator'] ?? {},
    ['(resolve)'],
  ],
  ['not as verified, author', unverified, mine, ['(resolve)', 'roll-back']],
  ['not as verified, operator', unverified, operator ?? {}, ['resolve', 'roll-back']],
  ['not as verified, onlooker', unverified, onlooker ?? {}, ['(resolve)', '(roll-back)']],
  ['rejected, author', examples.rejected, mine, ['rework']],
  ['rejected, onlooker', examples.rejected, onlooker ?? {}, ['-']],
  ['rolled back', examples['rolled-back'], mine, ['-']],
  ['cancelled', examples.cancelled, mine, ['-']],
])('%s', (_name, state, viewer, expected) => {
  expect(offers(state, viewer)).toEqual(expected);
});

test('an editor cannot approve either', () => {
  const edited = { ...examples['in-review'], revision: revision && { ...revision, editors: ['approver-3'] } };
  expect(offers(edited, approver ?? {})).toEqual(['-']);
  expect(see(edited, approver ?? {}).headline).toMatch(/You wrote/);
});

test('what is in the way is said where it is in the way', () => {
  expect(see(examples.draft, mine, { problems: [problem] }).blockers).toEqual([
    { kind: 'fix', message: problem.message },
  ]);
  expect(offers(examples.draft, mine, { problems: [problem] })).toEqual(['(submit)', '(dry-run)', 'cancel']);
  expect(see(examples.approved, mine, { connectionProblem: 'it is down' }).primary?.why).toBe('it is down');
  expect(see(examples.succeeded, mine, { selected: { rows: 12, readOnly: true } }).headline).toBe(
    'Read 12 rows. Nothing was changed.',
  );
  expect(see(examples.succeeded, mine, { selected: { rows: 1, readOnly: false } }).headline).toBe(
    'The change ran: 1 row was selected.',
  );
  expect(see(examples.succeeded, mine, { rollbackOpen: false }).secondary[0]?.why).toMatch(/expired/);
  expect(see(oneVote, mine).blockers[0]?.message).toBe('Waiting for one more approval from shop-approvers.');
  expect(see(examples['in-review'], mine).blockers[0]?.message).toBe(
    'Waiting for 2 more approvals from shop-approvers.',
  );
  expect(see(examples.running, mine).headline).toBe('Running on shop-prod.');
  expect(see(rollingBack, mine).headline).toBe('Rolling back on shop-prod.');
});

test('a state without a revision never fails to render', () => {
  for (const status of [
    'in-review',
    'approved',
    'running',
    'succeeded',
    'failed',
    'needs-attention',
  ] as const) {
    expect(see({ ...examples.draft, status }, mine).headline).not.toBe('');
  }
});

test('a pause holds back what would be sent, with its words, and nothing else', () => {
  const paused = { paused: 'Dispatch is paused by Alex.' };
  for (const [status, state] of Object.entries(examples)) {
    for (const [who, viewer] of Object.entries(viewers)) {
      const held = offers(state, viewer, paused);
      const free = offers(state, viewer).map((name) =>
        /^(run|roll-back|dry-run)$/.test(name) ? `(${name})` : name,
      );
      expect([status, who, held]).toEqual([status, who, free]);
    }
  }
  expect(see(examples.approved, mine, paused).primary?.why).toBe(paused.paused);
});
