import { rule, type RuleDocs } from '../../review/rule';

export const banDropOwned = rule({
  id: 'ban-drop-owned',
  title: 'DROP OWNED drops whatever a role happens to own',
  category: 'data-loss',
  level: 'error',
  on: ['DropOwnedStmt'],
  options: {},
  *statement({ type, start, end }) {
    if (type !== 'DropOwnedStmt') return;
    yield {
      at: { start, end },
      message:
        'Drops everything that the role owns in this database and takes back its rights; what that is depends on the day.',
    };
  },
});

export const docs: RuleDocs = {
  why: 'DROP OWNED BY names a role, not things: all its tables, views and functions in the database are dropped, and every right granted to it is taken back.',
  fix: 'Name what is to be dropped. To retire a role, move its things with REASSIGN OWNED in a reviewed change first.',
  bad: ['DROP OWNED BY reporting;', 'DROP OWNED BY a, b CASCADE;'],
  good: ['REASSIGN OWNED BY reporting TO shop_owner;', 'DROP TABLE reporting.daily;'],
};
