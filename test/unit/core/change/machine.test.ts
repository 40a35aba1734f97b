import { accepts, evolve, nextTry, type IllegalEvent } from '#core/change/machine';
import { currentAttempt, type ChangeState } from '#core/change/state';
import type { ChangeEventBody } from '#core/change/event';
import { at, author, events, examples, hash, jtiOf, rollingBack, stateAfter } from '../builders';

const refusal = (state: ChangeState, body: ChangeEventBody, actor: string): IllegalEvent['code'] | null => {
  const result = accepts(state, body, actor);
  return result.ok ? null : result.error.code;
};

/** Every event, made so that only the status decides. */
const bodies: readonly ChangeEventBody[] = [
  events.submitted({ revision: 2 }),
  events.voted(),
  { type: 'vote-lapsed', voter: 'approver-1', reason: '' },
  events.approved(),
  { type: 'changes-requested', reason: '' },
  { type: 'rejected', reason: '' },
  { type: 'reworked' },
  { type: 'cancelled' },
  events.run(),
  events.signed(),
  events.receipt('outcome-lost'),
  events.notStarted(),
  events.stopRequested(),
  { type: 'attention-raised', code: 'x', message: 'x' },
  { type: 'resolved', outcome: 'failed', reason: '' },
];

test.each<[ChangeState['status'], readonly ChangeEventBody['type'][]]>([
  ['draft', ['submitted', 'cancelled', 'attention-raised']],
  [
    'in-review',
    [
      'voted',
      'vote-lapsed',
      'approved',
      'changes-requested',
      'rejected',
      'reworked',
      'cancelled',
      'attention-raised',
    ],
  ],
  [
    'approved',
    ['vote-lapsed', 'reworked', 'cancelled', 'run-requested', 'receipt-accepted', 'attention-raised'],
  ],
  [
    'running',
    ['vote-lapsed', 'order-signed', 'receipt-accepted', 'not-started', 'stop-requested', 'attention-raised'],
  ],
  ['succeeded', ['run-requested', 'receipt-accepted', 'attention-raised']],
  ['failed', ['reworked', 'receipt-accepted', 'attention-raised']],
  ['needs-attention', ['receipt-accepted', 'resolved']],
  ['rolled-back', ['receipt-accepted', 'attention-raised']],
  ['rejected', ['reworked', 'attention-raised']],
  ['cancelled', ['attention-raised']],
])('a change that is %s takes only the events of its row', (status, expected) => {
  const state = examples[status];
  const named = (body: ChangeEventBody): boolean => refusal(state, body, 'approver-3') !== 'illegal-event';
  const taken = bodies.filter(named).map(({ type }) => type);
  // An order that is signed cannot lapse, although the status alone would allow it.
  const byStatus = expected.filter((type) => status !== 'running' || type !== 'vote-lapsed');
  const enough = status === 'draft' ? byStatus.filter((type) => type !== 'submitted') : byStatus;
  const quorum = status === 'in-review' ? enough.filter((type) => type !== 'approved') : enough;
  expect(taken.toSorted()).toEqual(quorum.toSorted());
  expect(refusal(state, { type: 'attempt-recorded', code: 'status-forced', message: '' }, 'x')).toBeNull();
});

describe('voting', () => {
  const state = stateAfter([author, events.submitted({ editors: ['dev-2'] })]);

  test.each([
    ['an approver', 'approver-1', hash('d'), null],
    ['the author', author, hash('d'), 'own-change'],
    ['an editor', 'dev-2', hash('d'), 'own-change'],
    ['on another digest', 'approver-1', hash('c'), 'stale-digest'],
  ] as const)('%s', (_name, who, digest, code) => {
    expect(refusal(state, events.voted(digest), who)).toBe(code);
  });

  test('once', () => {
    const voted = evolve(state, { actor: 'approver-1', body: events.voted(), at });
    expect(refusal(voted, events.voted(), 'approver-1')).toBe('already-voted');
    expect(refusal(voted, events.voted(), 'approver-2')).toBeNull();
  });

  test('a text that goes back to an old version has another revision, so its votes stay gone', () => {
    const back = stateAfter(
      [author, events.submitted()],
      ['approver-1', events.voted()],
      [author, { type: 'reworked' }],
      [author, events.submitted({ revision: 2, digest: hash('c') })],
    );
    expect(back.votes).toEqual([]);
    expect(refusal(back, events.voted(), 'approver-1')).toBe('stale-digest');
    expect(refusal(back, events.voted(hash('c')), 'approver-1')).toBeNull();
  });
});

