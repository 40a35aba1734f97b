import * as fc from 'fast-check';
import { base64url, CompactSign, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import * as v from 'valibot';
import { maxTokenBytes } from '#core/limits';
import { PrivateJwk, PublicJwk } from '#core/protocol/jwk';
import {
  generateSigningKey,
  peekHeader,
  publicHalf,
  signCompact,
  thumbprintMatches,
  verifyCompact,
} from '#core/protocol/jws';

const typ = 'qc-test+jws';
const Claims = v.strictObject({ n: v.number(), s: v.string() });
const claims = { n: 1, s: 'ä' };

let key: PrivateJwk;
let foreign: PrivateJwk;
beforeAll(async () => {
  [key, foreign] = await Promise.all([generateSigningKey(), generateSigningKey()]);
});

const verify = async (token: string, keys?: readonly PublicJwk[]) =>
  verifyCompact(token, typ, keys ?? [publicHalf(key)], Claims);

/** Signs with our key under any header. */
async function signWith(header: object, payload: Uint8Array | object = claims, signer: PrivateJwk = key) {
  const bytes = payload instanceof Uint8Array ? payload : new TextEncoder().encode(JSON.stringify(payload));
  const known = { crit: { [Object.keys(header).at(-1) ?? '']: true } };
  return new CompactSign(bytes)
    .setProtectedHeader({ alg: 'EdDSA', typ, kid: signer.kid, ...header })
    .sign(await importJWK(signer as JWK, 'EdDSA'), 'crit' in header ? known : {});
}

const part = (value: unknown): string => base64url.encode(JSON.stringify(value));

describe('a good token', () => {
  test('verifies, and the same claims give the same token', async () => {
    const token = await signCompact(claims, typ, key);
    expect(await verify(token)).toEqual({ ok: true, value: claims });
    expect(await signCompact({ s: 'ä', n: 1 }, typ, key)).toBe(token);
    expect(peekHeader(token, typ)).toEqual({ ok: true, value: { kid: key.kid } });
  });

  test('verifies under either of two keys during rotation', async () => {
    const both = [publicHalf(foreign), publicHalf(key)];
    expect((await verify(await signCompact(claims, typ, key), both)).ok).toBe(true);
    expect((await verify(await signCompact(claims, typ, foreign), both)).ok).toBe(true);
  });

  test('names its key by thumbprint', async () => {
    expect(await thumbprintMatches(publicHalf(key))).toBe(true);
    expect(await thumbprintMatches({ ...publicHalf(key), kid: foreign.kid })).toBe(false);
    expect(publicHalf(key)).not.toHaveProperty('d');
    expect(v.is(PrivateJwk, key)).toBe(true);
    expect(v.is(PrivateJwk, publicHalf(key))).toBe(false);
  });
});

const refusedHeader = async (header: object, error = 'malformed') => {
  const token = `${part(header)}.${part(claims)}.${'A'.repeat(86)}`;
  expect(peekHeader(token, typ)).toEqual({ ok: false, error });
  expect(await verify(token)).toEqual({ ok: false, error });
};

describe('refused by its header, before any key is touched', () => {
  test.each([
    ['alg none', { alg: 'none' }],
    ['HS256', { alg: 'HS256' }],
    ['ES256', { alg: 'ES256' }],
    ['Ed25519 by its other name', { alg: 'Ed25519' }],
    ['another typ', { typ: 'qc-other+jws' }],
    ['no typ', { typ: undefined }],
    ['no kid', { kid: undefined }],
    ['a kid that is no text', { kid: 1 }],
    ['an embedded key', { jwk: {} }],
    ['a key address', { jku: 'https://evil.example/keys' }],
    ['a certificate address', { x5u: 'https://evil.example/cert' }],
    ['crit', { crit: ['exp'] }],
    ['b64', { b64: false }],
    ['an unknown parameter', { extra: 1 }],
  ])('%s', async (_name, header) => {
    await refusedHeader({ alg: 'EdDSA', typ, kid: key.kid, ...header });
  });

  test('a really signed token with crit or an embedded key', async () => {
    const attacker = publicHalf(foreign);
    expect(await verify(await signWith({ jwk: attacker }, claims, foreign))).toEqual({
      ok: false,
      error: 'malformed',
    });
    expect(await verify(await signWith({ jwk: publicHalf(key) }))).toEqual({ ok: false, error: 'malformed' });
    expect(await verify(await signWith({ crit: ['qc'], qc: 1 }))).toEqual({ ok: false, error: 'malformed' });
  });

  test('alg none with an empty signature', async () => {
    const token = `${part({ alg: 'none', typ, kid: key.kid })}.${part(claims)}.`;
    expect(await verify(token)).toEqual({ ok: false, error: 'malformed' });
  });

  test('HS256 with the public key as secret', async () => {
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ, kid: key.kid })
      .sign(base64url.decode(key.x));
    expect(await verify(token)).toEqual({ ok: false, error: 'malformed' });
  });

  test('a header that is not JSON, or no object', async () => {
    for (const header of ['bm8', part(null), part([]), part('text'), part(1)]) {
      expect(peekHeader(`${header}.e30.${'A'.repeat(86)}`, typ)).toEqual({ ok: false, error: 'malformed' });
    }
  });

  test('too large is told before the shape', async () => {
    const oversized = 'a'.repeat(maxTokenBytes + 1);
    expect(await verify(oversized)).toEqual({ ok: false, error: 'too-large' });
    expect(await verify('a'.repeat(maxTokenBytes))).toEqual({ ok: false, error: 'malformed' });
    expect(await verify('€'.repeat(Math.ceil(maxTokenBytes / 3) + 1))).toEqual({
      ok: false,
      error: 'too-large',
    });
  });

  test.each(['', '.', '..', 'a.b', 'a.b.c.d', 'a b.c.d'])('%j', async (token) => {
    expect(await verify(token)).toEqual({ ok: false, error: 'malformed' });
  });
});

