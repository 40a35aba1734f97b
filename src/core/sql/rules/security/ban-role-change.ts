import { rule, type RuleDocs } from '../../review/rule';

const words: Readonly<Record<string, string>> = {
  CreateRoleStmt: 'A new role',
  AlterRoleStmt: 'A changed role',
  DropRoleStmt: 'A dropped role',
};

export const banRoleChange = rule({
  id: 'ban-role-change',
  title: 'A role of the whole server is made, changed or dropped',
  category: 'security',
  level: 'warning',
  on: ['AlterRoleStmt', 'CreateRoleStmt', 'DropRoleStmt'],
  options: {},
  *statement({ type, start, end }) {
    const what = words[type];
    if (what !== undefined)
      yield {
        at: { start, end },
        message: `${what} concerns every database of the server, not only this one; it belongs to the people who run it.`,
      };
  },
});

export const docs: RuleDocs = {
  why: 'Roles are shared by all databases of a server. A change request for one database is not the place where who may log in is decided.',
  fix: 'Have the operators do it with their own tools, so that passwords and expiry are dealt with too.',
  bad: ['CREATE ROLE reporting LOGIN;', 'ALTER ROLE app CONNECTION LIMIT 5;', 'DROP ROLE old_app;'],
  good: ['GRANT SELECT ON orders TO reporting;', 'CREATE SCHEMA reporting;'],
};
