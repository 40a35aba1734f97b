import * as v from 'valibot';
import { maxRowBudget } from '../limits';
import {
  AccountId,
  ConnectionKey,
  ExecutionLimits,
  Identifier,
  Sha256Hex,
  TargetIdentity,
} from '../protocol/claims';
import { ExportFormat } from '../protocol/export';
import { RollbackPlan } from './rollback-plan';

/**
 * Everything an approver is shown, and therefore everything a digest covers. A field that came with a later release is
 * absent, not null, where it is not used: digests of earlier releases stay what they were.
 */
export const DigestInput = v.strictObject({
  v: v.literal(1),
  /** Installation ARI of the app. */
  installation: Identifier,
  /** Jira issue id (not key: keys move). */
  issueId: Identifier,
  revision: v.pipe(v.number(), v.integer(), v.minValue(1)),
  author: AccountId,
  reason: v.string(),
  connection: ConnectionKey,
  target: TargetIdentity,
  /** Database role the statements run as. */
  role: v.string(),
  searchPath: v.string(),
  /** The exact text, line ends as stored. */
  sql: v.pipe(v.string(), v.minLength(1)),
  /** The pre-approved inverse; null when the author declared that there is none. */
  rollback: v.nullable(v.string()),
  /** Assertions, each a SELECT that must return true; null when the author wrote none. */
  verification: v.nullable(v.pipe(v.string(), v.minLength(1))),
  limits: ExecutionLimits,
  /** Rows that the change may affect at most; null when the author set no budget. */
  rowBudget: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxRowBudget))),
  /** Structure of everything that the text touches, as the executor saw it at submission; null: it was not recorded. */
  schemaDigest: v.nullable(Sha256Hex),
  /**
   * Shape of that structure: the same as `schemaDigest` but for who owns what, so that two environments can have the same.
   * Absent when it was not recorded, and in revisions of earlier releases.
   */
  schemaShape: v.optional(Sha256Hex),
  /** How the executor undoes the change by itself; absent when it does not. `rollback` is null then. */
  rollbackPlan: v.optional(RollbackPlan),
  /** The result is written to a file at the executor instead of being returned; absent when it is not. */
  export: v.optional(v.strictObject({ format: ExportFormat })),
});
export type DigestInput = v.InferOutput<typeof DigestInput>;
