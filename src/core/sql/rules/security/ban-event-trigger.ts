import { rule, type RuleDocs } from '../../review/rule';

export const banEventTrigger = rule({
  id: 'ban-event-trigger',
  title: 'An event trigger runs at every DDL of the database',
  category: 'security',
  level: 'error',
  on: ['AlterEventTrigStmt', 'CreateEventTrigStmt'],
  options: {},
  *statement({ type, start, end }) {
    if (type !== 'CreateEventTrigStmt' && type !== 'AlterEventTrigStmt') return;
    yield {
      at: { start, end },
      message:
        'Its function runs, with the rights of whoever does the DDL, at every such statement from now on; it can stop all of them.',
    };
  },
});

export const docs: RuleDocs = {
  why: 'Event triggers see, change and stop the DDL of everybody, superusers included. A faulty one can only be removed in single-user mode.',
  fix: 'Have the people who run the server install it, after a rehearsal on a clone.',
  bad: [
    'CREATE EVENT TRIGGER guard ON ddl_command_start EXECUTE FUNCTION f();',
    'ALTER EVENT TRIGGER guard DISABLE;',
  ],
  good: ['CREATE TRIGGER audit AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION f();', 'SELECT 1;'],
};
