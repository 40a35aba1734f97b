import { byWord, perScript } from '../../review/per-script';
import { rule, type RuleDocs } from '../../review/rule';
import { mayBeSame, nameText } from '../../tree/names';
import { definedTable, newConstraints } from '../../tree/tables';

/** The tables that get a primary key, by name. */
const keyed = perScript((statements) =>
  byWord(
    statements.flatMap((statement) =>
      newConstraints(statement)
        .filter(({ type }) => type === 'CONSTR_PRIMARY')
        .map(({ table }) => [table.name, { table, index: statement.index }] as const),
    ),
  ),
);

export const requirePrimaryKey = rule({
  id: 'require-primary-key',
  title: 'A table without a primary key',
  category: 'schema-design',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement, _options, _context, { statements }) {
    const { type, fields, index } = statement;
    const table = definedTable(statement);
    const own =
      type === 'CreateStmt' && fields['inhRelations'] === undefined && fields['ofTypename'] === undefined;
    if (!own || !table) return;
    const keys = keyed(statements).get(table.name) ?? [];
    if (keys.some((key) => key.index >= index && mayBeSame(key.table, table))) return;
    yield {
      at: statement,
      message: `Table ${nameText(table)} has no primary key: rows cannot be told apart, logical replication refuses UPDATE and DELETE, and the executor cannot undo changes of it by itself.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'Without a key two rows may be the same, and nothing can name one of them. Logical replication needs it for UPDATE and DELETE, and so do change data capture and automatic rollback.',
  fix: 'id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, or the columns that name a row.',
  bad: ['CREATE TABLE t (a int, b text);', 'CREATE TABLE IF NOT EXISTS shop.t (id bigint UNIQUE);'],
  good: [
    'CREATE TABLE t (id bigint PRIMARY KEY);',
    'CREATE TABLE t (a int, b int); ALTER TABLE t ADD PRIMARY KEY (a, b);',
    'CREATE TABLE p PARTITION OF t FOR VALUES IN (1);',
  ],
  alsoKnownAs: ['Bytebase: table.require-pk'],
};
