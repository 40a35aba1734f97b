import { rule, type RuleDocs } from '../../review/rule';
import { isNode, itemsOf, locationOf } from '../../tree/node';
import { nameText } from '../../tree/names';
import { newColumns } from '../../tree/tables';
import { volatileCall } from '../../tree/volatility';

export const addingFieldWithDefault = rule({
  id: 'adding-field-with-default',
  title: 'A new column with a volatile default writes the whole table anew',
  category: 'rewrite',
  level: 'error',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    for (const { name, table, definition, inNewTable } of newColumns(statement)) {
      if (inNewTable) continue;
      for (const constraint of itemsOf(definition['constraints'], 'Constraint')) {
        const expression = constraint['raw_expr'];
        if (constraint['contype'] !== 'CONSTR_DEFAULT' || !isNode(expression)) continue;
        const call = volatileCall(expression);
        if (call === null) continue;
        const message = `The default ${call}() gives each row a value of its own, so adding ${nameText(table)}.${name} writes every row anew under ACCESS EXCLUSIVE. Add the column without a default, set the default, and fill old rows in batches.`;
        yield { at: { at: locationOf(constraint) }, message };
      }
    }
  },
});

export const docs: RuleDocs = {
  why: 'Since PostgreSQL 11 a constant default is stored once, for all old rows, at no cost. A volatile one (random(), gen_random_uuid(), nextval()) has to be computed for each row: the table is written anew while nobody can read it.',
  fix: 'ALTER TABLE … ADD COLUMN without the default; ALTER COLUMN … SET DEFAULT; then fill the old rows in batches.',
  bad: [
    'ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();',
    "ALTER TABLE shop.orders ADD COLUMN n bigint DEFAULT nextval('s');",
  ],
  good: [
    "ALTER TABLE orders ADD COLUMN state text DEFAULT 'new';",
    'ALTER TABLE orders ADD COLUMN at timestamptz DEFAULT now();',
    'CREATE TABLE t (token uuid DEFAULT gen_random_uuid());',
  ],
  alsoKnownAs: ['squawk: adding-field-with-default', 'Bytebase: column.disallow-volatile-default'],
};
