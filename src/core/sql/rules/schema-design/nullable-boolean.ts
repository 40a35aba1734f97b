import { rule, type RuleDocs } from '../../review/rule';
import { nameText, typeText } from '../../tree/names';
import { itemsOf } from '../../tree/node';
import { newColumns } from '../../tree/tables';

export const nullableBoolean = rule({
  id: 'nullable-boolean',
  title: 'A boolean that may be NULL has three values',
  category: 'schema-design',
  level: 'info',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    for (const { name, table, definition, location } of newColumns(statement)) {
      const kinds = itemsOf(definition['constraints'], 'Constraint').map(({ contype }) => contype);
      if (typeText(definition['typeName']) !== 'bool' || kinds.includes('CONSTR_NOTNULL')) continue;
      yield {
        at: { at: location },
        message: `Column ${nameText(table)}.${name} may be true, false or NULL, and NOT ${name} leaves the third out. Make it NOT NULL with a default.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Conditions on a nullable boolean quietly skip rows with NULL: neither `WHERE c` nor `WHERE NOT c` finds them.',
  fix: 'boolean NOT NULL DEFAULT false; if there are three states, name them in a text or enum column.',
  bad: ['CREATE TABLE t (done boolean);', 'ALTER TABLE t ADD COLUMN done boolean DEFAULT false;'],
  good: [
    'CREATE TABLE t (done boolean NOT NULL DEFAULT false);',
    "ALTER TABLE t ADD COLUMN state text NOT NULL DEFAULT 'open';",
  ],
};
