import * as v from 'valibot';
import { adminCalls, setupSteps } from '#core/panel/admin-contract';
import { panelCalls } from '#core/panel/contract';
import { changeChannel } from '#core/panel/signal';
import { hash } from '../builders';

test('the realtime channel names the issue and nothing else', () => {
  expect(changeChannel('10001')).toBe('query-change-10001');
});

test('no payload names the issue or the viewer: those come from the platform', () => {
  for (const { payload } of [...Object.values(panelCalls), ...Object.values(adminCalls)]) {
    expect(v.is(payload, { issueId: '1' })).toBe(false);
    expect(v.is(payload, { accountId: 'x' })).toBe(false);
  }
});

test.each(['approve', 'request-changes', 'reject', 'run', 'roll-back'] as const)(
  '%s names the digest that was shown',
  (name) => {
    const { payload } = panelCalls[name];
    const rest =
      name === 'approve'
        ? { comment: '' }
        : name === 'request-changes' || name === 'reject'
          ? { reason: 'x' }
          : {};
    expect(v.is(payload, { digest: hash('d'), ...rest })).toBe(true);
    expect(v.is(payload, rest)).toBe(false);
  },
);

test('a reason is required and trimmed', () => {
  expect(v.safeParse(panelCalls.reject.payload, { digest: hash('d'), reason: '  ' }).success).toBe(false);
  expect(v.parse(panelCalls.reject.payload, { digest: hash('d'), reason: ' no ' }).reason).toBe('no');
});

test('set-up steps are distinct', () => {
  expect(new Set(setupSteps).size).toBe(setupSteps.length);
});
