import { ok, refuse } from '#core/result';
import { SignJWT } from 'jose';

test('wraps', () => {
  expect(ok(1)).toEqual({ ok: true, value: 1 });
  expect(refuse('x')).toEqual({ ok: false, error: 'x' });
  expect(typeof SignJWT).toBe('function');
});
