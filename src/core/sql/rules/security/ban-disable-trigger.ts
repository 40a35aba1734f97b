import { rule, type RuleDocs } from '../../review/rule';
import { nameText } from '../../tree/names';
import { alterActions, definedTable } from '../../tree/tables';

export const banDisableTrigger = rule({
  id: 'ban-disable-trigger',
  title: 'A disabled trigger lets rows past the checks it makes',
  category: 'security',
  level: 'error',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    const table = definedTable(statement);
    for (const { type, name } of alterActions(statement)) {
      if (!table || !type.startsWith('AT_DisableTrig')) continue;
      const what = name === null ? 'All triggers' : `The trigger ${name}`;
      const message = `${what} of ${nameText(table)} stop firing for everybody until they are enabled again: audit rows and checks are missing for what is written meanwhile.`;
      yield { at: statement, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Triggers keep audit trails, derived values and, as system triggers, foreign keys. While they are disabled, rows are written that nothing has checked, by everybody, not only by this change.',
  fix: 'Leave them enabled and change fewer rows at a time; or make the trigger itself skip what is meant to be skipped.',
  bad: ['ALTER TABLE orders DISABLE TRIGGER ALL;', 'ALTER TABLE shop.orders DISABLE TRIGGER audit_orders;'],
  good: ['ALTER TABLE orders ENABLE TRIGGER audit_orders;', 'ALTER TABLE orders ADD COLUMN a int;'],
};
