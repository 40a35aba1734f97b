import {
  calculateJwkThumbprint,
  compactVerify,
  CompactSign,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import * as v from 'valibot';
import { canonicalJson, utf8Length } from '../hash';
import { PrivateJwk, type PublicJwk } from './jwk';
import { maxTokenBytes } from '../limits';
import { refuse, ok, type Result } from '../result';

/** Makes an Ed25519 key pair; randomness comes from the platform's WebCrypto. */
export async function generateSigningKey(): Promise<PrivateJwk> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  return v.parse(PrivateJwk, { ...jwk, kid: await calculateJwkThumbprint(jwk) });
}

/** The public half. */
export function publicHalf(key: PrivateJwk): PublicJwk {
  return { kty: key.kty, crv: key.crv, x: key.x, kid: key.kid };
}

type ImportedKey = Awaited<ReturnType<typeof importJWK>>;

/** Imported forms by key object: a service that holds its keys imports each once, and an entry goes with its key. */
const importedKeys = new WeakMap<PublicJwk, Promise<ImportedKey>>();

function imported(key: PublicJwk): Promise<ImportedKey> {
  const known = importedKeys.get(key);
  if (known) return known;
  const fresh = importJWK(key as JWK, 'EdDSA');
  importedKeys.set(key, fresh);
  return fresh;
}

/** True when `kid` is the RFC 7638 thumbprint of the key. */
export async function thumbprintMatches(key: PublicJwk): Promise<boolean> {
  return (await calculateJwkThumbprint(key)) === key.kid;
}

/**
 * Signs `claims` as a compact JWS with `alg: EdDSA`, `typ` and `kid`. The payload is RFC 8785 JSON and Ed25519 is
 * deterministic, so the same claims under the same key give the same token: a token can be rebuilt as evidence.
 */
export async function signCompact(claims: object, typ: string, key: PrivateJwk): Promise<string> {
  return new CompactSign(new TextEncoder().encode(canonicalJson(claims)))
    .setProtectedHeader({ alg: 'EdDSA', typ, kid: key.kid })
    .sign(await imported(key));
}

export type JwsRefusal = 'too-large' | 'malformed' | 'unknown-key' | 'bad-signature';

/** What the protected header says, read before any storage access so that rubbish costs nothing. */
export interface PeekedHeader {
  readonly kid: string;
}

/**
 * Checks size, shape, `alg`, `typ` and the presence of `kid` without touching a key.
 * Any header parameter beyond `alg`, `typ`, `kid` is refused (no `jwk`, `jku`, `x5u`, `crit`, `b64`).
 */
export function peekHeader(token: string, typ: string): Result<PeekedHeader, JwsRefusal> {
  if (utf8Length(token) > maxTokenBytes) return refuse('too-large');
  if (!/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}$/.test(token)) return refuse('malformed');
  try {
    const header: Record<string, unknown> = { ...decodeProtectedHeader(token) };
    const { alg, typ: actualTyp, kid, ...rest } = header;
    if (alg !== 'EdDSA' || actualTyp !== typ || typeof kid !== 'string') return refuse('malformed');
    if (Object.keys(rest).length > 0) return refuse('malformed');
    return ok({ kid });
  } catch {
    return refuse('malformed');
  }
}

/**
 * Verifies a compact JWS under one of `keys` (chosen by `kid`) and parses its claims.
 * Fixed order: size, shape and header, key, signature, schema. Times and audience are the caller's to judge.
 */
export async function verifyCompact<TSchema extends v.GenericSchema>(
  token: string,
  typ: string,
  keys: readonly PublicJwk[],
  schema: TSchema,
): Promise<Result<v.InferOutput<TSchema>, JwsRefusal>> {
  const header = peekHeader(token, typ);
  if (!header.ok) return header;
  const key = keys.find((candidate) => candidate.kid === header.value.kid);
  if (!key) return refuse('unknown-key');
  let payload: Uint8Array;
  try {
    ({ payload } = await compactVerify(token, await imported(key), {
      algorithms: ['EdDSA'],
    }));
  } catch {
    return refuse('bad-signature');
  }
  try {
    const claims = v.safeParse(schema, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)));
    return claims.success ? ok(claims.output) : refuse('malformed');
  } catch {
    return refuse('malformed');
  }
}
