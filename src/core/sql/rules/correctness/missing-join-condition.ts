import { rule, type RuleDocs } from '../../review/rule';
import { as, find, items } from '../../tree/node';

export const missingJoinCondition = rule({
  id: 'missing-join-condition',
  title: 'Tables are joined without a condition',
  category: 'correctness',
  level: 'warning',
  on: ['SelectStmt'],
  options: {},
  *statement(statement) {
    for (const select of find(statement.node, 'SelectStmt')) {
      const tables = items(select['fromClause']).filter((item) => as(item, 'RangeVar'));
      if (
        tables.length < 2 ||
        select['whereClause'] !== undefined ||
        tables.length !== items(select['fromClause']).length
      )
        continue;
      const location = as(tables[1], 'RangeVar')?.['location'];
      yield {
        at: { at: typeof location === 'number' ? location : statement.start },
        message:
          'Every row of one table is paired with every row of the other: there is no condition between them. Write the join condition, or CROSS JOIN if all pairs are meant.',
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'FROM a, b without a WHERE gives every pair of rows: a thousand times a million. It is mostly a forgotten condition; CROSS JOIN says that it is meant.',
  fix: 'JOIN … ON …, or CROSS JOIN where all pairs are meant.',
  bad: ['SELECT count(*) FROM orders, customers;', 'INSERT INTO t (a) SELECT a.id FROM shop.a, shop.b;'],
  good: [
    'SELECT count(*) FROM orders o, customers c WHERE c.id = o.customer_id;',
    'SELECT count(*) FROM a CROSS JOIN b;',
  ],
};
