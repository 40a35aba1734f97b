import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { find, isNode, locationOf } from '../../tree/node';

export const requireInsertColumns = rule({
  id: 'require-insert-columns',
  title: 'INSERT without column names depends on the order of the columns',
  category: 'correctness',
  level: 'warning',
  on: ['InsertStmt'],
  options: {},
  *statement({ node }) {
    for (const insert of find(node, 'InsertStmt')) {
      if (insert['cols'] !== undefined || insert['selectStmt'] === undefined || !isNode(insert['relation']))
        continue;
      const table = nameText(rangeName(insert['relation']));
      yield {
        at: { at: locationOf(insert['relation']) },
        message: `Name the columns of ${table}: without them the values go by position, which is another one after the next ALTER TABLE, or in another environment.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Without a list, values go to columns by position. A column that was added, dropped or made in another order elsewhere puts values into the wrong place, often without an error.',
  fix: 'INSERT INTO t (a, b) VALUES …, in the order that you mean.',
  bad: ['INSERT INTO orders VALUES (1, 2);', 'INSERT INTO shop.orders SELECT * FROM old_orders;'],
  good: ['INSERT INTO orders (id, total) VALUES (1, 2);', 'INSERT INTO orders DEFAULT VALUES;'],
  alsoKnownAs: ['Bytebase: statement.insert.must-specify-column'],
};
