import type { Rule } from '../../review/rule';
import { addingUniqueToExistingRows } from './adding-unique-to-existing-rows';
import { banDropDefault } from './ban-drop-default';
import { banDropNotNull } from './ban-drop-not-null';
import { banDropView } from './ban-drop-view';
import { banEnumRenameValue } from './ban-enum-rename-value';
import { createOrReplaceFunction } from './create-or-replace-function';
import { createOrReplaceView } from './create-or-replace-view';
import { renamingColumn } from './renaming-column';
import { renamingTable } from './renaming-table';

/** Rules about programs that run beside the change. */
export const compatibilityRules: readonly Rule[] = [
  addingUniqueToExistingRows,
  banDropDefault,
  banDropNotNull,
  banDropView,
  banEnumRenameValue,
  createOrReplaceFunction,
  createOrReplaceView,
  renamingColumn,
  renamingTable,
];
