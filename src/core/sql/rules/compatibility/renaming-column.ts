import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { isNode, textOf } from '../../tree/node';

export const renamingColumn = rule({
  id: 'renaming-column',
  title: 'A renamed column is missing for everybody who knows the old name',
  category: 'compatibility',
  level: 'warning',
  on: ['RenameStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'RenameStmt' || fields['renameType'] !== 'OBJECT_COLUMN' || !isNode(fields['relation']))
      return;
    const table = nameText(rangeName(fields['relation']));
    const message = `Programs that read or write ${table}.${textOf(fields, 'subname')} fail from COMMIT on. Add the new column, keep both alike, and drop the old one when nobody uses it.`;
    yield { at: { start, end }, message };
  },
});

export const docs: RuleDocs = {
  why: 'Programs of the old release name the old column, those of the new release the new one; a rename breaks one of them at once.',
  fix: 'Add the new column, write both (trigger or program), fill old rows, switch readers, drop the old column.',
  bad: ['ALTER TABLE orders RENAME COLUMN note TO remark;', 'ALTER TABLE shop.orders RENAME note TO remark;'],
  good: ['ALTER TABLE orders ADD COLUMN remark text;', 'ALTER TABLE orders RENAME CONSTRAINT a TO b;'],
  alsoKnownAs: ['squawk: renaming-column'],
};
