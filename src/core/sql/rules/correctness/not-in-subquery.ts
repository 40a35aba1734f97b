import { rule, type RuleDocs } from '../../review/rule';
import { as, find, items, locationOf } from '../../tree/node';

export const notInSubquery = rule({
  id: 'not-in-subquery',
  title: 'NOT IN finds nothing as soon as the list holds a NULL',
  category: 'correctness',
  level: 'warning',
  on: ['BoolExpr'],
  options: {},
  *statement({ node }) {
    for (const logic of find(node, 'BoolExpr')) {
      if (logic['boolop'] !== 'NOT_EXPR') continue;
      for (const part of items(logic['args'])) {
        const link = as(part, 'SubLink');
        if (link?.['subLinkType'] !== 'ANY_SUBLINK' || link['operName'] !== undefined) continue;
        yield {
          at: { at: locationOf(link) },
          message:
            'If the sub-select gives one NULL, NOT IN is true for no row at all; it is also slow. NOT EXISTS says what is meant.',
        };
      }
    }
  },
});

export const docs: RuleDocs = {
  why: '`x NOT IN (SELECT y …)` is NULL for every x when any y is NULL, so the statement quietly does nothing. The planner also cannot turn it into an anti-join.',
  fix: 'NOT EXISTS (SELECT 1 FROM … WHERE y = x).',
  bad: [
    'DELETE FROM orders WHERE customer_id NOT IN (SELECT id FROM customers);',
    'SELECT 1 FROM a WHERE (b, c) NOT IN (SELECT d, e FROM f);',
  ],
  good: [
    'DELETE FROM orders o WHERE NOT EXISTS (SELECT 1 FROM customers c WHERE c.id = o.customer_id);',
    'SELECT 1 FROM a WHERE b NOT IN (1, 2);',
  ],
};
