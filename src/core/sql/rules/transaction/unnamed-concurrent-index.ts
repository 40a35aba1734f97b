import { rule, type RuleDocs } from '../../review/rule';

export const unnamedConcurrentIndex = rule({
  id: 'unnamed-concurrent-index',
  title: 'An index that is built CONCURRENTLY needs a name',
  category: 'transaction',
  level: 'error',
  on: ['IndexStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'IndexStmt' || fields['concurrent'] !== true || typeof fields['idxname'] === 'string')
      return;
    yield {
      at: { start, end },
      message:
        'Without a name nobody can tell after a crash whether the index is there, or half there. Name it.',
    };
  },
});

export const docs: RuleDocs = {
  why: 'CREATE INDEX CONCURRENTLY is not undone by a failure. To learn what became of it, the executor looks for the index by its name; a name that PostgreSQL makes up is not known before.',
  fix: 'CREATE INDEX CONCURRENTLY a_name ON ….',
  bad: [
    'CREATE INDEX CONCURRENTLY ON orders (status);',
    'CREATE UNIQUE INDEX CONCURRENTLY ON shop.orders (number);',
  ],
  good: ['CREATE INDEX CONCURRENTLY orders_status ON orders (status);', 'CREATE INDEX ON orders (status);'],
};
