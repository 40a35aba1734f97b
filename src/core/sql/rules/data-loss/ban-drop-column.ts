import { rule, type RuleDocs } from '../../review/rule';
import { nameText } from '../../tree/names';
import { alterActions, definedTable } from '../../tree/tables';

export const banDropColumn = rule({
  id: 'ban-drop-column',
  title: 'A dropped column is gone with its values',
  category: 'data-loss',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    const table = definedTable(statement);
    for (const action of alterActions(statement)) {
      if (action.type !== 'AT_DropColumn' || !table) continue;
      const message = `Drops the column ${action.name} of ${nameText(table)} and every value in it; code that still reads it fails at once.`;
      yield { at: statement, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'DROP COLUMN takes the values away at COMMIT; only a backup or a kept copy brings them back. Programs that still name the column, or that read `SELECT *` into a fixed shape, fail from that moment on. With CASCADE, views and constraints that use the column go too.',
  fix: 'First release the code that no longer uses the column. Then drop it in a change of its own, after a copy of the values was kept if anybody may want them.',
  bad: [
    'ALTER TABLE orders DROP COLUMN note;',
    'ALTER TABLE shop.orders ADD COLUMN a int, DROP COLUMN IF EXISTS b CASCADE;',
  ],
  good: ['ALTER TABLE orders ADD COLUMN note text;', 'ALTER TABLE orders ALTER COLUMN note DROP DEFAULT;'],
  alsoKnownAs: ['squawk: ban-drop-column'],
};
