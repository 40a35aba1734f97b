import type { Rule } from '../../review/rule';
import { addingFieldWithDefault } from './adding-field-with-default';
import { addingIdentityOrSerial } from './adding-identity-or-serial';
import { addingStoredGeneratedColumn } from './adding-stored-generated-column';
import { banSetLogged } from './ban-set-logged';
import { banSetTablespace } from './ban-set-tablespace';
import { changingColumnType } from './changing-column-type';

/** Rules about tables that are written anew. */
export const rewriteRules: readonly Rule[] = [
  addingFieldWithDefault,
  addingIdentityOrSerial,
  addingStoredGeneratedColumn,
  banSetLogged,
  banSetTablespace,
  changingColumnType,
];
