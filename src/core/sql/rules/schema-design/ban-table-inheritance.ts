import { rule, type RuleDocs } from '../../review/rule';
import { nameText } from '../../tree/names';
import { definedTable } from '../../tree/tables';

export const banTableInheritance = rule({
  id: 'ban-table-inheritance',
  title: 'INHERITS shares neither keys nor foreign keys',
  category: 'schema-design',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    const { type, fields } = statement;
    const table = definedTable(statement);
    if (
      type !== 'CreateStmt' ||
      !table ||
      fields['inhRelations'] === undefined ||
      fields['partbound'] !== undefined
    )
      return;
    yield {
      at: statement,
      message: `Table ${nameText(table)} inherits columns, but no primary key, no unique constraint and no foreign key; queries of the parent read its rows as well.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'Inheritance of tables looks like inheritance of classes and is not: uniqueness holds for each table alone, foreign keys do not see children, and every query of the parent reads all of them.',
  fix: 'Declarative partitioning where rows are split; a foreign key or separate tables otherwise.',
  bad: [
    'CREATE TABLE express_orders (fee int) INHERITS (orders);',
    'CREATE TABLE a () INHERITS (shop.b, shop.c);',
  ],
  good: [
    'CREATE TABLE events_2026 PARTITION OF events FOR VALUES IN (2026);',
    'CREATE TABLE t (id bigint PRIMARY KEY);',
  ],
};