describe('approval', () => {
  const one = stateAfter([author, events.submitted()], ['approver-1', events.voted()]);
  const two = evolve(one, { actor: 'approver-2', body: events.voted(), at });

  test.each<[string, ChangeState, ChangeEventBody, IllegalEvent['code'] | null]>([
    ['two of two', two, events.approved(), null],
    ['one of two', one, events.approved(['approver-1']), 'illegal-event'],
    ['the same one twice', one, events.approved(['approver-1', 'approver-1']), 'illegal-event'],
    ['somebody who did not vote', one, events.approved(['approver-1', 'approver-2']), 'illegal-event'],
    ['another digest', two, events.approved(['approver-1', 'approver-2'], hash('c')), 'stale-digest'],
  ])('%s', (_name, state, body, code) => {
    expect(refusal(state, body, 'app')).toBe(code);
  });

  test('a lapsed vote reopens the review', () => {
    const lapse: ChangeEventBody = { type: 'vote-lapsed', voter: 'approver-1', reason: 'left the group' };
    const after = evolve(examples.approved, { actor: 'app', body: lapse, at });
    expect(after).toMatchObject({ status: 'in-review', votes: [{ accountId: 'approver-2' }] });
    expect(after.revision?.approvedAt).toBeNull();
  });

  test('before the order is signed a lapse ends the attempt, afterwards it cannot', () => {
    const lapse: ChangeEventBody = { type: 'vote-lapsed', voter: 'approver-1', reason: 'left' };
    const unsigned = evolve(examples.approved, { actor: author, body: events.run(), at });
    expect(refusal(unsigned, lapse, 'app')).toBeNull();
    expect(evolve(unsigned, { actor: 'app', body: lapse, at }).apply?.outcome).toMatchObject({
      status: 'refused',
      code: 'vote-lapsed',
      message: 'left',
    });
    expect(refusal(examples.running, lapse, 'app')).toBe('illegal-event');
    expect(refusal(rollingBack, lapse, 'app')).toBe('illegal-event');
  });
});

describe('running', () => {
  test.each<[string, ChangeState, ChangeEventBody, IllegalEvent['code'] | null]>([
    ['an approved revision', examples.approved, events.run(), null],
    ['another digest', examples.approved, events.run(1, 'apply', hash('c')), 'stale-digest'],
    ['a rollback of what was not applied', examples.approved, events.run(1, 'rollback'), 'already-run'],
    ['the wrong number', examples.approved, events.run(2), 'wrong-attempt'],
    ['a second time', examples.succeeded, events.run(2), 'already-run'],
    ['while it runs', examples.running, events.run(2), 'illegal-event'],
    ['the rollback of what was applied', examples.succeeded, events.run(1, 'rollback'), null],
    ['after it was rolled back', examples['rolled-back'], events.run(2, 'rollback'), 'illegal-event'],
  ])('%s', (_name, state, body, code) => {
    expect(refusal(state, body, author)).toBe(code);
  });

  test('a resolution is no way round the review', () => {
    const resolved = stateAfter(
      [author, events.submitted()],
      ['app', { type: 'attention-raised', code: 'x', message: 'look' }],
      ['op-1', { type: 'resolved', outcome: 'succeeded', reason: 'trust me' }],
    );
    expect(refusal(resolved, events.run(1, 'rollback'), author)).toBe('illegal-event');
  });

  test('an attempt without effect makes room for the next', () => {
    const again = evolve(examples.running, { actor: 'app', body: events.notStarted(), at });
    expect(again).toMatchObject({
      status: 'approved',
      apply: { outcome: { status: 'refused', code: 'expired' } },
    });
    expect(nextTry(again, 'apply')).toBe(2);
    expect(refusal(again, events.run(1), author)).toBe('wrong-attempt');
    expect(refusal(again, events.run(2), author)).toBeNull();
    const rollback = evolve(rollingBack, { actor: 'app', body: events.notStarted(1, 'rollback'), at });
    expect(rollback.status).toBe('succeeded');
    expect(refusal(rollback, events.run(2, 'rollback'), author)).toBeNull();
  });

  test('an attempt that is still open makes none', () => {
    const open: ChangeState = { ...examples.running, status: 'approved' };
    expect(refusal(open, events.run(2), author)).toBe('already-run');
  });

  test('events of another attempt are refused', () => {
    expect(refusal(examples.running, events.receipt('succeeded', 2), 'executor')).toBe('wrong-attempt');
    expect(refusal(examples.running, events.notStarted(2), 'app')).toBe('wrong-attempt');
    expect(refusal(examples.running, events.notStarted(1, 'rollback'), 'app')).toBe('wrong-attempt');
    expect(refusal(rollingBack, events.notStarted(1), 'app')).toBe('wrong-attempt');
    expect(refusal(rollingBack, events.signed(1), 'app')).toBe('wrong-attempt');
    expect(refusal(rollingBack, events.signed(1, 'rollback'), 'app')).toBeNull();
  });

  test('an order is signed once', () => {
    expect(refusal(examples.running, events.signed(), 'app')).toBe('wrong-attempt');
  });
});

