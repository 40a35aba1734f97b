import * as v from 'valibot';

/** An earlier revision as it was, and what is another now. The texts of the one that stands are in the view. */
export const SinceView = v.strictObject({
  revision: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** What the viewer said of it; null: nothing, it is only the one before. */
  decision: v.nullable(v.picklist(['approved', 'asked for changes', 'rejected'])),
  at: v.nullable(v.string()),
  sql: v.string(),
  rollback: v.nullable(v.string()),
  verification: v.nullable(v.string()),
  differences: v.array(v.strictObject({ name: v.string(), before: v.string(), now: v.string() })),
});
export type SinceView = v.InferOutput<typeof SinceView>;
