import type { Rule } from '../review/rule';
import { dataLossRules } from './data-loss/all';
import { lockingRules } from './locking/all';
import { schemaDesignRules } from './schema-design/all';

/** Every rule that there is. A test compares this list with the files of the folders. */
export const allRules: readonly Rule[] = [...dataLossRules, ...lockingRules, ...schemaDesignRules];
