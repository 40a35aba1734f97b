import { rule, type RuleDocs } from '../../review/rule';
import { nameText } from '../../tree/names';
import { alterActions, definedTable } from '../../tree/tables';

export const banSetLogged = rule({
  id: 'ban-set-logged',
  title: 'SET LOGGED and SET UNLOGGED write the table anew',
  category: 'rewrite',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    const table = definedTable(statement);
    for (const { type } of alterActions(statement)) {
      if (!table || (type !== 'AT_SetLogged' && type !== 'AT_SetUnLogged')) continue;
      const loss =
        type === 'AT_SetUnLogged'
          ? ' From then on a crash empties the table, and replicas do not have it.'
          : '';
      yield { at: statement, message: `Writes ${nameText(table)} anew under ACCESS EXCLUSIVE.${loss}` };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Both copy the table into new files while nobody can read it. An unlogged table is emptied after a crash and does not exist on replicas.',
  fix: 'Decide when the table is created. To change it later, copy the rows into a new table in batches and swap the names.',
  bad: ['ALTER TABLE cache SET UNLOGGED;', 'ALTER TABLE shop.cache SET LOGGED;'],
  good: ['CREATE UNLOGGED TABLE cache (k text);', 'ALTER TABLE cache SET (fillfactor = 80);'],
};
