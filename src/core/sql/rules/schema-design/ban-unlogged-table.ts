import { rule, type RuleDocs } from '../../review/rule';
import { nameText } from '../../tree/names';
import { isNode } from '../../tree/node';
import { definedTable } from '../../tree/tables';

export const banUnloggedTable = rule({
  id: 'ban-unlogged-table',
  title: 'An unlogged table is empty after a crash',
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
      !isNode(fields['relation']) ||
      fields['relation']['relpersistence'] !== 'u'
    )
      return;
    yield {
      at: statement,
      message: `Table ${nameText(table)} is emptied when the server crashes, and does not exist on replicas.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'Unlogged tables skip the WAL: writes are fast, and after a crash or a failover the table is empty.',
  fix: 'Use an ordinary table unless its rows can be made again at any time.',
  bad: [
    'CREATE UNLOGGED TABLE sessions (id text PRIMARY KEY);',
    'CREATE UNLOGGED TABLE IF NOT EXISTS shop.s (a int);',
  ],
  good: ['CREATE TABLE sessions (id text PRIMARY KEY);', 'CREATE TEMP TABLE s (a int);'],
};
