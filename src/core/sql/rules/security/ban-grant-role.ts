import { rule, type RuleDocs } from '../../review/rule';
import { itemsOf, stringOf, textOf } from '../../tree/node';

export const banGrantRole = rule({
  id: 'ban-grant-role',
  title: 'Membership gives all rights of a role, now and later',
  category: 'security',
  level: 'warning',
  on: ['GrantRoleStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'GrantRoleStmt' || fields['is_grant'] !== true) return;
    const roles = itemsOf(fields['granted_roles'], 'AccessPriv').map((role) => textOf(role, 'priv_name'));
    const admin = itemsOf(fields['opt'], 'DefElem').some(
      ({ defname, arg }) => defname === 'admin' && stringOf(arg) !== 'false',
    );
    const more = admin ? ' With ADMIN OPTION the members may also pass it on.' : '';
    yield {
      at: { start, end },
      message: `Members get every right that ${roles.join(', ')} has today or will ever get.${more}`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'A role is a bundle that grows. Who is a member has what is added to it next year, and roles such as pg_read_all_data or pg_write_server_files reach far beyond tables.',
  fix: 'Grant the rights that are needed; or have the owner of the role approve the membership.',
  bad: ['GRANT shop_admin TO app;', 'GRANT pg_read_all_data TO reporting WITH ADMIN OPTION;'],
  good: ['GRANT SELECT ON orders TO app;', 'REVOKE shop_admin FROM app;'],
};
