import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { itemsOf } from '../../tree/node';
import { createdBefore } from '../../tree/tables';

export const banTruncate = rule({
  id: 'ban-truncate',
  title: 'TRUNCATE empties the table without looking at a row',
  category: 'data-loss',
  level: 'warning',
  options: {},
  *statement({ type, fields, index, start, end }, _options, _context, { statements }) {
    if (type !== 'TruncateStmt') return;
    const tables = itemsOf(fields['relations'], 'RangeVar').map(rangeName);
    const names = tables.filter((table) => !createdBefore(statements, index, table)).map(nameText);
    if (names.length === 0) return;
    const message = `Empties ${names.join(', ')} under ACCESS EXCLUSIVE; no row trigger fires and nothing tells which rows there were.`;
    yield { at: { start, end }, message };
  },
});

export const docs: RuleDocs = {
  why: 'TRUNCATE is fast because it throws the files away: row triggers do not fire, the rows cannot be counted by WHERE, and readers wait for the ACCESS EXCLUSIVE lock until COMMIT. Only a backup brings the rows back.',
  fix: 'DELETE with a WHERE in batches, or keep a copy first. A table that the same change has created is not meant.',
  bad: ['TRUNCATE orders;', 'TRUNCATE TABLE shop.a, shop.b RESTART IDENTITY;'],
  good: ['CREATE TABLE tmp (a int); TRUNCATE tmp;', 'DELETE FROM orders WHERE id = 1;'],
  alsoKnownAs: ['Postgres Language Server: banTruncate', 'Bytebase: statement.disallow-truncate'],
};
