import { rule, type RuleDocs } from '../../review/rule';
import { nameText, typeText } from '../../tree/names';
import { itemsOf } from '../../tree/node';
import { newColumns } from '../../tree/tables';

export const addingIdentityOrSerial = rule({
  id: 'adding-identity-or-serial',
  title: 'A new numbered column writes the whole table anew',
  category: 'rewrite',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    for (const { name, table, definition, location, inNewTable } of newColumns(statement)) {
      const numbered =
        /^(small|big)?serial[248]?$/.test(typeText(definition['typeName'])) ||
        itemsOf(definition['constraints'], 'Constraint').some(({ contype }) => contype === 'CONSTR_IDENTITY');
      if (inNewTable || !numbered) continue;
      const message = `Every row of ${nameText(table)} gets a number in ${name}, so the table is written anew under ACCESS EXCLUSIVE.`;
      yield { at: { at: location }, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'A serial or identity column takes its values from a sequence, row by row: PostgreSQL writes the whole table anew, and its indexes, while nobody can read it.',
  fix: 'Add a plain bigint column, fill it in batches, then ALTER COLUMN … ADD GENERATED … AS IDENTITY once it is NOT NULL.',
  bad: [
    'ALTER TABLE orders ADD COLUMN n bigserial;',
    'ALTER TABLE orders ADD COLUMN n bigint GENERATED ALWAYS AS IDENTITY;',
  ],
  good: [
    'CREATE TABLE t (n bigint GENERATED ALWAYS AS IDENTITY);',
    'ALTER TABLE orders ADD COLUMN n bigint;',
  ],
};
