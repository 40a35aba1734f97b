import { rule, type RuleDocs } from '../../review/rule';
import { items } from '../../tree/node';

export const banIndexOnManyColumns = rule({
  id: 'ban-index-on-many-columns',
  title: 'An index with many columns',
  category: 'schema-design',
  level: 'info',
  on: ['IndexStmt'],
  options: { most: 5 },
  *statement({ type, fields, start, end }, { most }) {
    if (type !== 'IndexStmt') return;
    const count = items(fields['indexParams']).length;
    if (count <= most) return;
    yield {
      at: { start, end },
      message: `The index has ${count} key columns; each write maintains all of them, and the later ones rarely help a search. Put columns that are only read into INCLUDE.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'A wide index is large, slow to maintain, and used only by queries that name its first columns.',
  fix: 'Keep the columns that searches begin with; INCLUDE those that are only read. The option `most` sets the limit.',
  bad: [
    'CREATE INDEX i ON t (a, b, c, d, e, f);',
    { sql: 'CREATE INDEX i ON t (a, b, c);', options: { most: 2 } },
  ],
  good: ['CREATE INDEX i ON t (a, b) INCLUDE (c, d, e, f);', 'CREATE INDEX i ON t (a);'],
  alsoKnownAs: ['Bytebase: index.key-number-limit'],
};
