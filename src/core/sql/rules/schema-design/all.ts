import type { Rule } from '../../review/rule';
import { addingRequiredField } from './adding-required-field';
import { banAlterDomainWithAddConstraint } from './ban-alter-domain-with-add-constraint';
import { banCharField } from './ban-char-field';
import { banCreateDomainWithConstraint } from './ban-create-domain-with-constraint';
import { banDuplicateIndexColumn } from './ban-duplicate-index-column';
import { banFloatForAmounts } from './ban-float-for-amounts';
import { banIndexOnManyColumns } from './ban-index-on-many-columns';
import { banMoneyType } from './ban-money-type';
import { banOnDeleteCascade } from './ban-on-delete-cascade';
import { banTableInheritance } from './ban-table-inheritance';
import { banUnloggedTable } from './ban-unlogged-table';
import { foreignKeyTypeMismatch } from './foreign-key-type-mismatch';
import { nullableBoolean } from './nullable-boolean';
import { preferBigintOverInt } from './prefer-bigint-over-int';
import { preferBigintOverSmallint } from './prefer-bigint-over-smallint';
import { preferIdentity } from './prefer-identity';
import { preferJsonb } from './prefer-jsonb';
import { preferTextField } from './prefer-text-field';
import { preferTimestamptz } from './prefer-timestamptz';
import { requirePrimaryKey } from './require-primary-key';
import { requireTableSchema } from './require-table-schema';

/** Rules about tables, columns and types that hurt later. */
export const schemaDesignRules: readonly Rule[] = [
  addingRequiredField,
  banAlterDomainWithAddConstraint,
  banCharField,
  banCreateDomainWithConstraint,
  banDuplicateIndexColumn,
  banFloatForAmounts,
  banIndexOnManyColumns,
  banMoneyType,
  banOnDeleteCascade,
  banTableInheritance,
  banUnloggedTable,
  foreignKeyTypeMismatch,
  nullableBoolean,
  preferBigintOverInt,
  preferBigintOverSmallint,
  preferIdentity,
  preferJsonb,
  preferTextField,
  preferTimestamptz,
  requirePrimaryKey,
  requireTableSchema,
];
