import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { find, isNode, locationOf } from '../../tree/node';
import { isAlwaysTrue } from '../../tree/conditions';

export const whereAlwaysTrue = rule({
  id: 'where-always-true',
  title: 'A WHERE that is always true names every row',
  category: 'data-loss',
  level: 'error',
  on: ['DeleteStmt', 'UpdateStmt'],
  options: {},
  *statement({ node }) {
    for (const type of ['UpdateStmt', 'DeleteStmt']) {
      for (const change of find(node, type)) {
        if (!isNode(change['relation']) || !isAlwaysTrue(change['whereClause'])) continue;
        const does = type === 'UpdateStmt' ? 'changes' : 'removes';
        const message = `This WHERE is true for every row, so the statement ${does} all of ${nameText(rangeName(change['relation']))}.`;
        yield { at: { at: locationOf(change['relation']) }, message };
      }
    }
  },
});

export const docs: RuleDocs = {
  why: '`WHERE true`, `WHERE 1 = 1` or `WHERE id = id OR …` looks like a condition and is none (but for rows with NULL). It is left over from a generated text, or put there to quieten a check.',
  fix: 'Write the condition that was meant. If every row is meant, waive `where-always-true` with the reason.',
  bad: ['UPDATE orders SET total = 0 WHERE true;', "DELETE FROM orders WHERE 1 = 1 OR status = 'open';"],
  good: ['UPDATE orders SET total = 0 WHERE id = 1;', 'DELETE FROM orders WHERE is_void;'],
};
