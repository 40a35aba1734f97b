import { rule, type RuleDocs } from '../../review/rule';
import { as, find, isNode, locationOf } from '../../tree/node';

export const banLargeOffset = rule({
  id: 'ban-large-offset',
  title: 'OFFSET reads all the rows that it leaves out',
  category: 'performance',
  level: 'info',
  on: ['SelectStmt'],
  options: { most: 1000 },
  *statement({ node }, { most }) {
    for (const select of find(node, 'SelectStmt')) {
      const constant = isNode(select['limitOffset']) ? as(select['limitOffset'], 'A_Const') : undefined;
      const value = constant && isNode(constant['ival']) ? Number(constant['ival']['ival'] ?? 0) : 0;
      if (value <= most) continue;
      yield {
        at: { at: locationOf(constant) },
        message: `The server reads ${value} rows only to throw them away. Go on from the last key instead: WHERE id > … ORDER BY id.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Rows before the OFFSET are produced in full and dropped. Paging so through a table reads it over and over, and rows are missed or seen twice when others write.',
  fix: 'Keyset paging: WHERE key > last ORDER BY key LIMIT n. The option `most` sets the limit.',
  bad: [
    'SELECT id FROM orders ORDER BY id LIMIT 10 OFFSET 100000;',
    { sql: 'SELECT id FROM orders ORDER BY id OFFSET 50;', options: { most: 10 } },
  ],
  good: [
    'SELECT id FROM orders WHERE id > 100000 ORDER BY id LIMIT 10;',
    'SELECT id FROM orders ORDER BY id LIMIT 10 OFFSET 20;',
  ],
};
