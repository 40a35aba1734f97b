import { rule, type RuleDocs } from '../../review/rule';
import { find, itemsOf } from '../../tree/node';

export const selectForUpdateWithoutWhere = rule({
  id: 'select-for-update-without-where',
  title: 'Every row of the table is locked',
  category: 'performance',
  level: 'warning',
  options: {},
  *statement({ node, start, end }) {
    for (const select of find(node, 'SelectStmt')) {
      const locks = itemsOf(select['lockingClause'], 'LockingClause').length > 0;
      if (
        !locks ||
        select['whereClause'] !== undefined ||
        select['limitCount'] !== undefined ||
        select['fromClause'] === undefined
      )
        continue;
      yield {
        at: { start, end },
        message:
          'Without WHERE or LIMIT all rows are locked, and written to (a lock is kept in the row), until COMMIT.',
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Row locks are stored in the rows: locking a table row by row writes all of it, and every writer waits until COMMIT.',
  fix: 'Name the rows in a WHERE; for the whole table LOCK TABLE is cheaper.',
  bad: ['SELECT id FROM orders FOR UPDATE;', 'SELECT 1 FROM shop.orders o JOIN c ON true FOR NO KEY UPDATE;'],
  good: [
    'SELECT id FROM orders WHERE id = 1 FOR UPDATE;',
    'SELECT id FROM jobs ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;',
  ],
};
