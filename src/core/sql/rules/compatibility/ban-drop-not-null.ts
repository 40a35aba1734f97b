import { rule, type RuleDocs } from '../../review/rule';
import { nameText } from '../../tree/names';
import { alterActions, definedTable } from '../../tree/tables';

export const banDropNotNull = rule({
  id: 'ban-drop-not-null',
  title: 'Programs that never met a NULL may meet one now',
  category: 'compatibility',
  level: 'info',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    const table = definedTable(statement);
    for (const { type, name } of alterActions(statement)) {
      if (type !== 'AT_DropNotNull' || !table) continue;
      yield {
        at: statement,
        message: `Column ${nameText(table)}.${name} may be NULL from now on; programs and reports that were written without that case may fail.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'A NOT NULL is a promise to every reader. Taking it back costs nothing in the database and much in programs that crash on the first NULL.',
  fix: 'Make sure that every reader bears NULL before it is allowed.',
  bad: [
    'ALTER TABLE orders ALTER COLUMN total DROP NOT NULL;',
    'ALTER TABLE shop.orders ALTER a DROP NOT NULL, ALTER b SET DEFAULT 1;',
  ],
  good: ['ALTER TABLE orders ALTER COLUMN total SET DEFAULT 0;', 'ALTER TABLE orders ADD COLUMN a int;'],
  alsoKnownAs: ['squawk: ban-drop-not-null'],
};
