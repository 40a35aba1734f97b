import type { Rule } from '../../review/rule';
import { banConcurrentIndexCreationInTransaction } from './ban-concurrent-index-creation-in-transaction';
import { banFrameSettings } from './ban-frame-settings';
import { banNewEnumValueInUse } from './ban-new-enum-value-in-use';
import { banSetSession } from './ban-set-session';
import { banUncommittedTransaction } from './ban-uncommitted-transaction';
import { mixDdlDml } from './mix-ddl-dml';
import { unnamedConcurrentIndex } from './unnamed-concurrent-index';

/** Rules about what can and cannot run in one transaction. */
export const transactionRules: readonly Rule[] = [
  banConcurrentIndexCreationInTransaction,
  banFrameSettings,
  banNewEnumValueInUse,
  banSetSession,
  banUncommittedTransaction,
  mixDdlDml,
  unnamedConcurrentIndex,
];
