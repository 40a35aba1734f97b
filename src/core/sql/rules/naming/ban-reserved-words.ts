import { rule, type RuleDocs } from '../../review/rule';
import { newNames } from '../../tree/new-names';

/** Key words that PostgreSQL or the SQL standard reserves and that people like as names. */
const reserved = new Set(
  'all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_date current_role current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit localtime localtimestamp not null offset on only or order placing primary references returning select session_user some symmetric table then to trailing true union unique user using variadic when where window with'.split(
    ' ',
  ),
);

export const banReservedWords = rule({
  id: 'ban-reserved-words',
  title: 'A reserved word as a name',
  category: 'naming',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt', 'IndexStmt', 'RenameStmt', 'ViewStmt'],
  options: {},
  *statement(statement) {
    for (const { name, what, location } of newNames(statement)) {
      if (!reserved.has(name)) continue;
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
