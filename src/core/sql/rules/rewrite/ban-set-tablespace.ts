import { rule, type RuleDocs } from '../../review/rule';
import { nameText } from '../../tree/names';
import { alterActions, definedTable } from '../../tree/tables';

export const banSetTablespace = rule({
  id: 'ban-set-tablespace',
  title: 'SET TABLESPACE copies the table while everybody is locked out',
  category: 'rewrite',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    const table = definedTable(statement);
    for (const { type } of alterActions(statement)) {
      if (!table || (type !== 'AT_SetTableSpace' && type !== 'AT_SetAccessMethod')) continue;
      const what = type === 'AT_SetTableSpace' ? 'Copies' : 'Writes';
      yield {
        at: statement,
        message: `${what} ${nameText(table)} ${type === 'AT_SetTableSpace' ? 'to other disks' : 'anew'} under ACCESS EXCLUSIVE: nobody can read it until the end.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Moving a table to another tablespace, or to another access method, copies every block while an ACCESS EXCLUSIVE lock is held.',
  fix: 'Use a maintenance window, or pg_repack with a target tablespace.',
  bad: ['ALTER TABLE orders SET TABLESPACE fast;', 'ALTER TABLE shop.orders SET ACCESS METHOD heap;'],
  good: ['CREATE TABLE t (a int) TABLESPACE fast;', 'ALTER TABLE orders SET (autovacuum_enabled = true);'],
};
