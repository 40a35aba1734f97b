import { rule, type RuleDocs } from '../../review/rule';
import { nameText } from '../../tree/names';
import { createdBefore, newConstraints } from '../../tree/tables';

export const disallowUniqueConstraint = rule({
  id: 'disallow-unique-constraint',
  title: 'ADD UNIQUE builds an index while everybody waits',
  category: 'locking',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement, _options, _context, { statements }) {
    for (const { type, table, fields, location, inNewTable } of newConstraints(statement)) {
      if (type !== 'CONSTR_UNIQUE' || inNewTable || fields['indexname'] !== undefined) continue;
      if (createdBefore(statements, statement.index, table)) continue;
      const message = `An index is built under ACCESS EXCLUSIVE: nobody can read or write ${nameText(table)} meanwhile. Build it first with CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … UNIQUE USING INDEX.`;
      yield { at: { at: location }, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'ADD CONSTRAINT … UNIQUE builds its index inside the statement, under an ACCESS EXCLUSIVE lock, for as long as that takes.',
  fix: 'CREATE UNIQUE INDEX CONCURRENTLY in one change; ALTER TABLE … ADD CONSTRAINT … UNIQUE USING INDEX … in the next, which is done in a moment.',
  bad: [
    'ALTER TABLE orders ADD CONSTRAINT number_once UNIQUE (number);',
    'ALTER TABLE shop.orders ADD COLUMN code text UNIQUE;',
  ],
  good: [
    'ALTER TABLE orders ADD CONSTRAINT number_once UNIQUE USING INDEX orders_number;',
    'CREATE TABLE t (code text UNIQUE);',
  ],
  alsoKnownAs: ['squawk: disallow-unique-constraint'],
};
