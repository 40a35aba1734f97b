import { rule, type RuleDocs } from '../../review/rule';
import { find, locationOf, isNode } from '../../tree/node';

export const limitWithoutOrderBy = rule({
  id: 'limit-without-order-by',
  title: 'LIMIT without ORDER BY picks any rows',
  category: 'correctness',
  level: 'info',
  on: ['SelectStmt'],
  options: {},
  *statement(statement) {
    for (const select of find(statement.node, 'SelectStmt')) {
      const limit = select['limitCount'];
      if (limit === undefined || select['sortClause'] !== undefined || select['fromClause'] === undefined)
        continue;
      const constant = isNode(limit) && isNode(limit['A_Const']) ? limit['A_Const'] : undefined;
      if (constant?.['isnull'] === true) continue;
      yield {
        at: { at: locationOf(constant) ?? statement.start },
        message:
          'Which rows come first is up to the plan of the day: another run may give others. Add ORDER BY with a unique key.',
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Without ORDER BY the server returns rows in whatever order it meets them. In a change this means that the rows that were looked at in review are not those that are changed.',
  fix: 'ORDER BY a unique key before LIMIT. To look whether anything is there, EXISTS needs neither.',
  bad: [
    'SELECT * FROM orders LIMIT 10;',
    'DELETE FROM jobs WHERE id IN (SELECT id FROM jobs LIMIT 5 FOR UPDATE);',
  ],
  good: ['SELECT * FROM orders ORDER BY id LIMIT 10;', 'SELECT * FROM orders WHERE id = 1;'],
};
