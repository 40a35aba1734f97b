import * as v from 'valibot';
import { Identifier, NumericDate, Sha256Hex } from './claims';
import { PublicJwk } from './jwk';

export const enrolmentTyp = 'qc-enrolment+jws';
export const enrolmentPath = '/v1/enrolments';

/**
 * Body of `POST /v1/enrolments`, sent in a request JWS of the app. The executor already holds the app key, the receipt
 * URL and the hash of the token in its own configuration: this call proves to it that the other side holds the token,
 * and changes nothing but "enrolled". A token works once.
 */
export const EnrolmentRequest = v.strictObject({
  token: v.pipe(v.string(), v.minLength(32), v.maxLength(128)),
  installation: Identifier,
  appKid: v.string(),
  receiptUrl: v.pipe(v.string(), v.url()),
});
export type EnrolmentRequest = v.InferOutput<typeof EnrolmentRequest>;

/** Claims of the answer (compact JWS under the executor key that the admin pinned in the app). */
export const EnrolmentClaims = v.strictObject({
  v: v.literal(1),
  /** Executor id. */
  iss: Identifier,
  /** Installation ARI. */
  aud: Identifier,
  iat: NumericDate,
  tokenSha256: Sha256Hex,
  appKid: v.string(),
  receiptUrl: v.string(),
  executorKey: PublicJwk,
});
export type EnrolmentClaims = v.InferOutput<typeof EnrolmentClaims>;

/** 200 of `POST /v1/enrolments`. */
export const EnrolmentReply = v.strictObject({ enrolment: v.string() });
