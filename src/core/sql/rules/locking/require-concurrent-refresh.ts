import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { isNode } from '../../tree/node';

export const requireConcurrentRefresh = rule({
  id: 'require-concurrent-refresh',
  title: 'REFRESH MATERIALIZED VIEW keeps every reader waiting',
  category: 'locking',
  level: 'warning',
  on: ['RefreshMatViewStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'RefreshMatViewStmt' || fields['concurrent'] === true || fields['skipData'] === true) return;
    const view = isNode(fields['relation']) ? nameText(rangeName(fields['relation'])) : 'the view';
    const message = `Nobody can read ${view} while it is filled (ACCESS EXCLUSIVE). REFRESH … CONCURRENTLY lets readers go on; it needs a unique index on the view.`;
    yield { at: { start, end }, message };
  },
});

export const docs: RuleDocs = {
  why: 'A plain REFRESH holds ACCESS EXCLUSIVE on the view for as long as its query runs. CONCURRENTLY fills a copy and writes only the differences, under a lock that lets readers go on.',
  fix: 'Give the view a unique index once, then REFRESH MATERIALIZED VIEW CONCURRENTLY.',
  bad: ['REFRESH MATERIALIZED VIEW totals;', 'REFRESH MATERIALIZED VIEW shop.totals WITH DATA;'],
  good: ['REFRESH MATERIALIZED VIEW CONCURRENTLY totals;', 'REFRESH MATERIALIZED VIEW totals WITH NO DATA;'],
};
