import type { Rule } from '../../review/rule';
import { banLargeOffset } from './ban-large-offset';
import { banLeadingWildcardLike } from './ban-leading-wildcard-like';
import { banOrderByRandom } from './ban-order-by-random';
import { banSelectStar } from './ban-select-star';
import { functionOnColumn } from './function-on-column';
import { inListLimit } from './in-list-limit';
import { insertRowLimit } from './insert-row-limit';
import { selectForUpdateWithoutWhere } from './select-for-update-without-where';
import { selectWithoutLimit } from './select-without-limit';
import { unionWithoutAll } from './union-without-all';

/** Rules about work that need not be done. */
export const performanceRules: readonly Rule[] = [
  banLargeOffset,
  banLeadingWildcardLike,
  banOrderByRandom,
  banSelectStar,
  functionOnColumn,
  inListLimit,
  insertRowLimit,
  selectForUpdateWithoutWhere,
  selectWithoutLimit,
  unionWithoutAll,
];
