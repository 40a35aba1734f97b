import type { Rule } from '../../review/rule';
import { banVacuumFull } from './ban-vacuum-full';
import { constraintMissingNotValid } from './constraint-missing-not-valid';
import { requireConcurrentIndexCreation } from './require-concurrent-index-creation';

/** Rules about whom a change keeps waiting. */
export const lockingRules: readonly Rule[] = [
  banVacuumFull,
  constraintMissingNotValid,
  requireConcurrentIndexCreation,
];
