import { rule, type RuleDocs } from '../../review/rule';
import { as, find, isNode, items, locationOf } from '../../tree/node';

export const inListLimit = rule({
  id: 'in-list-limit',
  title: 'A very long IN list',
  category: 'performance',
  level: 'info',
  on: ['A_Expr'],
  options: { most: 500 },
  *statement({ node }, { most }) {
    for (const expression of find(node, 'A_Expr')) {
      if (expression['kind'] !== 'AEXPR_IN' || !isNode(expression['rexpr'])) continue;
      const count = items(as(expression['rexpr'], 'List')?.['items']).length;
      if (count <= most) continue;
      yield {
        at: { at: locationOf(expression) },
        message: `The list has ${count} values; nobody reads them in a review. Join a table of keys, or say by which condition they were chosen.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'A list of keys was made by a query that the reviewer does not see, at a time that is past. It is also slow to plan.',
  fix: 'Write the condition that gave the keys; or load them into a table and join it. The option `most` sets the limit.',
  bad: [
    { sql: 'DELETE FROM t WHERE id IN (1, 2, 3);', options: { most: 2 } },
    { sql: "SELECT a FROM t WHERE s IN ('a', 'b');", options: { most: 1 } },
  ],
  good: ['DELETE FROM t WHERE id IN (1, 2, 3);', 'DELETE FROM t USING keys k WHERE k.id = t.id;'],
};
