import { rule, type RuleDocs } from '../../review/rule';
import { find, items, locationOf, stringOf, textOf } from '../../tree/node';
import { calledName } from '../../tree/names';

const identities = new Set(['role', 'session_authorization', 'session authorization']);

export const banSetRole = rule({
  id: 'ban-set-role',
  title: 'The change asks to be somebody else',
  category: 'security',
  level: 'error',
  options: {},
  *statement({ type, fields, node, start, end }) {
    const message =
      'The role that a change runs as is part of what is approved; the text may not choose another.';
    if (type === 'VariableSetStmt' && identities.has(textOf(fields, 'name').toLowerCase()))
      yield { at: { start, end }, message };
    for (const call of find(node, 'FuncCall')) {
      if (calledName(call).name !== 'set_config') continue;
      const setting = stringOf(items(call['args'])[0]);
      if (setting === null || identities.has(setting.toLowerCase()))
        yield { at: { at: locationOf(call) }, message };
    }
  },
});

export const docs: RuleDocs = {
  why: "SET ROLE, SET SESSION AUTHORIZATION and set_config('role', …) change whose rights the following statements have. Approvers saw the role of the connection, not this one. A computed name in set_config counts as well.",
  fix: 'Leave it out; choose a connection whose role may do what is needed.',
  bad: ['SET ROLE admin;', "SELECT set_config('role', 'admin', true);", 'RESET SESSION AUTHORIZATION;'],
  good: ["SET LOCAL work_mem = '64MB';", "SELECT set_config('work_mem', '64MB', true);"],
  alsoKnownAs: ['Bytebase: statement.check-set-role-variable'],
};
