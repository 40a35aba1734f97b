import { rule, type RuleDocs } from '../../review/rule';
import { as, find, itemsOf, items, locationOf, isNode } from '../../tree/node';

export const banSelectStar = rule({
  id: 'ban-select-star',
  title: 'SELECT * reads columns that nobody asked for',
  category: 'performance',
  level: 'info',
  on: ['SelectStmt'],
  options: {},
  *statement({ node }) {
    for (const select of find(node, 'SelectStmt')) {
      if (select['fromClause'] === undefined) continue;
      for (const target of itemsOf(select['targetList'], 'ResTarget')) {
        const column = isNode(target['val']) ? as(target['val'], 'ColumnRef') : undefined;
        if (!column || !items(column['fields']).some((field) => as(field, 'A_Star'))) continue;
        yield {
          at: { at: locationOf(column) },
          message:
            'The star means whatever columns there are on the day, personal ones too. Name those that are needed.',
        };
      }
    }
  },
});

export const docs: RuleDocs = {
  why: 'A star returns more than is needed, keeps index-only scans from being used, and changes its meaning with every ALTER TABLE. In a result it also brings columns that should not leave the database.',
  fix: 'Name the columns. count(*) and EXISTS (SELECT FROM …) are not meant.',
  bad: ['SELECT * FROM orders WHERE id = 1;', 'INSERT INTO t (a) SELECT o.* FROM orders o;'],
  good: ['SELECT id, total FROM orders WHERE id = 1;', 'SELECT count(*) FROM orders;'],
  alsoKnownAs: ['Bytebase: statement.select.no-select-all'],
};
