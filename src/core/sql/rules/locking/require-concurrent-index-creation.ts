import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { isNode } from '../../tree/node';
import { createdBefore } from '../../tree/tables';

export const requireConcurrentIndexCreation = rule({
  id: 'require-concurrent-index-creation',
  title: 'CREATE INDEX stops every write to the table',
  category: 'locking',
  level: 'warning',
  on: ['IndexStmt'],
  options: {},
  *statement({ type, fields, index, start, end }, _options, _context, { statements }) {
    if (type !== 'IndexStmt' || fields['concurrent'] === true || !isNode(fields['relation'])) return;
    const table = rangeName(fields['relation']);
    if (createdBefore(statements, index, table)) return;
    const message = `Nobody can write to ${nameText(table)} while this index is built (lock SHARE). CREATE INDEX CONCURRENTLY lets writes go on; it must stand alone in its change.`;
    yield { at: { start, end }, message };
  },
});

export const docs: RuleDocs = {
  why: 'CREATE INDEX holds a SHARE lock on the table until COMMIT: reads go on, every INSERT, UPDATE and DELETE waits. On a large table that is an outage.',
  fix: 'CREATE INDEX CONCURRENTLY with a name, alone in its change, because it cannot run inside a transaction. On a table that the same change has created it does not matter.',
  bad: [
    'CREATE INDEX orders_status ON orders (status);',
    'CREATE UNIQUE INDEX IF NOT EXISTS u ON shop.orders (number) WHERE number IS NOT NULL;',
  ],
  good: [
    'CREATE INDEX CONCURRENTLY orders_status ON orders (status);',
    'CREATE TABLE notes (id bigint, text text); CREATE INDEX notes_id ON notes (id);',
  ],
  alsoKnownAs: ['squawk: require-concurrent-index-creation', 'Bytebase: index.create-concurrently'],
  sources: ['https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY'],
};
