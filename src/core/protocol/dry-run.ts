import * as v from 'valibot';
import { ConnectionKey, TargetIdentity } from './claims';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** `schema.name`, as people write it; no quotes. */
const RelationName = v.pipe(v.string(), v.maxLength(130));

/** Table-level locks of PostgreSQL, weakest first. */
export const lockModes = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const;
export type LockMode = (typeof lockModes)[number];

/** What one statement of a dry run did, beside its outcome. */
const DryRunStatement = v.strictObject({
  index: Count,
  /** What the planner expected before the statement ran; null where PostgreSQL plans nothing. */
  estimate: v.nullable(v.strictObject({ rows: Count, cost: v.nullable(v.pipe(v.number(), v.minValue(0))) })),
  /** The strongest lock on each table, view, index or sequence that the statement locked first or locked harder. */
  locks: v.array(v.strictObject({ relation: RelationName, mode: v.picklist(lockModes) })),
  /** Enabled triggers of the tables whose rows it wrote, as `schema.table.trigger`: they exist; which fired is not counted. */
  triggers: v.array(v.pipe(v.string(), v.maxLength(200))),
  /** Tables that got another file: written anew, or emptied at a stroke. */
  rewritten: v.array(RelationName),
  /** Bytes of write-ahead log of the whole server meanwhile, so at most the statement's own; null: not told. */
  walBytes: v.nullable(Count),
});
export type DryRunStatement = v.InferOutput<typeof DryRunStatement>;

/** What a dry run saw. Numbers and names of the schema only, never a value. */
export const DryRunReport = v.strictObject({
  /** The copy where it ran; null: the database of the change itself. */
  ranOn: v.nullable(v.strictObject({ connection: ConnectionKey, target: TargetIdentity })),
  /**
   * True: the change was not approved yet and its connection is protected. Row counts, here and of the statements, are
   * the upper ends of the buckets 0, 1, 2–10, 11–100, …; times, costs and log bytes are not told.
   */
  coarse: v.boolean(),
  /** Statements that ran, in their order. */
  statements: v.array(DryRunStatement),
  /** True when names of relations were left out, because there were too many. */
  shortened: v.boolean(),
  /** Deferred constraints and triggers, fired at the end as COMMIT would. */
  constraints: v.picklist(['held', 'failed', 'not-reached']),
  /** The row budget; null when the change has none. `affected` is null when it could not be counted. */
  rowBudget: v.nullable(v.strictObject({ allowed: Count, affected: v.nullable(Count) })),
  /** What rolling back did not undo. */
  leftBehind: v.strictObject({
    /** Sequences that are further now; other sessions may have had a part in it. */
    sequences: v.array(RelationName),
    /** Row versions written and thrown away, for VACUUM to clear; null: not told. */
    deadRows: v.nullable(Count),
  }),
});
export type DryRunReport = v.InferOutput<typeof DryRunReport>;

/** The upper end of the bucket that a count is in: 0, 1, 10, 100, … */
export function bucketEnd(count: number): number {
  if (count <= 1) return count;
  let end = 10;
  while (end < count) end *= 10;
  return end;
}

/** A bucket in words, by its upper end: `0`, `1`, `2–10`, `11–100`. */
export function bucketWords(end: number): string {
  return end <= 1
    ? String(end)
    : `${(end === 10 ? 2 : end / 10 + 1).toLocaleString('en-GB')}–${end.toLocaleString('en-GB')}`;
}
