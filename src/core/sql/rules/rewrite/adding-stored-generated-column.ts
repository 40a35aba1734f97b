import { rule, type RuleDocs } from '../../review/rule';
import { nameText } from '../../tree/names';
import { itemsOf } from '../../tree/node';
import { newColumns } from '../../tree/tables';

/** `generated_kind` of a stored column (pg_attribute.attgenerated); a virtual one is not written. */
const stored = 's';

export const addingStoredGeneratedColumn = rule({
  id: 'adding-stored-generated-column',
  title: 'A new stored generated column writes the whole table anew',
  category: 'rewrite',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    for (const { name, table, definition, location, inNewTable } of newColumns(statement)) {
      const generated = itemsOf(definition['constraints'], 'Constraint').some(
        (constraint) =>
          constraint['contype'] === 'CONSTR_GENERATED' && (constraint['generated_kind'] ?? stored) === stored,
      );
      if (inNewTable || !generated) continue;
      const message = `The value of ${name} is computed and stored for every row of ${nameText(table)}: the table is written anew under ACCESS EXCLUSIVE.`;
      yield { at: { at: location }, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'GENERATED ALWAYS AS (…) STORED keeps the value in each row, so that adding one writes every row. A virtual column (PostgreSQL 18) is computed when it is read and costs nothing to add.',
  fix: 'On PostgreSQL 18 use VIRTUAL; before, use an expression index or a view, or fill a plain column in batches.',
  bad: [
    'ALTER TABLE orders ADD COLUMN year int GENERATED ALWAYS AS (1) STORED;',
    'ALTER TABLE shop.o ADD COLUMN a int, ADD COLUMN b int GENERATED ALWAYS AS (a + 1) STORED;',
  ],
  good: [
    'CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED);',
    'ALTER TABLE orders ADD COLUMN year int GENERATED ALWAYS AS (1) VIRTUAL;',
  ],
};
