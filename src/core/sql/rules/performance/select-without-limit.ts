import { rule, type RuleDocs } from '../../review/rule';

export const selectWithoutLimit = rule({
  id: 'select-without-limit',
  title: 'A query that may return the whole table',
  category: 'performance',
  level: 'info',
  options: {},
  *statement({ type, fields, kind, relations, start, end }) {
    if (type !== 'SelectStmt' || kind !== 'read' || relations.length === 0) return;
    const bounded = ['limitCount', 'whereClause', 'groupClause', 'intoClause', 'larg'].some(
      (field) => fields[field] !== undefined,
    );
    if (bounded || countsOnly(fields)) return;
    yield {
      at: { start, end },
      message:
        'There is neither WHERE nor LIMIT: the server produces every row, and the result is cut at the limits of the connection.',
    };
  },
});

/** True when the select list is one call, as of count(*): one row comes back. */
function countsOnly(fields: Readonly<Record<string, unknown>>): boolean {
  return /^\[\{"ResTarget":\{("name":"[^"]*",)?"val":\{"FuncCall"/.test(
    JSON.stringify(fields['targetList']) ?? '',
  );
}

export const docs: RuleDocs = {
  why: 'Results in an issue are cut at some hundred rows, but the server may read and sort all of them first.',
  fix: 'Say which rows are of interest, or add ORDER BY and LIMIT. For all rows, use an export.',
  bad: ['SELECT id FROM orders;', 'SELECT o.id FROM shop.orders o JOIN shop.items i ON i.order_id = o.id;'],
  good: [
    'SELECT id FROM orders ORDER BY id LIMIT 100;',
    'SELECT count(*) FROM orders;',
    'SELECT id FROM orders WHERE id = 1;',
  ],
  alsoKnownAs: ['Bytebase: statement.where.require.select'],
};
