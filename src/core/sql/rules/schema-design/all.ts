import type { Rule } from '../../review/rule';
import { banCharField } from './ban-char-field';
import { preferBigintOverInt } from './prefer-bigint-over-int';

/** Rules about tables, columns and types that hurt later. */
export const schemaDesignRules: readonly Rule[] = [banCharField, preferBigintOverInt];
