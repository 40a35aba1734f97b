import { rule, type RuleDocs } from '../../review/rule';
import { itemsOf, locationOf } from '../../tree/node';

export const banGrantToPublic = rule({
  id: 'ban-grant-to-public',
  title: 'A right for PUBLIC is a right for everybody',
  category: 'security',
  level: 'error',
  on: ['GrantStmt'],
  options: {},
  *statement({ type, fields }) {
    if (type !== 'GrantStmt' || fields['is_grant'] !== true) return;
    for (const role of itemsOf(fields['grantees'], 'RoleSpec')) {
      if (role['roletype'] !== 'ROLESPEC_PUBLIC') continue;
      yield {
        at: { at: locationOf(role) },
        message: 'PUBLIC is every role that can connect, now and later. Grant to the roles that need it.',
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'PUBLIC means every login of the server, including those that are made tomorrow. A right given to it cannot be taken from one role alone.',
  fix: 'GRANT … TO the roles that need it, by name.',
  bad: ['GRANT SELECT ON orders TO PUBLIC;', 'GRANT USAGE ON SCHEMA shop TO app, PUBLIC;'],
  good: ['GRANT SELECT ON orders TO app;', 'REVOKE ALL ON SCHEMA public FROM PUBLIC;'],
};
