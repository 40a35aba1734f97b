import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { find, isNode, itemsOf, locationOf } from '../../tree/node';

export const updateKeyColumn = rule({
  id: 'update-key-column',
  title: 'UPDATE of a key',
  category: 'correctness',
  level: 'warning',
  on: ['UpdateStmt'],
  options: { columns: ['id'] },
  *statement({ node }, { columns }) {
    for (const update of find(node, 'UpdateStmt')) {
      if (!isNode(update['relation'])) continue;
      for (const target of itemsOf(update['targetList'], 'ResTarget')) {
        const { name } = target;
        if (typeof name !== 'string' || !columns.includes(name)) continue;
        const message = `Sets ${name} of ${nameText(rangeName(update['relation']))}: whatever refers to the old value, here or outside the database, no longer finds the row.`;
        yield { at: { at: locationOf(target) }, message };
      }
    }
  },
});

export const docs: RuleDocs = {
  why: 'Keys are copied: into other tables, caches, other systems, log files. A changed key breaks all references that no foreign key holds together, and the executor cannot undo such a change by itself.',
  fix: 'Insert a row under the new key and move what refers to it; or leave the key alone.',
  bad: [
    'UPDATE orders SET id = 7 WHERE id = 8;',
    { sql: "UPDATE orders SET code = 'x' WHERE id = 8;", options: { columns: ['id', 'code'] } },
  ],
  good: ['UPDATE orders SET total = 7 WHERE id = 8;', "UPDATE orders SET code = 'x' WHERE id = 8;"],
};
