import * as v from 'valibot';
import { Identifier, NumericDate, Sha256Hex } from './claims';

export const requestTyp = 'qc-request+jws';
/** HTTP header that carries the request JWS. (`Authorization` belongs to the Forge Invocation Token.) */
export const requestHeader = 'qc-request';

/** Claims of a request JWS: every request but `/healthz` carries one. */
export const RequestClaims = v.strictObject({
  iss: Identifier,
  aud: Identifier,
  /** Used once. */
  jti: v.pipe(v.string(), v.minLength(16), v.maxLength(128)),
  iat: NumericDate,
  exp: NumericDate,
  method: v.picklist(['GET', 'POST']),
  /** Path with query, as sent. */
  path: v.pipe(v.string(), v.startsWith('/'), v.maxLength(2048)),
  bodySha256: Sha256Hex,
});
export type RequestClaims = v.InferOutput<typeof RequestClaims>;