describe('the rest', () => {
  test('a revision follows the last one', () => {
    expect(refusal(examples.draft, events.submitted({ revision: 2 }), author)).toBe('illegal-event');
    const reworked = evolve(examples.failed, { actor: author, body: { type: 'reworked' }, at });
    expect(reworked).toMatchObject({ status: 'draft', revision: null, revisions: 1, apply: null });
    expect(refusal(reworked, events.submitted(), author)).toBe('illegal-event');
    expect(refusal(reworked, events.submitted({ revision: 2 }), author)).toBeNull();
  });

  test('attempts to go round the rules are counted and change nothing else', () => {
    const body: ChangeEventBody = { type: 'attempt-recorded', code: 'status-forced', message: 'moved' };
    expect(evolve(examples.approved, { actor: 'x', body, at })).toEqual({
      ...examples.approved,
      attempts: 1,
      attemptedAt: at,
    });
  });

  test('the current attempt is the rollback once there is one', () => {
    expect(currentAttempt(examples.succeeded)?.jti).toBe(jtiOf('apply', 1));
    expect(currentAttempt(examples['rolled-back'])?.jti).toBe(jtiOf('rollback', 1));
    expect(currentAttempt(examples.draft)).toBeNull();
  });

  test('a wish to stop is for the attempt that runs, once, and changes no status', () => {
    const stopped = evolve(examples.running, { actor: author, body: events.stopRequested(), at });
    expect(stopped).toEqual({
      ...examples.running,
      apply: { ...examples.running.apply, stop: { by: author, at, reason: 'It blocks the shop.' } },
    });
    expect(refusal(stopped, events.stopRequested(), 'operator-1')).toBe('wrong-attempt');
    expect(refusal(examples.running, events.stopRequested(2), author)).toBe('wrong-attempt');
    expect(refusal(rollingBack, events.stopRequested(), author)).toBe('wrong-attempt');
    expect(refusal(rollingBack, events.stopRequested(1, 'rollback'), author)).toBeNull();
  });

  test('evolve is total: it folds what an older release may have written', () => {
    expect(evolve(examples.draft, { actor: 'app', body: events.notStarted(), at }).status).toBe('approved');
    expect(evolve(examples.draft, { actor: 'app', body: events.signed(), at })).toEqual(examples.draft);
    expect(evolve(examples.draft, { actor: 'app', body: events.approved(), at }).revision).toBeNull();
    expect(evolve(examples.draft, { actor: author, body: events.run(), at }).apply?.revision).toBe(0);
    const lapse: ChangeEventBody = { type: 'vote-lapsed', voter: 'x', reason: '' };
    expect(
      evolve({ ...examples.draft, status: 'running' }, { actor: 'app', body: lapse, at }).apply,
    ).toBeNull();
    expect(evolve(rollingBack, { actor: 'app', body: lapse, at }).rollback?.outcome?.status).toBe('refused');
  });

  test('every refusal has words', () => {
    for (const state of Object.values(examples)) {
      for (const body of [
        events.submitted({ revision: 9 }),
        events.voted(),
        events.run(9),
        events.signed(9),
        { type: 'reworked' },
        { type: 'resolved', outcome: 'failed', reason: '' },
      ] as const) {
        const result = accepts(state, body, author);
        if (!result.ok) expect(result.error.message).toMatch(/^[A-Z].{10,}\.$/);
      }
    }
  });
});