describe('refused by key or signature', () => {
  test('a foreign key, honestly named', async () => {
    expect(await verify(await signCompact(claims, typ, foreign))).toEqual({
      ok: false,
      error: 'unknown-key',
    });
    expect(await verify(await signCompact(claims, typ, key), [])).toEqual({
      ok: false,
      error: 'unknown-key',
    });
  });

  test('a foreign key under our kid', async () => {
    const token = await signWith({ kid: key.kid }, claims, foreign);
    expect(await verify(token)).toEqual({ ok: false, error: 'bad-signature' });
  });

  test('an RSA key cannot be used at all', async () => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    expect(v.is(PublicJwk, { ...(await exportJWK(privateKey)), kid: key.kid })).toBe(false);
  });
});

describe('refused by its content, although well signed', () => {
  test.each([
    ['claims of another shape', { n: '1', s: '' }],
    ['one claim too many', { ...claims, extra: 1 }],
    ['no claims', []],
  ])('%s', async (_name, payload) => {
    expect(await verify(await signWith({}, payload))).toEqual({ ok: false, error: 'malformed' });
  });

  test('bytes that are not UTF-8 or not JSON', async () => {
    expect(await verify(await signWith({}, Uint8Array.of(0xff, 0xfe)))).toEqual({
      ok: false,
      error: 'malformed',
    });
    expect(await verify(await signWith({}, new TextEncoder().encode('{')))).toEqual({
      ok: false,
      error: 'malformed',
    });
  });
});

test('of thousands of mutations none is accepted with another payload', async () => {
  const token = await signCompact(claims, typ, key);
  const other = await signCompact({ n: 2, s: 'other' }, typ, foreign);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= ';
  const position = fc.nat({ max: token.length - 1 });
  const mutation = fc.oneof(
    fc
      .tuple(position, fc.constantFrom(...alphabet.split('')))
      .map(([at, char]) => token.slice(0, at) + char + token.slice(at + 1)),
    fc
      .tuple(position, fc.constantFrom(...alphabet.split('')))
      .map(([at, char]) => token.slice(0, at) + char + token.slice(at)),
    position.map((at) => token.slice(0, at) + token.slice(at + 1)),
    position.map((at) => token.slice(0, at)),
    fc.tuple(position, position).map(([a, b]) => {
      const chars = token.split('');
      [chars[a], chars[b]] = [chars[b] ?? '', chars[a] ?? ''];
      return chars.join('');
    }),
    fc.tuple(fc.constantFrom(0, 1, 2)).map(([index]) => {
      const parts = token.split('.');
      parts[index] = other.split('.')[index] ?? '';
      return parts.join('.');
    }),
    fc.record({ n: fc.integer(), s: fc.string() }).map((forged) => {
      const parts = token.split('.');
      parts[1] = part(forged);
      return parts.join('.');
    }),
  );
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(mutation, async (mutated) => {
      const result = await verify(mutated);
      // The last character of each part may carry bits that decode to the same bytes; the claims are then the signed ones.
      if (result.ok) expect(result.value).toEqual(claims);
      else refused += 1;
    }),
    { numRuns: 4_000 },
  );
  expect(refused).toBeGreaterThan(2_000);
}, 120_000);
