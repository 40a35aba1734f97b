import * as v from 'valibot';
import { ConnectionInfo } from './connection';
import { ConnectionKey, Identifier, Sha256Hex } from './claims';
import { ExecutionProgress } from './progress';
import { ReceiptDelivery } from './receipt';

/** Paths the executor serves. */
export const paths = {
  orders: '/v1/orders',
  revocations: '/v1/revocations',
  execution: (jti: string): string => `/v1/executions/${jti}`,
  connections: '/v1/connections',
  health: '/healthz',
} as const;

/** Body of `POST /v1/orders` is a compact order JWS. */
export const orderContentType = 'application/jose';

/** `revoked`: a tombstone guards an id whose order was never seen; there is no receipt for it. */
export const executionStates = ['accepted', 'running', 'final', 'revoked'] as const;

/** 202 to an order and 200 to `GET /v1/executions/{jti}`. */
export const ExecutionReply = v.strictObject({
  jti: Sha256Hex,
  state: v.picklist(executionStates),
  /** Present when `state` is `final`. */
  delivery: v.nullable(ReceiptDelivery),
  /** Only in an answer to a question, while `state` is `running` and the run takes longer than a moment. */
  progress: v.optional(ExecutionProgress),
});
export type ExecutionReply = v.InferOutput<typeof ExecutionReply>;

/**
 * Body of `POST /v1/revocations`. Answer: 200 with an {@link ExecutionReply}; a tombstone is durable before it.
 * `stopRunning`: what runs already is to be ended before COMMIT as well. That wish is durable before the answer; the
 * answer says `running` then, and only the receipt says what became of it.
 */
export const RevocationRequest = v.strictObject({
  jti: Sha256Hex,
  connection: ConnectionKey,
  stopRunning: v.optional(v.boolean()),
});
export type RevocationRequest = v.InferOutput<typeof RevocationRequest>;

/** Codes of refusals; the first group answers an unverifiable request, the second a verified but unacceptable order. */
export const refusalCodes = [
  'too-large',
  'malformed',
  'unknown-key',
  'bad-signature',
  'wrong-audience',
  'wrong-issuer',
  'request-expired',
  'request-replayed',
  'request-mismatch',
  'rate-limited',
  'not-found',
  'unavailable',
  'order-conflict',
  'order-revoked',
  'order-expired',
  'order-too-long',
  'wrong-id',
  'digest-mismatch',
  'sql-mismatch',
  'unknown-connection',
  'connection-not-ready',
  'halted',
  'target-mismatch',
  'role-mismatch',
  'limits-exceeded',
  'approvals-missing',
  'approver-not-allowed',
  'author-approved',
  'approval-for-other-digest',
  'approvers-not-configured',
  'schema-not-recorded',
  'schema-changed',
  'outside-window',
  'evidence-missing',
  'evidence-invalid',
  'evidence-not-trusted',
  'evidence-undone',
  'evidence-differs',
  'evidence-without-effect',
  'evidence-too-old',
  'writes-refused',
  'statement-not-allowed',
  'review-failed',
  'waiver-not-allowed',
  'dry-run-refused',
  'dry-run-not-possible',
  'secret-in-statement',
  'already-applied',
  'nothing-to-roll-back',
  'rollback-too-late',
  'rollback-missing',
  'rollback-ambiguous',
  'before-image-expired',
  'ledger-behind',
] as const;
export const RefusalCode = v.picklist(refusalCodes);
export type RefusalCode = v.InferOutput<typeof RefusalCode>;

/** Body of every 4xx and 5xx. A verified order that is refused also carries its final receipt. */
export const ErrorReply = v.strictObject({
  code: RefusalCode,
  message: v.string(),
  delivery: v.optional(v.nullable(ReceiptDelivery), null),
});
export type ErrorReply = v.InferOutput<typeof ErrorReply>;

/** 200 of `GET /v1/connections`. */
export const ConnectionsReply = v.strictObject({
  executorId: Identifier,
  version: v.string(),
  connections: v.array(ConnectionInfo),
});
export type ConnectionsReply = v.InferOutput<typeof ConnectionsReply>;
