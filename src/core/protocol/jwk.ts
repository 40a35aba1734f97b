import * as v from 'valibot';

/** RFC 8037 public key. `kid` is the RFC 7638 thumbprint and is checked against the key when one is loaded. */
export const PublicJwk = v.object({
  kty: v.literal('OKP'),
  crv: v.literal('Ed25519'),
  x: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/)),
  kid: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/)),
});
export type PublicJwk = v.InferOutput<typeof PublicJwk>;

/** RFC 8037 private key with its thumbprint. */
export const PrivateJwk = v.object({
  ...PublicJwk.entries,
  d: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/)),
});
export type PrivateJwk = v.InferOutput<typeof PrivateJwk>;
