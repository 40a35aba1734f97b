import { rule, type RuleDocs } from '../../review/rule';
import { find, itemsOf, locationOf } from '../../tree/node';

export const banDuplicateColumnAssignments = rule({
  id: 'ban-duplicate-column-assignments',
  title: 'One column is given two values',
  category: 'correctness',
  level: 'error',
  on: ['UpdateStmt'],
  options: {},
  *statement({ node }) {
    for (const update of find(node, 'UpdateStmt')) {
      const seen = new Set<string>();
      for (const target of itemsOf(update['targetList'], 'ResTarget')) {
        const { name, indirection } = target;
        if (typeof name !== 'string' || indirection !== undefined) continue;
        if (seen.has(name))
          yield {
            at: { at: locationOf(target) },
            message: `The column ${name} is set twice in one UPDATE; PostgreSQL refuses it.`,
          };
        seen.add(name);
      }
    }
  },
});

export const docs: RuleDocs = {
  why: 'PostgreSQL refuses an UPDATE that assigns the same column twice (42601), at run time, after the approval. It is a slip of copying.',
  fix: 'Keep the assignment that was meant.',
  bad: [
    "UPDATE orders SET status = 'a', total = 1, status = 'b' WHERE id = 1;",
    'WITH q AS (UPDATE t SET a = 1, a = 2 WHERE b = 1 RETURNING a) SELECT * FROM q;',
  ],
  good: [
    "UPDATE orders SET status = 'a', total = 1 WHERE id = 1;",
    'UPDATE t SET a[1] = 1, a[2] = 2 WHERE id = 1;',
  ],
  alsoKnownAs: ['squawk: ban-duplicate-column-assignments'],
};
