import { rule, type RuleDocs } from '../../review/rule';
import { as, find, isNode, items, locationOf } from '../../tree/node';

export const insertRowLimit = rule({
  id: 'insert-row-limit',
  title: 'Very many rows in one VALUES list',
  category: 'performance',
  level: 'info',
  on: ['InsertStmt', 'SelectStmt'],
  options: { most: 1000 },
  *statement({ node }, { most }) {
    for (const insert of find(node, 'InsertStmt')) {
      const select = isNode(insert['selectStmt']) ? as(insert['selectStmt'], 'SelectStmt') : undefined;
      const rows = items(select?.['valuesLists']).length;
      if (rows <= most) continue;
      yield {
        at: { at: isNode(insert['relation']) ? locationOf(insert['relation']) : null },
        message: `The list has ${rows} rows, which nobody reads in a review, and is planned as one statement. Load a table, and review where it comes from.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'A reviewer cannot check thousands of literal rows. The text is large, slow to parse, and the statement holds its locks for all of it.',
  fix: 'Load the rows into a table of their own with a tool, then INSERT … SELECT in a reviewed change. The option `most` sets the limit.',
  bad: [
    { sql: 'INSERT INTO t (a) VALUES (1), (2), (3);', options: { most: 2 } },
    {
      sql: 'WITH q AS (INSERT INTO t (a) VALUES (1), (2) RETURNING a) SELECT a FROM q;',
      options: { most: 1 },
    },
  ],
  good: ['INSERT INTO t (a) VALUES (1), (2), (3);', 'INSERT INTO t (a) SELECT a FROM loaded;'],
  alsoKnownAs: ['Bytebase: statement.insert.row-limit'],
};
