import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { find, isNode, items, itemsOf, locationOf, strings } from '../../tree/node';

/** Names by which a column of the changed table can be written. */
function targetNames(relation: ReturnType<typeof rangeName>, alias: unknown): Set<string> {
  return isNode(alias) && typeof alias['aliasname'] === 'string'
    ? new Set([alias['aliasname']])
    : new Set([relation.name]);
}

export const updateFromWithoutJoin = rule({
  id: 'update-from-without-join',
  title: 'The rows to change are not tied to the joined table',
  category: 'correctness',
  level: 'warning',
  options: {},
  *statement({ node }) {
    for (const [type, list] of [
      ['UpdateStmt', 'fromClause'],
      ['DeleteStmt', 'usingClause'],
    ] as const) {
      for (const change of find(node, type)) {
        const { relation, whereClause } = change;
        if (items(change[list]).length === 0 || !isNode(relation) || !isNode(whereClause)) continue;
        const names = targetNames(rangeName(relation), relation['alias']);
        const columns = Array.from(find(whereClause, 'ColumnRef'), (column) => strings(column['fields']));
        if (columns.some((parts) => parts.length === 1)) continue;
        const named = new Set(columns.map((parts) => parts.at(-2) ?? ''));
        if ([...names].some((name) => named.has(name))) {
          const loose = itemsOf(change[list], 'RangeVar').find(
            (range) => ![...targetNames(rangeName(range), range['alias'])].some((name) => named.has(name)),
          );
          if (!loose) continue;
          const other = nameText(rangeName(loose));
          const text = `No column of ${other} stands in the WHERE, so every row of it is paired with every row to change, and which one counts is chance.`;
          yield { at: { at: locationOf(loose) }, message: text };
          continue;
        }
        const message = `No column of ${nameText(rangeName(relation))} stands in the WHERE, so either all of its rows are taken or none.`;
        yield { at: { at: locationOf(relation) }, message };
      }
    }
  },
});

export const docs: RuleDocs = {
  why: 'In UPDATE … FROM and DELETE … USING the WHERE must tie the changed table to the others. If it only speaks of the others, one matching row there is enough to change every row here.',
  fix: 'Add the join: WHERE changed.key = other.key.',
  bad: [
    "UPDATE orders SET total = 0 FROM customers c WHERE c.name = 'x';",
    "DELETE FROM orders o USING customers c WHERE c.name = 'x';",
    'UPDATE orders o SET state = c.tier FROM customers c WHERE o.id > 5;',
  ],
  good: [
    "UPDATE orders SET total = 0 FROM customers c WHERE c.id = orders.customer_id AND c.name = 'x';",
    'DELETE FROM orders o USING customers c WHERE c.id = o.customer_id;',
  ],
};
