import { rule, type RuleDocs } from '../../review/rule';
import { newNames } from '../../tree/new-names';

export const preferPlainNames = rule({
  id: 'prefer-plain-names',
  title: 'A name that must be quoted for ever',
  category: 'naming',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt', 'IndexStmt', 'RenameStmt', 'ViewStmt'],
  options: { pattern: 'snake_case' },
  *statement(statement, { pattern }) {
    const plain = pattern === 'snake_case' ? /^[a-z_][a-z0-9_]*$/ : /^[a-z_][a-z0-9_$]*$/;
    for (const { name, what, location } of newNames(statement)) {
      if (plain.test(name)) continue;
      yield {
        at: { at: location },
        message: `The ${what} "${name}" has to be written in double quotes everywhere. Use small letters, digits and underscores.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'PostgreSQL folds unquoted names to small letters. A name with capitals, blanks or signs is only found when every program quotes it exactly so.',
  fix: 'snake_case: small letters, digits and underscores.',
  bad: ['CREATE TABLE "Orders" (id bigint);', 'ALTER TABLE t ADD COLUMN "first name" text;'],
  good: ['CREATE TABLE orders (id bigint);', 'ALTER TABLE t ADD COLUMN First_Name text;'],
  alsoKnownAs: ['Bytebase: naming.table', 'Bytebase: naming.column'],
};
