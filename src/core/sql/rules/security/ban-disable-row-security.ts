import { rule, type RuleDocs } from '../../review/rule';
import { nameText, objectName } from '../../tree/names';
import { items } from '../../tree/node';
import { alterActions, definedTable } from '../../tree/tables';

export const banDisableRowSecurity = rule({
  id: 'ban-disable-row-security',
  title: 'Row security is taken off a table',
  category: 'security',
  level: 'error',
  on: ['AlterTableStmt', 'CreateStmt', 'DropStmt'],
  options: {},
  *statement(statement) {
    const { type, fields, start, end } = statement;
    const table = definedTable(statement);
    for (const action of alterActions(statement)) {
      if (!table || (action.type !== 'AT_DisableRowSecurity' && action.type !== 'AT_NoForceRowSecurity'))
        continue;
      yield {
        at: statement,
        message: `Rows of ${nameText(table)} that policies hid are visible again to everybody with SELECT.`,
      };
    }
    if (type !== 'DropStmt' || fields['removeType'] !== 'OBJECT_POLICY') return;
    for (const policy of items(fields['objects']).map(objectName)) {
      yield {
        at: { start, end },
        message: `Drops the policy ${policy.name}: who sees which rows changes at once.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Row level security decides who sees and writes which rows, for example in a table of many tenants. Without it every role with a right on the table has all rows.',
  fix: 'Change the policy (ALTER POLICY) instead of taking it away, and have the owner of the data approve.',
  bad: ['ALTER TABLE orders DISABLE ROW LEVEL SECURITY;', 'DROP POLICY tenant_rows ON orders;'],
  good: [
    'ALTER TABLE orders ENABLE ROW LEVEL SECURITY;',
    'ALTER POLICY tenant_rows ON orders USING (tenant = 1);',
  ],
};
