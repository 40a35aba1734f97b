import type { Rule } from '../../review/rule';
import { ambiguousDate } from './ambiguous-date';
import { andOrWithoutParentheses } from './and-or-without-parentheses';
import { banDuplicateColumnAssignments } from './ban-duplicate-column-assignments';
import { betweenTimestamps } from './between-timestamps';
import { deleteAndInsertSameTable } from './delete-and-insert-same-table';
import { equalsNull } from './equals-null';
import { homoglyphIdentifier } from './homoglyph-identifier';
import { insertOnConflictWithoutTarget } from './insert-on-conflict-without-target';
import { likeWithoutWildcard } from './like-without-wildcard';
import { limitWithoutOrderBy } from './limit-without-order-by';
import { missingJoinCondition } from './missing-join-condition';
import { notInSubquery } from './not-in-subquery';
import { preferRobustStmts } from './prefer-robust-stmts';
import { requireEnumValueOrdering } from './require-enum-value-ordering';
import { requireInsertColumns } from './require-insert-columns';
import { unlockedSubselectWithLimit } from './unlocked-subselect-with-limit';
import { updateFromWithoutJoin } from './update-from-without-join';
import { updateKeyColumn } from './update-key-column';

/** Rules about text that does not say what it seems to. */
export const correctnessRules: readonly Rule[] = [
  ambiguousDate,
  andOrWithoutParentheses,
  banDuplicateColumnAssignments,
  betweenTimestamps,
  deleteAndInsertSameTable,
  equalsNull,
  homoglyphIdentifier,
  insertOnConflictWithoutTarget,
  likeWithoutWildcard,
  limitWithoutOrderBy,
  missingJoinCondition,
  notInSubquery,
  preferRobustStmts,
  requireEnumValueOrdering,
  requireInsertColumns,
  unlockedSubselectWithLimit,
  updateFromWithoutJoin,
  updateKeyColumn,
];
