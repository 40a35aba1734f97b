import { rule, type RuleDocs } from '../../review/rule';
import { nameText, objectName } from '../../tree/names';
import { items } from '../../tree/node';
import { createdBefore } from '../../tree/tables';

export const banDropTable = rule({
  id: 'ban-drop-table',
  title: 'A dropped table is gone with its rows',
  category: 'data-loss',
  level: 'warning',
  on: ['DropStmt'],
  options: {},
  *statement({ type, fields, index, start, end }, _options, _context, { statements }) {
    if (type !== 'DropStmt' || fields['removeType'] !== 'OBJECT_TABLE') return;
    for (const table of items(fields['objects']).map(objectName)) {
      if (createdBefore(statements, index, table)) continue;
      const message = `Drops ${nameText(table)} with all its rows, indexes and rights; only a backup brings them back.`;
      yield { at: { start, end }, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'DROP TABLE takes the rows, the indexes, the triggers and the rights away at COMMIT. Programs and jobs that still use the table fail at once, and a backup is the only way back.',
  fix: 'Rename the table first and wait until nobody misses it, or keep a copy. A table that the same change has created is not meant.',
  bad: ['DROP TABLE orders;', 'DROP TABLE IF EXISTS shop.a, shop.b CASCADE;'],
  good: ['CREATE TABLE tmp (a int); DROP TABLE tmp;', 'ALTER TABLE orders RENAME TO orders_until_2025;'],
  alsoKnownAs: ['squawk: ban-drop-table'],
};
