import * as v from 'valibot';
import { ReviewConfig } from '#core/sql/review/config';

const { rules, custom } = ReviewConfig.entries;

/** What the executor's own review refuses on a connection, whatever the app says of the text. */
export const OrderReview = v.strictObject({
  /**
   * `error`: orders to apply with a finding of level error that nobody has set aside, in the SQL or in the rollback.
   * `none`: none of them. Default: `error` on a protected connection.
   */
  refuse: v.optional(v.picklist(['error', 'none'])),
  /** Levels and options of rules here, and rules of your own, as on the app's admin page. */
  rules,
  custom,
  /** Rules whose findings refuse an order whatever their level, also when their author has set them aside. */
  neverWaive: v.optional(
    v.array(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{2,63}$/, 'expected a rule id'))),
    [],
  ),
});
