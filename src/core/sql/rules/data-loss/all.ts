import type { Rule } from '../../review/rule';
import { banDeleteWithoutWhere } from './ban-delete-without-where';
import { banDropCascade } from './ban-drop-cascade';
import { banDropColumn } from './ban-drop-column';
import { banDropDatabase } from './ban-drop-database';
import { banDropOwned } from './ban-drop-owned';
import { banDropSchema } from './ban-drop-schema';
import { banDropTable } from './ban-drop-table';
import { banTruncate } from './ban-truncate';
import { banTruncateCascade } from './ban-truncate-cascade';
import { banUpdateWithoutWhere } from './ban-update-without-where';
import { whereAlwaysTrue } from './where-always-true';

/** Rules about data that a change takes away. */
export const dataLossRules: readonly Rule[] = [
  banDeleteWithoutWhere,
  banDropCascade,
  banDropColumn,
  banDropDatabase,
  banDropOwned,
  banDropSchema,
  banDropTable,
  banTruncate,
  banTruncateCascade,
  banUpdateWithoutWhere,
  whereAlwaysTrue,
];
