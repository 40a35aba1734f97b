import { accepts, evolve, type IllegalEvent } from '#core/change/machine';
import type { ChangeState } from '#core/change/state';
import type { ChangeEventBody } from '#core/change/event';
import { at, events, examples, rollingBack } from '../builders';

const refusal = (state: ChangeState, body: ChangeEventBody, actor: string): IllegalEvent['code'] | null => {
  const result = accepts(state, body, actor);
  return result.ok ? null : result.error.code;
};

const accept = (state: ChangeState, body: ChangeEventBody): ChangeState =>
  evolve(state, { actor: 'executor', body, at });

const attentionOf = (body: ChangeEventBody, state: ChangeState = examples.running) =>
  accept(state, body).attention;

describe('receipts', () => {
  test.each([
    ['succeeded', 'succeeded'],
    ['failed', 'failed'],
    ['unknown', 'needs-attention'],
    ['outcome-lost', 'needs-attention'],
    ['refused', 'running'],
    ['expired', 'running'],
    ['revoked', 'running'],
  ] as const)('of an apply: %s leads to %s', (status, shown) => {
    expect(accept(examples.running, events.receipt(status)).status).toBe(shown);
  });

  test.each([
    ['succeeded', 'rolled-back'],
    ['failed', 'needs-attention'],
    ['unknown', 'needs-attention'],
    ['outcome-lost', 'needs-attention'],
    ['refused', 'running'],
  ] as const)('of a rollback: %s leads to %s', (status, shown) => {
    expect(accept(rollingBack, events.receipt(status, 1, 'rollback')).status).toBe(shown);
  });

  test('attention always has words and a code', () => {
    expect(attentionOf(events.receipt('unknown'))).toMatchObject({
      code: 'unknown',
      message: expect.stringMatching(/cannot tell/) as string,
    });
    expect(attentionOf(events.receipt('outcome-lost'))).toMatchObject({
      message: expect.stringMatching(/proof/) as string,
    });
    expect(attentionOf(events.receipt('failed', 1, 'rollback'), rollingBack)).toMatchObject({
      message: expect.stringMatching(/still applied/) as string,
    });
    expect(
      attentionOf(events.receipt('unknown', 1, 'apply', { code: 'gone', message: 'no answer' })),
    ).toMatchObject({ code: 'gone', message: 'no answer' });
  });

  test('a final one is never replaced, except by its loss', () => {
    for (const status of ['succeeded', 'failed', 'unknown', 'refused'] as const) {
      expect(refusal(examples.succeeded, events.receipt(status), 'executor')).toBe('wrong-attempt');
    }
    expect(refusal(examples.succeeded, events.receipt('outcome-lost'), 'executor')).toBeNull();
    const lost = accept(examples.succeeded, events.receipt('outcome-lost'));
    expect(lost.status).toBe('needs-attention');
    expect(refusal(lost, events.receipt('outcome-lost'), 'executor')).toBe('wrong-attempt');
  });

  test('an unknown one takes a better answer', () => {
    expect(refusal(examples['needs-attention'], events.receipt('succeeded'), 'executor')).toBeNull();
    const known = accept(examples['needs-attention'], events.receipt('succeeded'));
    expect(known).toMatchObject({ status: 'succeeded', attention: null });
  });

  test('an attempt given up without a signature takes a late one', () => {
    const given = evolve(examples.running, { actor: 'app', body: events.notStarted(), at });
    expect(refusal(given, events.receipt('succeeded'), 'executor')).toBeNull();
    expect(accept(given, events.receipt('succeeded')).status).toBe('succeeded');
    expect(accept(given, events.receipt('failed')).status).toBe('failed');
  });

  test.each([
    ['failed', 'succeeded'],
    ['succeeded', 'failed'],
    ['rolled-back', 'succeeded'],
  ] as const)('resolved as %s, then a receipt says %s: a person looks again', (outcome, status) => {
    const attention: ChangeEventBody = { type: 'attention-raised', code: 'x', message: 'look' };
    const raised = evolve(examples.running, { actor: 'app', body: attention, at });
    const resolved = evolve(raised, { actor: 'op-1', body: { type: 'resolved', outcome, reason: 'so' }, at });
    expect(resolved.resolution).toEqual({ by: 'op-1', at, reason: 'so' });
    expect(accept(resolved, events.receipt(status))).toMatchObject({
      status: 'needs-attention',
      attention: { code: 'late-receipt' },
    });
    expect(accept(resolved, events.receipt(outcome === 'failed' ? 'failed' : 'succeeded')).status).toBe(
      outcome === 'rolled-back' ? 'needs-attention' : outcome,
    );
  });

  test('a rollback given up without a signature takes a late one', () => {
    const given = evolve(rollingBack, { actor: 'app', body: events.notStarted(1, 'rollback'), at });
    expect(accept(given, events.receipt('succeeded', 1, 'rollback')).status).toBe('rolled-back');
  });
});

describe('applied, but not as verified', () => {
  const said = { code: 'verification-failed', message: 'Applied, but not as verified.' };
  const unverified = accept(examples.running, events.receipt('succeeded', 1, 'apply', said));
  const undoing = evolve(unverified, { actor: 'dev-1', body: events.run(1, 'rollback'), at });

  test('needs attention, with the words of the receipt', () => {
    expect(unverified).toMatchObject({ status: 'needs-attention', attention: said });
  });

  test('can be rolled back at once, and only rolled back', () => {
    expect(refusal(unverified, events.run(1, 'rollback'), 'dev-1')).toBeNull();
    expect(refusal(unverified, events.run(2), 'dev-1')).toBe('illegal-event');
    expect(undoing.status).toBe('running');
    expect(accept(undoing, events.receipt('succeeded', 1, 'rollback'))).toMatchObject({
      status: 'rolled-back',
      attention: null,
    });
  });

  test('still needs attention when the rollback did not start', () => {
    const back = evolve(undoing, { actor: 'app', body: events.notStarted(1, 'rollback'), at });
    expect(back).toMatchObject({ status: 'needs-attention', attention: { code: 'verification-failed' } });
    expect(refusal(back, events.run(2, 'rollback'), 'dev-1')).not.toBe('illegal-event');
  });

  test('no other attention opens the rollback', () => {
    const failed = accept(undoing, events.receipt('failed', 1, 'rollback', { code: '23505' }));
    expect(refusal(failed, events.run(2, 'rollback'), 'dev-1')).toBe('illegal-event');
    const raised = { type: 'attention-raised', code: 'type-changed', message: 'x' } as const;
    const moved = evolve(examples.succeeded, { actor: 'app', body: raised, at });
    expect(refusal(moved, events.run(1, 'rollback'), 'dev-1')).toBe('illegal-event');
  });

  test('can be resolved as succeeded by a person', () => {
    const body = { type: 'resolved', outcome: 'succeeded', reason: 'a check that was wrong' } as const;
    expect(evolve(unverified, { actor: 'op-1', body, at })).toMatchObject({
      status: 'succeeded',
      attention: null,
    });
  });
});
