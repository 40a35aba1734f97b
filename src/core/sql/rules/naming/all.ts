import type { Rule } from '../../review/rule';
import { banReservedWords } from './ban-reserved-words';
import { banSystemPrefix } from './ban-system-prefix';
import { constraintName } from './constraint-name';
import { identifierTooLong } from './identifier-too-long';
import { indexName } from './index-name';
import { preferPlainNames } from './prefer-plain-names';

/** Rules about names. */
export const namingRules: readonly Rule[] = [
  banReservedWords,
  banSystemPrefix,
  constraintName,
  identifierTooLong,
  indexName,
  preferPlainNames,
];
