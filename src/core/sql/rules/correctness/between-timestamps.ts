import { rule, type RuleDocs } from '../../review/rule';
import { as, find, isNode, locationOf, stringOf } from '../../tree/node';

/** A constant's text, also behind a cast. */
function constantText(value: unknown): string | null {
  const cast = isNode(value) ? as(value, 'TypeCast') : undefined;
  return stringOf(cast ? cast['arg'] : value);
}

export const betweenTimestamps = rule({
  id: 'between-timestamps',
  title: 'BETWEEN with days leaves out the last day, but for its first moment',
  category: 'correctness',
  level: 'warning',
  on: ['A_Expr'],
  options: {},
  *statement({ node }) {
    for (const expression of find(node, 'A_Expr')) {
      if (expression['kind'] !== 'AEXPR_BETWEEN') continue;
      const list = isNode(expression['rexpr']) ? as(expression['rexpr'], 'List')?.['items'] : undefined;
      const last: unknown = Array.isArray(list) ? list[1] : undefined;
      const text = constantText(last);
      if (text === null || !/^\d{4}-\d{2}-\d{2}$/.test(text)) continue;
      yield {
        at: { at: locationOf(expression) },
        message: `If the column is a timestamp, "${text}" means its midnight, and the rest of that day is left out. Write >= and < the next day.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: "BETWEEN includes both ends. For a timestamp, '2026-01-31' is the first moment of that day; for a date it is the whole day. The text does not show which, and reviewers read the whole day.",
  fix: "at >= '2026-01-01' AND at < '2026-02-01', which is right for both.",
  bad: [
    "DELETE FROM logs WHERE at BETWEEN '2026-01-01' AND '2026-01-31';",
    "SELECT 1 FROM logs WHERE at BETWEEN date '2026-01-01' AND date '2026-01-31';",
  ],
  good: [
    "DELETE FROM logs WHERE at >= '2026-01-01' AND at < '2026-02-01';",
    'SELECT 1 FROM t WHERE a BETWEEN 1 AND 5;',
  ],
};
