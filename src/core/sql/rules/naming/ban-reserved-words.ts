import { reservedWords } from '../../reserved-words';
import { rule, type RuleDocs } from '../../review/rule';
import { newNames } from '../../tree/new-names';

export const banReservedWords = rule({
  id: 'ban-reserved-words',
  title: 'A reserved word as a name',
  category: 'naming',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt', 'IndexStmt', 'RenameStmt', 'ViewStmt'],
  options: {},
  *statement(statement) {
    for (const { name, what, location } of newNames(statement)) {
      if (!reservedWords.has(name)) continue;
      yield {
        at: { at: location },
        message: `The ${what} is called "${name}", which is a word of SQL: it works in quotes only, and without them means something else.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'A reserved word is a name only in double quotes. SELECT user FROM accounts, without them, returns the name of the login and no error.',
  fix: 'Another word, or two: account_user, sort_order.',
  bad: ['CREATE TABLE "order" (id bigint);', 'ALTER TABLE accounts ADD COLUMN "user" text;'],
  good: ['CREATE TABLE orders (id bigint);', 'ALTER TABLE accounts ADD COLUMN user_name text;'],
};
