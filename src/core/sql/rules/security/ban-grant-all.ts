import { rule, type RuleDocs } from '../../review/rule';

export const banGrantAll = rule({
  id: 'ban-grant-all',
  title: 'GRANT ALL gives rights that nobody named',
  category: 'security',
  level: 'warning',
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'GrantStmt' || fields['is_grant'] !== true || fields['privileges'] !== undefined) return;
    yield {
      at: { start, end },
      message:
        'ALL includes TRUNCATE, REFERENCES, TRIGGER and whatever later versions add. Name the rights that are needed.',
    };
  },
});

export const docs: RuleDocs = {
  why: 'ALL PRIVILEGES on a table lets the role empty it, attach triggers that run as others, and (PostgreSQL 17) maintain it. A reviewer should see which rights are given.',
  fix: 'GRANT SELECT, INSERT, UPDATE ON … TO ….',
  bad: ['GRANT ALL ON orders TO reporting;', 'GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA shop TO app;'],
  good: ['GRANT SELECT ON orders TO reporting;', 'REVOKE ALL ON orders FROM reporting;'],
};
