import * as v from 'valibot';
import { UtcTime } from './claims';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/**
 * How far a running execution is: never SQL text, never a value. Times are on the executor's clock. It may be a second
 * old, and older when the executor's process is in trouble: `heartbeatAt` says so.
 */
export const ExecutionProgress = v.strictObject({
  /** The statement that runs, from 1; 0 before the first one, `steps` + 1 after the last one, up to COMMIT. */
  step: Count,
  steps: Count,
  /** When this step began. */
  stepStartedAt: UtcTime,
  /** Rows that the statements before it affected or returned, as far as they have a count. */
  rows: Count,
  /** What PostgreSQL tells of a long command (`pg_stat_progress_*`); null when it tells nothing. */
  phase: v.nullable(
    v.strictObject({
      /** `CREATE INDEX`, `COPY`. */
      command: v.string(),
      /** PostgreSQL's own words: `building index: scanning table`. */
      name: v.string(),
      done: v.nullable(Count),
      /** Null when it is not known. */
      total: v.nullable(Count),
      unit: v.picklist(['blocks', 'rows', 'bytes']),
    }),
  ),
  /** Null, or that the statement waits for a lock: how many sessions hold it up, and since when it was seen waiting. */
  lockWait: v.nullable(v.strictObject({ sessions: Count, since: UtcTime })),
  /**
   * Present while kept rows are brought back: the table (`schema.name`) whose rows they are, of statement `step` of the
   * change counted from its end; null while they are compared with what is there.
   */
  undoes: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(130)))),
  /** Present once a structural change gave way because it did not get a lock in time; it is tried again. */
  lockRetry: v.optional(
    v.strictObject({
      /** The try that runs now or, with `nextAt`, that comes next; from 2. */
      try: Count,
      /** Tries that it has at most. */
      tries: Count,
      /** Sessions that were seen holding up the try before; null: nobody looked in time. */
      sessions: v.nullable(Count),
      /** When the next try begins; null while it runs. */
      nextAt: v.nullable(UtcTime),
    }),
  ),
  /** Present while the change has not begun because replicas are too far behind; it is refused when they stay so until then. */
  replicaWait: v.optional(v.strictObject({ until: UtcTime })),
  /** When the executor last looked. */
  heartbeatAt: UtcTime,
});
export type ExecutionProgress = v.InferOutput<typeof ExecutionProgress>;
