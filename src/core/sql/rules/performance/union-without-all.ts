import { rule, type RuleDocs } from '../../review/rule';
import { find } from '../../tree/node';

export const unionWithoutAll = rule({
  id: 'union-without-all',
  title: 'UNION sorts and removes duplicates',
  category: 'performance',
  level: 'info',
  options: {},
  *statement({ node, start, end }) {
    const unions = Array.from(find(node, 'SelectStmt')).filter(
      (select) => select['op'] === 'SETOP_UNION' && select['all'] !== true,
    );
    if (unions.length === 0) return;
    yield {
      at: { start, end },
      message:
        'UNION compares all rows with each other to remove duplicates. Where there are none, or they are wanted, write UNION ALL.',
    };
  },
});

export const docs: RuleDocs = {
  why: 'UNION hashes or sorts the whole result. It also hides a bug: rows that were different and looked alike are counted once.',
  fix: 'UNION ALL, unless duplicates really have to go.',
  bad: ['SELECT id FROM a UNION SELECT id FROM b;', 'INSERT INTO t (a) SELECT 1 UNION SELECT 2;'],
  good: ['SELECT id FROM a UNION ALL SELECT id FROM b;', 'SELECT DISTINCT id FROM a;'],
};
