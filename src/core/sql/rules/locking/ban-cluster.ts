import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { isNode } from '../../tree/node';

export const banCluster = rule({
  id: 'ban-cluster',
  title: 'CLUSTER writes the table anew while everybody is locked out',
  category: 'locking',
  level: 'error',
  on: ['ClusterStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'ClusterStmt') return;
    const table = isNode(fields['relation'])
      ? nameText(rangeName(fields['relation']))
      : 'every clustered table';
    const message = `Writes ${table} anew in the order of an index, under ACCESS EXCLUSIVE: not even a SELECT gets through until it is done.`;
    yield { at: { start, end }, message };
  },
});

export const docs: RuleDocs = {
  why: 'CLUSTER copies the table in index order and holds an ACCESS EXCLUSIVE lock throughout; it needs room for a second copy. The order is not kept for later rows.',
  fix: 'Use pg_repack, or a maintenance window that is long enough. Often a covering index gives the same gain.',
  bad: ['CLUSTER orders USING orders_pkey;', 'CLUSTER shop.orders;'],
  good: ['ALTER TABLE orders SET WITHOUT CLUSTER;', 'VACUUM orders;'],
};
