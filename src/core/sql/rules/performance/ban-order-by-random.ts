import { rule, type RuleDocs } from '../../review/rule';
import { calledName } from '../../tree/names';
import { as, find, isNode, itemsOf, locationOf } from '../../tree/node';

export const banOrderByRandom = rule({
  id: 'ban-order-by-random',
  title: 'ORDER BY random() reads and sorts the whole table',
  category: 'performance',
  level: 'warning',
  on: ['SelectStmt'],
  options: {},
  *statement({ node }) {
    for (const select of find(node, 'SelectStmt')) {
      for (const sort of itemsOf(select['sortClause'], 'SortBy')) {
        const call = isNode(sort['node']) ? as(sort['node'], 'FuncCall') : undefined;
        if (!call || calledName(call).name !== 'random') continue;
        yield {
          at: { at: locationOf(call) },
          message:
            'Every row is read and sorted to pick a few; and a change that picks at random cannot be reviewed. Use TABLESAMPLE to look, a condition to change.',
        };
      }
    }
  },
});

export const docs: RuleDocs = {
  why: 'The server computes a random number for each row and sorts all of them. Which rows come out cannot be foreseen, so nothing that depends on it can be approved.',
  fix: 'TABLESAMPLE for a sample; an ordered key for a choice.',
  bad: [
    'SELECT id FROM orders ORDER BY random() LIMIT 10;',
    'INSERT INTO t (a) SELECT id FROM o ORDER BY random() LIMIT 1;',
  ],
  good: ['SELECT id FROM orders TABLESAMPLE SYSTEM (1);', 'SELECT id FROM orders ORDER BY id LIMIT 10;'],
  alsoKnownAs: ['Bytebase: statement.insert.disallow-order-by-rand'],
};
