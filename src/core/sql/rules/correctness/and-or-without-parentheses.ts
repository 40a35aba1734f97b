import { rule, type RuleDocs } from '../../review/rule';
import { as, find, isNode, items, locationOf } from '../../tree/node';

export const andOrWithoutParentheses = rule({
  id: 'and-or-without-parentheses',
  title: 'AND and OR side by side without parentheses',
  category: 'correctness',
  level: 'warning',
  options: {},
  *statement({ node }, _options, _context, { bytes }) {
    for (const type of ['UpdateStmt', 'DeleteStmt']) {
      for (const change of find(node, type)) {
        const or = isNode(change['whereClause']) ? as(change['whereClause'], 'BoolExpr') : undefined;
        if (or?.['boolop'] !== 'OR_EXPR') continue;
        for (const part of items(or['args'])) {
          const and = as(part, 'BoolExpr');
          const location = locationOf(and);
          if (and?.['boolop'] !== 'AND_EXPR' || location === null || inParentheses(bytes, part)) continue;
          yield {
            at: { at: location },
            message:
              'AND binds tighter than OR, so a row that meets the other side of the OR is taken whatever this AND says. Put parentheses where they are meant.',
          };
          break;
        }
      }
    }
  },
});

/** True when an opening parenthesis stands right before the first thing that the node holds. */
function inParentheses(bytes: Uint8Array, node: Parameters<typeof find>[0]): boolean {
  let first = Number.POSITIVE_INFINITY;
  for (const type of ['ColumnRef', 'A_Const', 'FuncCall', 'ParamRef']) {
    for (const fields of find(node, type)) first = Math.min(first, locationOf(fields) ?? first);
  }
  let at = first - 1;
  while (at >= 0 && (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x09 || bytes[at] === 0x0d))
    at -= 1;
  return bytes[at] === 0x28;
}

export const docs: RuleDocs = {
  why: "WHERE tenant = 1 AND a = 2 OR b = 3 takes every row with b = 3, of all tenants. It is the classic way to change other people's rows.",
  fix: 'Write the parentheses that you mean, also where they change nothing.',
  bad: [
    'DELETE FROM orders WHERE tenant = 1 AND a = 2 OR b = 3;',
    'UPDATE t SET x = 1 WHERE b = 3 OR c = 4 AND d = 5;',
  ],
  good: [
    'DELETE FROM orders WHERE tenant = 1 AND (a = 2 OR b = 3);',
    'UPDATE t SET x = 1 WHERE (c = 4 AND d = 5) OR b = 3;',
  ],
};
