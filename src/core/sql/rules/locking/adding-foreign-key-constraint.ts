import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { isNode } from '../../tree/node';
import { createdBefore, newConstraints } from '../../tree/tables';

export const addingForeignKeyConstraint = rule({
  id: 'adding-foreign-key-constraint',
  title: 'A new foreign key reads the table while nobody can write to either',
  category: 'locking',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement, _options, _context, { statements }) {
    for (const { type, table, fields, location, inNewTable, onNewColumn } of newConstraints(statement)) {
      if (type !== 'CONSTR_FOREIGN' || inNewTable || fields['skip_validation'] === true) continue;
      if (createdBefore(statements, statement.index, table)) continue;
      const other = isNode(fields['pktable']) ? nameText(rangeName(fields['pktable'])) : 'the other table';
      const how = onNewColumn ? 'Add the column first, then the key NOT VALID' : 'Add it NOT VALID';
      const message = `Nobody can write to ${nameText(table)} or ${other} (SHARE ROW EXCLUSIVE on both) while every row is checked. ${how}, and VALIDATE CONSTRAINT in the next change.`;
      yield { at: { at: location }, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'ADD FOREIGN KEY locks both tables against writing (SHARE ROW EXCLUSIVE) and looks up every row of the new side before it ends. NOT VALID takes the same locks for a moment only; VALIDATE CONSTRAINT later reads the rows under a lock that lets writes go on.',
  fix: 'ALTER TABLE … ADD CONSTRAINT … FOREIGN KEY … NOT VALID; then, in a change of its own, VALIDATE CONSTRAINT.',
  bad: [
    'ALTER TABLE orders ADD CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id);',
    'ALTER TABLE orders ADD COLUMN customer_id bigint REFERENCES customers (id);',
  ],
  good: [
    'ALTER TABLE orders ADD CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;',
    'CREATE TABLE notes (order_id bigint REFERENCES orders (id));',
  ],
  alsoKnownAs: ['squawk: adding-foreign-key-constraint', 'Bytebase: statement.add-foreign-key-not-valid'],
};
