import { rule, type RuleDocs } from '../../review/rule';
import { nameText } from '../../tree/names';
import { createdBefore, newConstraints } from '../../tree/tables';

export const addingPrimaryKeyConstraint = rule({
  id: 'adding-primary-key-constraint',
  title: 'ADD PRIMARY KEY builds an index while everybody waits',
  category: 'locking',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement, _options, _context, { statements }) {
    for (const { type, table, fields, location, inNewTable } of newConstraints(statement)) {
      if (type !== 'CONSTR_PRIMARY' || inNewTable || fields['indexname'] !== undefined) continue;
      if (createdBefore(statements, statement.index, table)) continue;
      const message = `An index is built, and NULLs are looked for, under ACCESS EXCLUSIVE: nobody can read or write ${nameText(table)} meanwhile. Build a unique index CONCURRENTLY first, then ADD PRIMARY KEY USING INDEX.`;
      yield { at: { at: location }, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'ADD PRIMARY KEY builds a unique index and checks that no value is NULL, all under an ACCESS EXCLUSIVE lock.',
  fix: 'Make the columns NOT NULL by way of a validated CHECK, CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … PRIMARY KEY USING INDEX ….',
  bad: [
    'ALTER TABLE orders ADD PRIMARY KEY (id);',
    'ALTER TABLE shop.orders ADD COLUMN id bigint PRIMARY KEY;',
  ],
  good: [
    'ALTER TABLE orders ADD CONSTRAINT orders_pkey PRIMARY KEY USING INDEX orders_id;',
    'CREATE TABLE t (id bigint PRIMARY KEY);',
  ],
  alsoKnownAs: ['squawk: adding-primary-key-constraint'],
};
