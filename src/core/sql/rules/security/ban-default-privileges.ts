import { rule, type RuleDocs } from '../../review/rule';

export const banDefaultPrivileges = rule({
  id: 'ban-default-privileges',
  title: 'Rights on things that do not exist yet',
  category: 'security',
  level: 'info',
  on: ['AlterDefaultPrivilegesStmt'],
  options: {},
  *statement({ type, start, end }) {
    if (type !== 'AlterDefaultPrivilegesStmt') return;
    yield {
      at: { start, end },
      message:
        'From now on, things that are created get these rights by themselves, and no later change will show them.',
    };
  },
});

export const docs: RuleDocs = {
  why: 'Default privileges act at a distance: a table that is created next year is open to a role because of a line that nobody remembers.',
  fix: 'Grant with each new table, where reviewers see it; or have the owner of the schema approve.',
  bad: [
    'ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO reporting;',
    'ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;',
  ],
  good: ['GRANT SELECT ON orders TO reporting;', 'REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC;'],
};
