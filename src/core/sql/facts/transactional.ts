import type { Statement } from '../tree/script';
import { alterActions, hasOption } from '../tree/tables';

/**
 * Name of a statement that PostgreSQL refuses inside a transaction block; null for one that may run there.
 * Source: the PreventInTransactionBlock calls of PostgreSQL 18.
 */
export function nonTransactional(statement: Pick<Statement, 'type' | 'fields'>): string | null {
  const { type, fields } = statement;
  switch (type) {
    case 'IndexStmt':
      return fields['concurrent'] === true ? 'CREATE INDEX CONCURRENTLY' : null;
    case 'DropStmt':
      return fields['concurrent'] === true ? 'DROP INDEX CONCURRENTLY' : null;
    case 'ReindexStmt':
      return hasOption(fields['params'], 'concurrently') ? 'REINDEX CONCURRENTLY' : null;
    case 'VacuumStmt':
      return fields['is_vacuumcmd'] === true ? 'VACUUM' : null;
    case 'ClusterStmt':
      return fields['relation'] === undefined ? 'CLUSTER of a whole database' : null;
    case 'AlterTableStmt':
      return alterActions(statement).some(
        (action) => action.type === 'AT_DetachPartition' && action.definition?.['concurrent'] === true,
      )
        ? 'DETACH PARTITION CONCURRENTLY'
        : null;
    case 'CreatedbStmt':
      return 'CREATE DATABASE';
    case 'DropdbStmt':
      return 'DROP DATABASE';
    case 'CreateTableSpaceStmt':
      return 'CREATE TABLESPACE';
    case 'DropTableSpaceStmt':
      return 'DROP TABLESPACE';
    case 'AlterSystemStmt':
      return 'ALTER SYSTEM';
    case 'CreateSubscriptionStmt':
      return 'CREATE SUBSCRIPTION';
    case 'DropSubscriptionStmt':
      return 'DROP SUBSCRIPTION';
    default:
      return null;
  }
}
