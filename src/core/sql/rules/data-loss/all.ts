import type { Rule } from '../../review/rule';
import { banDropColumn } from './ban-drop-column';
import { banDropTable } from './ban-drop-table';
import { banUpdateWithoutWhere } from './ban-update-without-where';

/** Rules about data that a change takes away. */
export const dataLossRules: readonly Rule[] = [banDropColumn, banDropTable, banUpdateWithoutWhere];
