import { rule, type RuleDocs } from '../../review/rule';
import { as, find, isNode, locationOf, strings } from '../../tree/node';

const isNull = (value: unknown): boolean => isNode(value) && as(value, 'A_Const')?.['isnull'] === true;

export const equalsNull = rule({
  id: 'equals-null',
  title: 'A comparison with NULL is never true',
  category: 'correctness',
  level: 'error',
  on: ['A_Expr'],
  options: {},
  *statement({ node }) {
    for (const expression of find(node, 'A_Expr')) {
      if (expression['kind'] !== 'AEXPR_OP') continue;
      const operator = strings(expression['name']).at(-1) ?? '';
      if (
        !['=', '<>', '!='].includes(operator) ||
        (!isNull(expression['lexpr']) && !isNull(expression['rexpr']))
      )
        continue;
      const instead = operator === '=' ? 'IS NULL' : 'IS NOT NULL';
      yield {
        at: { at: locationOf(expression) },
        message: `"${operator} NULL" is never true, so it finds no row; write ${instead}.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Comparing anything with NULL gives NULL, which a WHERE takes for false. The statement runs without an error and does nothing.',
  fix: 'Write IS NULL or IS NOT NULL; to compare two values that may be NULL, IS DISTINCT FROM.',
  bad: ['DELETE FROM orders WHERE note = NULL;', 'SELECT 1 FROM orders WHERE NULL <> note;'],
  good: ['DELETE FROM orders WHERE note IS NULL;', 'UPDATE orders SET note = NULL WHERE id = 1;'],
};
