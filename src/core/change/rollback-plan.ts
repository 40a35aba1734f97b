import * as v from 'valibot';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Name = v.pipe(v.string(), v.minLength(1), v.maxLength(63));

/**
 * How the executor will undo a change by itself: what it keeps of which rows before each statement changes them. Part of
 * the digest, so approvers vote for it; the executor derives it again before it runs and refuses the order when the
 * database gives another plan by then.
 */
export const RollbackPlan = v.strictObject({
  /** Version of the rules by which the plan was derived; another version is another plan. */
  generator: v.literal(1),
  /** One entry for each statement that changes rows, in the order of the text. */
  statements: v.pipe(
    v.array(
      v.strictObject({
        /** Position of the statement in the text, from 0. */
        index: Count,
        action: v.picklist(['insert', 'update', 'delete']),
        table: v.strictObject({ schema: Name, name: Name }),
        /** Columns of the primary key, in its order. */
        key: v.pipe(v.array(Name), v.minLength(1)),
        /**
         * Columns that are brought back, in the table's order: those that an UPDATE assigns, else all but generated ones.
         * Kept is the whole row.
         */
        columns: v.array(Name),
      }),
    ),
    v.minLength(1),
  ),
  /** More rows than this are not kept: the change fails before COMMIT. */
  maxRows: Count,
  /** More bytes of kept rows than this: likewise. */
  maxBytes: Count,
  /** How long the rows are kept, hours; afterwards the change cannot be rolled back by itself. */
  keepHours: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
export type RollbackPlan = v.InferOutput<typeof RollbackPlan>;
