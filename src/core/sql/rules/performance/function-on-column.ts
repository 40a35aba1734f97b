import { rule, type RuleDocs } from '../../review/rule';
import { calledName } from '../../tree/names';
import { as, find, isNode, items, locationOf } from '../../tree/node';

/** Functions that people wrap columns in, and that then keep a plain index from being used. */
const wrappers = new Set([
  'lower',
  'upper',
  'trim',
  'btrim',
  'ltrim',
  'rtrim',
  'substr',
  'substring',
  'date_trunc',
  'date_part',
  'extract',
  'to_char',
  'coalesce',
  'abs',
  'date',
  'left',
  'right',
  'concat',
  'timezone',
]);

export const functionOnColumn = rule({
  id: 'function-on-column',
  title: 'A function around a column hides it from its index',
  category: 'performance',
  level: 'info',
  on: ['DeleteStmt', 'SelectStmt', 'UpdateStmt'],
  options: {},
  *statement({ node }) {
    for (const at of ['UpdateStmt', 'DeleteStmt', 'SelectStmt']) {
      for (const part of find(node, at)) {
        if (!isNode(part['whereClause'])) continue;
        for (const expression of find(part['whereClause'], 'A_Expr')) {
          const call = isNode(expression['lexpr']) ? as(expression['lexpr'], 'FuncCall') : undefined;
          const name = call ? calledName(call).name : '';
          if (!call || !wrappers.has(name) || !items(call['args']).some((arg) => as(arg, 'ColumnRef')))
            continue;
          yield {
            at: { at: locationOf(call) },
            message: `With ${name}(…) around the column, only an index on that very expression helps; else every row is read. Compare the column itself.`,
          };
        }
      }
    }
  },
});

export const docs: RuleDocs = {
  why: 'An index on a column knows the column, not what a function makes of it. WHERE date(at) = … reads the table; WHERE at >= … AND at < … uses the index.',
  fix: 'Compare the column with a range, or make an index on the expression.',
  bad: [
    "SELECT id FROM orders WHERE date(created_at) = '2026-01-01';",
    "DELETE FROM customers WHERE lower(email) = 'a@example.com';",
  ],
  good: [
    "SELECT id FROM orders WHERE created_at >= '2026-01-01' AND created_at < '2026-01-02';",
    "DELETE FROM customers WHERE email = lower('A@example.com');",
  ],
  alsoKnownAs: ['Bytebase: statement.where.disallow-functions-and-calculations'],
};
