import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { find, isNode, locationOf } from '../../tree/node';

export const banUpdateWithoutWhere = rule({
  id: 'ban-update-without-where',
  title: 'UPDATE without WHERE changes every row',
  category: 'data-loss',
  level: 'error',
  on: ['UpdateStmt'],
  options: {},
  *statement({ node }) {
    for (const update of find(node, 'UpdateStmt')) {
      if (update['whereClause'] !== undefined || !isNode(update['relation'])) continue;
      const table = nameText(rangeName(update['relation']));
      yield {
        at: { at: locationOf(update['relation']) },
        message: `Changes every row of ${table}: there is no WHERE.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Without WHERE, UPDATE writes a new version of every row of the table. On a large table that takes long, holds every row locked until COMMIT, doubles the table on disk, and is almost never what was meant. It also counts inside a CTE.',
  fix: 'Name the rows in a WHERE. If every row is meant, do it in batches by key; or say so in a waiver and set a row budget.',
  bad: [
    "UPDATE orders SET status = 'void';",
    'WITH changed AS (UPDATE orders SET total = 0 RETURNING id) SELECT count(*) FROM changed;',
  ],
  good: [
    "UPDATE orders SET status = 'void' WHERE id = 7;",
    'UPDATE orders o SET total = s.total FROM sums s WHERE s.id = o.id;',
  ],
  alsoKnownAs: [
    'Postgres Language Server: banUpdateWithoutWhere',
    'Bytebase: statement.where.require.update-delete',
  ],
};
