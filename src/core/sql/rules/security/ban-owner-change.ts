import { rule, type RuleDocs } from '../../review/rule';
import { alterActions } from '../../tree/tables';

export const banOwnerChange = rule({
  id: 'ban-owner-change',
  title: 'The owner of something changes',
  category: 'security',
  level: 'warning',
  on: ['AlterOwnerStmt', 'AlterTableStmt', 'ReassignOwnedStmt'],
  options: {},
  *statement(statement) {
    const { type } = statement;
    const changes =
      type === 'AlterOwnerStmt' ||
      type === 'ReassignOwnedStmt' ||
      alterActions(statement).some((action) => action.type === 'AT_ChangeOwner');
    if (changes)
      yield {
        at: statement,
        message:
          'The new owner may do anything with it: read and empty it, grant rights, attach triggers, drop it.',
      };
  },
});

export const docs: RuleDocs = {
  why: 'Owners are not bound by grants. A new owner also changes whose rights a view or a SECURITY DEFINER function runs with.',
  fix: 'Leave ownership to a role that nobody logs in as; give rights by GRANT.',
  bad: ['ALTER TABLE orders OWNER TO app;', 'ALTER FUNCTION f() OWNER TO app;', 'REASSIGN OWNED BY a TO b;'],
  good: ['GRANT SELECT ON orders TO app;', 'ALTER TABLE orders ADD COLUMN a int;'],
};
