import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { isNode, textOf } from '../../tree/node';

export const renamingTable = rule({
  id: 'renaming-table',
  title: 'A renamed table is missing for everybody who knows the old name',
  category: 'compatibility',
  level: 'warning',
  on: ['RenameStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'RenameStmt' || fields['renameType'] !== 'OBJECT_TABLE' || !isNode(fields['relation']))
      return;
    const message = `Programs that use ${nameText(rangeName(fields['relation']))} fail from COMMIT on. Keep a view of the old name until all of them use ${textOf(fields, 'newname')}.`;
    yield { at: { start, end }, message };
  },
});

export const docs: RuleDocs = {
  why: 'Old and new programs run side by side during a release. A rename is a moment at which one of them is wrong.',
  fix: 'Rename, and in the same change CREATE VIEW of the old name; drop the view when nobody uses it. Simple views can be written to.',
  bad: ['ALTER TABLE orders RENAME TO purchases;', 'ALTER TABLE IF EXISTS shop.orders RENAME TO purchases;'],
  good: ['CREATE VIEW purchases AS SELECT id FROM orders;', 'ALTER INDEX a RENAME TO b;'],
  alsoKnownAs: ['squawk: renaming-table'],
};
