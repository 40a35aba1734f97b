import { rule, type RuleDocs } from '../../review/rule';
import { nameText } from '../../tree/names';
import { createdBefore, newConstraints } from '../../tree/tables';

export const constraintMissingNotValid = rule({
  id: 'constraint-missing-not-valid',
  title: 'A new CHECK reads the whole table while everybody waits',
  category: 'locking',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement, _options, _context, { statements }) {
    for (const { type, table, fields, location, inNewTable, onNewColumn } of newConstraints(statement)) {
      if (type !== 'CONSTR_CHECK' || inNewTable || onNewColumn || fields['skip_validation'] === true)
        continue;
      if (createdBefore(statements, statement.index, table)) continue;
      const message = `Every row of ${nameText(table)} is checked under ACCESS EXCLUSIVE: nobody can read or write meanwhile. Add it NOT VALID, and VALIDATE CONSTRAINT in the next change.`;
      yield { at: { at: location }, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'ADD CONSTRAINT … CHECK takes an ACCESS EXCLUSIVE lock and reads every row before it ends. NOT VALID skips the reading: new rows are checked at once, and VALIDATE CONSTRAINT later reads the old ones under a lock that lets reads and writes go on.',
  fix: 'ALTER TABLE … ADD CONSTRAINT … CHECK (…) NOT VALID; then, in a change of its own, ALTER TABLE … VALIDATE CONSTRAINT ….',
  bad: [
    'ALTER TABLE orders ADD CONSTRAINT total_is_positive CHECK (total >= 0);',
    'ALTER TABLE shop.orders ADD CHECK (number IS NOT NULL);',
  ],
  good: [
    'ALTER TABLE orders ADD CONSTRAINT total_is_positive CHECK (total >= 0) NOT VALID;',
    'CREATE TABLE notes (text text); ALTER TABLE notes ADD CHECK (length(text) < 100);',
  ],
  alsoKnownAs: ['squawk: constraint-missing-not-valid', 'Bytebase: statement.add-check-not-valid'],
  sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'],
};
