import { rule, type RuleDocs } from '../../review/rule';
import { itemsOf } from '../../tree/node';

export const banDuplicateIndexColumn = rule({
  id: 'ban-duplicate-index-column',
  title: 'A column stands twice in one index',
  category: 'schema-design',
  level: 'warning',
  on: ['IndexStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'IndexStmt') return;
    const names = itemsOf(fields['indexParams'], 'IndexElem').flatMap(({ name, opclass }) =>
      typeof name === 'string' && opclass === undefined ? [name] : [],
    );
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined)
      yield {
        at: { start, end },
        message: `The column ${twice} stands twice in the index, which makes it larger and helps no search.`,
      };
  },
});

export const docs: RuleDocs = {
  why: 'The second place of a column can never narrow a search further. It is a slip of copying.',
  fix: 'Leave the second one out, or name the column that was meant.',
  bad: ['CREATE INDEX i ON t (a, b, a);', 'CREATE UNIQUE INDEX CONCURRENTLY i ON shop.t (a, a);'],
  good: ['CREATE INDEX i ON t (a, b);', 'CREATE INDEX i ON t (a, lower(a));'],
  alsoKnownAs: ['Bytebase: index.no-duplicate-column'],
};
