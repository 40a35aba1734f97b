import { rule, type RuleDocs } from '../../review/rule';
import { find, isNode, locationOf } from '../../tree/node';

export const insertOnConflictWithoutTarget = rule({
  id: 'insert-on-conflict-without-target',
  title: 'ON CONFLICT DO NOTHING swallows every conflict',
  category: 'correctness',
  level: 'info',
  on: ['InsertStmt'],
  options: {},
  *statement({ node }) {
    for (const insert of find(node, 'InsertStmt')) {
      const clause = isNode(insert['onConflictClause']) ? insert['onConflictClause'] : undefined;
      if (clause?.['action'] !== 'ONCONFLICT_NOTHING' || clause['infer'] !== undefined) continue;
      yield {
        at: { at: locationOf(clause) },
        message:
          'Rows that break any unique constraint are left out without a word, also one that nobody thought of. Name the constraint or the columns.',
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Without a target, every unique index of the table counts, including one that is added next year. Rows are missing and nothing says so, but for the count.',
  fix: 'ON CONFLICT (key) DO NOTHING, or ON CONFLICT ON CONSTRAINT name.',
  bad: [
    'INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING;',
    'INSERT INTO shop.t (a) SELECT 1 ON CONFLICT DO NOTHING RETURNING a;',
  ],
  good: ['INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO NOTHING;', 'INSERT INTO t (a) VALUES (1);'],
};
