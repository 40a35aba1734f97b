import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { isNode } from '../../tree/node';
import { createdBefore } from '../../tree/tables';

export const addingUniqueToExistingRows = rule({
  id: 'adding-unique-to-existing-rows',
  title: 'A unique index fails on the first duplicate that is there',
  category: 'compatibility',
  level: 'info',
  on: ['IndexStmt'],
  options: {},
  *statement({ type, fields, index, start, end }, _options, _context, { statements }) {
    if (type !== 'IndexStmt' || fields['unique'] !== true || !isNode(fields['relation'])) return;
    const table = rangeName(fields['relation']);
    if (createdBefore(statements, index, table)) return;
    yield {
      at: { start, end },
      message: `If two rows of ${nameText(table)} have the same key, the index is not built; and from then on writers that make a second one fail. Look for duplicates first, in a verification of a change before.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'Existing duplicates make the build fail after all rows were read. With CONCURRENTLY an invalid index stays behind.',
  fix: 'SELECT key, count(*) … GROUP BY key HAVING count(*) > 1 first, and mend what it finds.',
  bad: [
    'CREATE UNIQUE INDEX CONCURRENTLY u ON orders (number);',
    'CREATE UNIQUE INDEX u ON shop.orders (number);',
  ],
  good: [
    'CREATE INDEX CONCURRENTLY i ON orders (number);',
    'CREATE TABLE t (a int); CREATE UNIQUE INDEX u ON t (a);',
  ],
};
