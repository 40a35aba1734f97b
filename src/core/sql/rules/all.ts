import type { Rule } from '../review/rule';
import { compatibilityRules } from './compatibility/all';
import { correctnessRules } from './correctness/all';
import { dataLossRules } from './data-loss/all';
import { lockingRules } from './locking/all';
import { namingRules } from './naming/all';
import { performanceRules } from './performance/all';
import { rewriteRules } from './rewrite/all';
import { schemaDesignRules } from './schema-design/all';
import { securityRules } from './security/all';
import { transactionRules } from './transaction/all';

/** Every rule that there is. A test compares this list with the files of the folders. */
export const allRules: readonly Rule[] = [
  ...compatibilityRules,
  ...correctnessRules,
  ...dataLossRules,
  ...lockingRules,
  ...namingRules,
  ...performanceRules,
  ...rewriteRules,
  ...schemaDesignRules,
  ...securityRules,
  ...transactionRules,
];
