import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { isNode } from '../../tree/node';
import { createdBefore } from '../../tree/tables';

export const triggerOnTable = rule({
  id: 'trigger-on-table',
  title: "A trigger runs at everybody's writes from now on",
  category: 'security',
  level: 'info',
  on: ['CreateTrigStmt'],
  options: {},
  *statement({ type, fields, index, start, end }, _options, _context, { statements }) {
    if (type !== 'CreateTrigStmt' || !isNode(fields['relation'])) return;
    const table = rangeName(fields['relation']);
    if (createdBefore(statements, index, table)) return;
    yield {
      at: { start, end },
      message: `The function runs inside every write to ${nameText(table)}: it can change rows, write elsewhere, slow writes down or make them fail.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'A trigger is code in the path of all writers. Later changes of the table do more than their text says, and cannot be undone by the executor alone.',
  fix: 'Look at the function as well as at the trigger; rehearse it on a clone with real load.',
  bad: [
    'CREATE TRIGGER audit AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION f();',
    'CREATE CONSTRAINT TRIGGER c AFTER INSERT ON shop.t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION f();',
  ],
  good: [
    'CREATE TABLE t (id bigint PRIMARY KEY); CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();',
    'DROP TRIGGER audit ON orders;',
  ],
};
