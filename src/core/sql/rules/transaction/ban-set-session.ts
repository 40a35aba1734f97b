import { rule, type RuleDocs } from '../../review/rule';

export const banSetSession = rule({
  id: 'ban-set-session',
  title: 'SET without LOCAL outlives the change',
  category: 'transaction',
  level: 'info',
  on: ['VariableSetStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'VariableSetStmt' || fields['is_local'] === true || fields['kind'] !== 'VAR_SET_VALUE')
      return;
    const name = typeof fields['name'] === 'string' ? fields['name'] : 'the setting';
    yield {
      at: { start, end },
      message: `Write SET LOCAL ${name}: it ends with the change. Plain SET is for a session, which the executor does not keep.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'Plain SET holds for the rest of the session. The executor wipes sessions between changes, so the effect is the same, but elsewhere the same text would leave something behind.',
  fix: 'SET LOCAL, which ends with the change.',
  bad: ["SET work_mem = '64MB';", 'SET SESSION random_page_cost = 1;'],
  good: ["SET LOCAL work_mem = '64MB';", 'SELECT 1;'],
};
