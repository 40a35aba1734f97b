import { rule, type RuleDocs } from '../../review/rule';
import { nameText } from '../../tree/names';
import { alterActions, createdBefore, definedTable } from '../../tree/tables';

export const addingNotNullField = rule({
  id: 'adding-not-null-field',
  title: 'SET NOT NULL reads the whole table while everybody waits',
  category: 'locking',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement, _options, _context, { statements }) {
    const table = definedTable(statement);
    if (!table || createdBefore(statements, statement.index, table)) return;
    for (const action of alterActions(statement)) {
      if (action.type !== 'AT_SetNotNull') continue;
      const message = `Every row of ${nameText(table)} is read under ACCESS EXCLUSIVE to see whether ${action.name} is NULL anywhere. Add CHECK (${action.name} IS NOT NULL) NOT VALID, validate it in the next change, then SET NOT NULL costs nothing.`;
      yield { at: statement, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'SET NOT NULL holds an ACCESS EXCLUSIVE lock while it reads the table. Since PostgreSQL 12 it skips the reading when a valid CHECK (column IS NOT NULL) is there already.',
  fix: 'Three changes: ADD CONSTRAINT … CHECK (c IS NOT NULL) NOT VALID; VALIDATE CONSTRAINT …; SET NOT NULL and drop the CHECK. PostgreSQL 18 also takes ADD CONSTRAINT … NOT NULL c NOT VALID.',
  bad: [
    'ALTER TABLE orders ALTER COLUMN note SET NOT NULL;',
    'ALTER TABLE shop.orders ADD COLUMN a int, ALTER b SET NOT NULL;',
  ],
  good: [
    'ALTER TABLE orders ADD CONSTRAINT note_is_there CHECK (note IS NOT NULL) NOT VALID;',
    'CREATE TABLE n (a int); ALTER TABLE n ALTER a SET NOT NULL;',
  ],
  alsoKnownAs: ['squawk: adding-not-null-field'],
};
