import { rule, type RuleDocs } from '../../review/rule';

export const banWithGrantOption = rule({
  id: 'ban-with-grant-option',
  title: 'WITH GRANT OPTION lets a role pass rights on without review',
  category: 'security',
  level: 'warning',
  on: ['GrantStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'GrantStmt' || fields['is_grant'] !== true || fields['grant_option'] !== true) return;
    yield {
      at: { start, end },
      message: 'The role may give these rights to others from now on, and no change request will show it.',
    };
  },
});

export const docs: RuleDocs = {
  why: 'Whoever holds the grant option decides who else gets the right. The next grants happen outside the process that this change went through.',
  fix: 'Grant without the option; further grants are changes of their own.',
  bad: [
    'GRANT SELECT ON orders TO reporting WITH GRANT OPTION;',
    'GRANT USAGE ON SCHEMA shop TO app WITH GRANT OPTION;',
  ],
  good: ['GRANT SELECT ON orders TO reporting;', 'REVOKE GRANT OPTION FOR SELECT ON orders FROM reporting;'],
};
