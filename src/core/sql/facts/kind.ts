import { as, find, items, type Node } from '../tree/node';
import type { Statement } from '../tree/script';

/** What a statement is to the people who review it. `opaque`: code whose effect the text does not show. */
export const statementKinds = [
  'read',
  'write',
  'ddl',
  'privilege',
  'transaction',
  'session',
  'maintenance',
  'opaque',
] as const;
export type StatementKind = (typeof statementKinds)[number];

const byType: Readonly<Record<string, StatementKind>> = {
  InsertStmt: 'write',
  UpdateStmt: 'write',
  DeleteStmt: 'write',
  MergeStmt: 'write',
  TruncateStmt: 'write',
  DoStmt: 'opaque',
  CallStmt: 'opaque',
  ExecuteStmt: 'opaque',
  LoadStmt: 'opaque',
  GrantStmt: 'privilege',
  GrantRoleStmt: 'privilege',
  AlterDefaultPrivilegesStmt: 'privilege',
  CreateRoleStmt: 'privilege',
  AlterRoleStmt: 'privilege',
  AlterRoleSetStmt: 'privilege',
  DropRoleStmt: 'privilege',
  ReassignOwnedStmt: 'privilege',
  DropOwnedStmt: 'privilege',
  AlterOwnerStmt: 'privilege',
  CreatePolicyStmt: 'privilege',
  AlterPolicyStmt: 'privilege',
  SecLabelStmt: 'privilege',
  TransactionStmt: 'transaction',
  VariableSetStmt: 'session',
  VariableShowStmt: 'read',
  DiscardStmt: 'session',
  PrepareStmt: 'session',
  DeallocateStmt: 'session',
  DeclareCursorStmt: 'session',
  FetchStmt: 'session',
  ClosePortalStmt: 'session',
  ListenStmt: 'session',
  UnlistenStmt: 'session',
  NotifyStmt: 'session',
  ConstraintsSetStmt: 'session',
  LockStmt: 'session',
  VacuumStmt: 'maintenance',
  ReindexStmt: 'maintenance',
  ClusterStmt: 'maintenance',
  CheckPointStmt: 'maintenance',
  RefreshMatViewStmt: 'maintenance',
};

const dataChanges = ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'] as const;

/** True when rows may change below `node`, also in a CTE. */
function changesRows(node: Node): boolean {
  return dataChanges.some((type) => find(node, type).length > 0);
}

/** The kind of a statement; of a type that is not listed, DDL: the strictest of the usual. */
export function statementKind({
  type,
  fields,
  node,
}: Pick<Statement, 'type' | 'fields' | 'node'>): StatementKind {
  switch (type) {
    case 'SelectStmt':
      return fields['intoClause'] ? 'ddl' : changesRows(node) ? 'write' : 'read';
    case 'ExplainStmt': {
      const analyse = items(fields['options']).some(
        (option) => as(option, 'DefElem')?.['defname'] === 'analyze',
      );
      const query = fields['query'];
      const inner = typeof query === 'object' && query !== null ? (query as Node) : {};
      return analyse && changesRows(inner) ? 'write' : 'read';
    }
    case 'CopyStmt':
      return fields['is_program'] === true || typeof fields['filename'] === 'string'
        ? 'opaque'
        : fields['is_from'] === true
          ? 'write'
          : 'read';
    default:
      return byType[type] ?? 'ddl';
  }
}
