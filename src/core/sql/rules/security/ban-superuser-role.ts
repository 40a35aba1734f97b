import { rule, type RuleDocs } from '../../review/rule';
import { as, isNode, itemsOf, locationOf, textOf } from '../../tree/node';

const powers = new Set(['superuser', 'createrole', 'isreplication', 'bypassrls', 'createdb']);
const names: Readonly<Record<string, string>> = {
  isreplication: 'REPLICATION',
  superuser: 'SUPERUSER',
  createrole: 'CREATEROLE',
  bypassrls: 'BYPASSRLS',
  createdb: 'CREATEDB',
};

/** The parser leaves a false value out of the node. */
function isTrue(value: unknown): boolean {
  const boolean = isNode(value) ? as(value, 'Boolean') : undefined;
  return boolean?.['boolval'] === true;
}

export const banSuperuserRole = rule({
  id: 'ban-superuser-role',
  title: 'A role gets power over the whole server',
  category: 'security',
  level: 'error',
  on: ['AlterRoleStmt', 'CreateRoleStmt'],
  options: {},
  *statement({ type, fields }) {
    if (type !== 'CreateRoleStmt' && type !== 'AlterRoleStmt') return;
    for (const option of itemsOf(fields['options'], 'DefElem')) {
      const name = textOf(option, 'defname');
      if (!powers.has(name) || !isTrue(option['arg'])) continue;
      yield {
        at: { at: locationOf(option) },
        message: `${names[name] ?? name} reaches beyond this database and beyond every review; it belongs to the people who run the server.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'SUPERUSER, CREATEROLE, REPLICATION, BYPASSRLS and CREATEDB go round grants and row security, in all databases of the server. A role that has one can undo any other protection.',
  fix: 'Give the rights on tables and schemas that are needed, or membership in a narrow role.',
  bad: ['CREATE ROLE app LOGIN SUPERUSER;', 'ALTER ROLE app BYPASSRLS;'],
  good: ['CREATE ROLE app LOGIN;', 'ALTER ROLE app NOSUPERUSER;'],
};
