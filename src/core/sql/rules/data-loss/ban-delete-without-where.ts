import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { find, isNode, locationOf } from '../../tree/node';

export const banDeleteWithoutWhere = rule({
  id: 'ban-delete-without-where',
  title: 'DELETE without WHERE removes every row',
  category: 'data-loss',
  level: 'error',
  on: ['DeleteStmt'],
  options: {},
  *statement({ node }) {
    for (const removal of find(node, 'DeleteStmt')) {
      if (removal['whereClause'] !== undefined || !isNode(removal['relation'])) continue;
      const table = nameText(rangeName(removal['relation']));
      yield {
        at: { at: locationOf(removal['relation']) },
        message: `Removes every row of ${table}: there is no WHERE.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Without WHERE, DELETE removes every row, fires every trigger, follows every foreign key that cascades, and leaves the table full of dead rows. A join in USING without a condition does the same. It also counts inside a CTE.',
  fix: 'Name the rows in a WHERE. If the table is to be emptied, say so with TRUNCATE in a change of its own, or in a waiver with a row budget.',
  bad: [
    'DELETE FROM orders;',
    'WITH gone AS (DELETE FROM shop.orders RETURNING id) SELECT count(*) FROM gone;',
  ],
  good: ['DELETE FROM orders WHERE id = 7;', 'DELETE FROM orders o USING gone g WHERE g.id = o.id;'],
  alsoKnownAs: [
    'Postgres Language Server: banDeleteWithoutWhere',
    'Bytebase: statement.where.require.update-delete',
  ],
};
