import { rule, type RuleDocs } from '../../review/rule';
import { hasOption } from '../../tree/tables';

export const requireConcurrentReindex = rule({
  id: 'require-concurrent-reindex',
  title: 'REINDEX keeps writers, and readers by that index, waiting',
  category: 'locking',
  level: 'warning',
  on: ['ReindexStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'ReindexStmt' || hasOption(fields['params'], 'concurrently')) return;
    const message =
      'Nobody can write to the table (SHARE) nor use the index (ACCESS EXCLUSIVE) while it is built anew. REINDEX … CONCURRENTLY lets both go on; it must stand alone in its change.';
    yield { at: { start, end }, message };
  },
});

export const docs: RuleDocs = {
  why: 'REINDEX locks the table against writing and the index against everybody until it is done. Plans that would use the index wait as well, because the planner has to open it.',
  fix: 'REINDEX (CONCURRENTLY) INDEX … or TABLE …, alone in its change.',
  bad: ['REINDEX INDEX orders_status;', 'REINDEX (VERBOSE) TABLE shop.orders;'],
  good: ['REINDEX INDEX CONCURRENTLY orders_status;', 'REINDEX (CONCURRENTLY) TABLE shop.orders;'],
  alsoKnownAs: ['squawk: require-concurrent-reindex'],
};
