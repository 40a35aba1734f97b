import * as v from 'valibot';
import { RollbackPlan } from '../change/rollback-plan';
import { ConnectionKey, Sha256Hex } from './claims';
import { ExportFormat } from './export';

/** Where the executor looks at a change before it is submitted. */
export const preflightPath = '/v1/preflights';

const Words = v.pipe(v.string(), v.maxLength(500));

/**
 * Body of `POST /v1/preflights`. The executor parses the text and reads catalogues; it runs nothing of the text, so this
 * is allowed before anybody has approved, also on a protected connection.
 */
export const PreflightRequest = v.strictObject({
  connection: ConnectionKey,
  sql: v.pipe(v.string(), v.minLength(1)),
  /** Ask for a plan to undo the change. */
  automaticRollback: v.boolean(),
  /** Ask whether the result can be exported so. */
  exportFormat: v.nullable(ExportFormat),
});
export type PreflightRequest = v.InferOutput<typeof PreflightRequest>;

/** 200 of `POST /v1/preflights`: what goes into the digest, and in words why something cannot. */
export const PreflightReply = v.strictObject({
  /** Digest of the structure of everything that the text touches; null when it cannot be told what that is. */
  schemaDigest: v.nullable(Sha256Hex),
  /** The same without who owns what; null when there is no `schemaDigest`. Older executors say nothing of it. */
  schemaShape: v.optional(v.nullable(Sha256Hex), null),
  /** Why there is no `schemaDigest`. */
  schemaNote: v.nullable(Words),
  /** Why an order without `schemaDigest` will be refused on this connection; null when it will not. */
  schemaRefusal: v.nullable(Words),
  /** Null when it was not asked for, or cannot be given. */
  rollbackPlan: v.nullable(RollbackPlan),
  /** Why the change cannot be undone by itself. */
  rollbackRefusal: v.nullable(Words),
  /** Why the result cannot be exported; null when it can, or was not asked for. */
  exportRefusal: v.nullable(Words),
});
export type PreflightReply = v.InferOutput<typeof PreflightReply>;
