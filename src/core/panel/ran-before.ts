import * as v from 'valibot';
import { ConnectionKey, Environment } from '../protocol/claims';

/** Another environment that this change could be copied to. */
const SiblingView = v.strictObject({
  connection: ConnectionKey,
  name: v.string(),
  environment: Environment,
});
export type SiblingView = v.InferOutput<typeof SiblingView>;

/** What ran before in lower environments, judged just now, and where this change can go from here. */
export const RanBeforeView = v.strictObject({
  /** True: without a run below the change is held back. */
  required: v.boolean(),
  /** Environments that count; empty: there is none below. */
  environments: v.array(Environment),
  maxAgeDays: v.number(),
  /** Why the change may not run for want of evidence; null when it may. */
  missing: v.nullable(v.string()),
  runs: v.array(
    v.strictObject({
      issueKey: v.string(),
      environment: Environment,
      connection: ConnectionKey,
      at: v.string(),
      /** Rows that it changed; null when its receipt is no good. */
      rows: v.nullable(v.number()),
      /** Null: it does not count. */
      match: v.nullable(v.picklist(['exact', 'layout'])),
      /** Why it does not count, in words with a small first letter. */
      problem: v.nullable(v.string()),
    }),
  ),
  /** Connections of lower environments. */
  below: v.array(SiblingView),
  /** Connections of higher environments, once the change has succeeded. */
  above: v.array(SiblingView),
});
export type RanBeforeView = v.InferOutput<typeof RanBeforeView>;
