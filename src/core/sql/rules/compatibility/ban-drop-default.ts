import { rule, type RuleDocs } from '../../review/rule';
import { nameText } from '../../tree/names';
import { alterActions, definedTable } from '../../tree/tables';

export const banDropDefault = rule({
  id: 'ban-drop-default',
  title: 'Programs that leave the column out get NULL from now on',
  category: 'compatibility',
  level: 'info',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    const table = definedTable(statement);
    for (const { type, name, fields } of alterActions(statement)) {
      if (type !== 'AT_ColumnDefault' || fields['def'] !== undefined || !table) continue;
      yield {
        at: statement,
        message: `An INSERT that does not name ${nameText(table)}.${name} gets NULL from now on, or fails where NULL is not allowed.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Programs rely on a default by not naming the column. They are not found by a search for its name.',
  fix: 'Have every program write the column before the default goes.',
  bad: [
    'ALTER TABLE orders ALTER COLUMN state DROP DEFAULT;',
    'ALTER TABLE shop.orders ALTER a DROP DEFAULT, ADD COLUMN b int;',
  ],
  good: [
    "ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'new';",
    'ALTER TABLE orders ALTER COLUMN state DROP NOT NULL;',
  ],
};
