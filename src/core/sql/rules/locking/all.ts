import type { Rule } from '../../review/rule';
import { addingForeignKeyConstraint } from './adding-foreign-key-constraint';
import { addingNotNullField } from './adding-not-null-field';
import { addingPrimaryKeyConstraint } from './adding-primary-key-constraint';
import { banCluster } from './ban-cluster';
import { banLockTable } from './ban-lock-table';
import { banVacuumFull } from './ban-vacuum-full';
import { constraintMissingNotValid } from './constraint-missing-not-valid';
import { disallowUniqueConstraint } from './disallow-unique-constraint';
import { requireConcurrentIndexCreation } from './require-concurrent-index-creation';
import { requireConcurrentIndexDeletion } from './require-concurrent-index-deletion';
import { requireConcurrentPartitionDetach } from './require-concurrent-partition-detach';
import { requireConcurrentRefresh } from './require-concurrent-refresh';
import { requireConcurrentReindex } from './require-concurrent-reindex';

/** Rules about whom a change keeps waiting. */
export const lockingRules: readonly Rule[] = [
  addingForeignKeyConstraint,
  addingNotNullField,
  addingPrimaryKeyConstraint,
  banCluster,
  banLockTable,
  banVacuumFull,
  constraintMissingNotValid,
  disallowUniqueConstraint,
  requireConcurrentIndexCreation,
  requireConcurrentIndexDeletion,
  requireConcurrentPartitionDetach,
  requireConcurrentRefresh,
  requireConcurrentReindex,
];
