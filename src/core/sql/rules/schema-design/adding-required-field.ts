import { rule, type RuleDocs } from '../../review/rule';
import { nameText } from '../../tree/names';
import { itemsOf, textOf } from '../../tree/node';
import { newColumns } from '../../tree/tables';

const givesValue = new Set(['CONSTR_DEFAULT', 'CONSTR_IDENTITY', 'CONSTR_GENERATED']);

export const addingRequiredField = rule({
  id: 'adding-required-field',
  title: 'A new NOT NULL column without a default',
  category: 'schema-design',
  level: 'error',
  options: {},
  *statement(statement) {
    for (const { name, table, definition, location, inNewTable } of newColumns(statement)) {
      const kinds = itemsOf(definition['constraints'], 'Constraint').map((constraint) =>
        textOf(constraint, 'contype'),
      );
      const required = kinds.includes('CONSTR_NOTNULL') || kinds.includes('CONSTR_PRIMARY');
      if (inNewTable || !required || kinds.some((kind) => givesValue.has(kind))) continue;
      yield {
        at: { at: location },
        message: `Column ${name} is NOT NULL and has no default: the statement fails if ${nameText(table)} has a row, and programs that do not know the column can no longer insert.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Old rows would hold NULL in the new column, so PostgreSQL refuses it unless the table is empty. Programs of the old release do not give the column a value and fail.',
  fix: 'Give it a constant default; or add it nullable, have programs write it, fill old rows, then SET NOT NULL by way of a validated CHECK.',
  bad: [
    'ALTER TABLE orders ADD COLUMN state text NOT NULL;',
    'ALTER TABLE shop.orders ADD COLUMN id bigint PRIMARY KEY;',
  ],
  good: [
    "ALTER TABLE orders ADD COLUMN state text NOT NULL DEFAULT 'new';",
    'CREATE TABLE t (state text NOT NULL);',
  ],
  alsoKnownAs: ['squawk: adding-required-field', 'Bytebase: statement.disallow-add-not-null'],
};
