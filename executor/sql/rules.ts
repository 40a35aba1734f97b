import { aloneStatement, detachesConcurrently } from './alone';
import { isNode, stringOf, unwrap, walk } from '#core/sql/tree/node';
import { type Node, scanSql } from './parser';

/** Settings that hold the frame of an execution: what approvers saw, how long it may run, how it is made durable. */
const guardedSettings = new Set([
  'role',
  'session_authorization',
  'statement_timeout',
  'lock_timeout',
  'transaction_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'client_connection_check_interval',
  'standard_conforming_strings',
  'backslash_quote',
  'client_encoding',
  'search_path',
  'application_name',
  'synchronous_commit',
  'session_replication_role',
  'row_security',
  'track_counts',
  'transaction',
  'session characteristics',
  'transaction_isolation',
  'transaction_read_only',
  'transaction_deferrable',
  'default_transaction_isolation',
  'default_transaction_read_only',
]);

const names: Readonly<Record<string, string>> = {
  TransactionStmt: 'transaction control (BEGIN, COMMIT, ROLLBACK, SAVEPOINT)',
  DiscardStmt: 'DISCARD',
  PrepareStmt: 'PREPARE',
  ExecuteStmt: 'EXECUTE',
  DeallocateStmt: 'DEALLOCATE',
  ListenStmt: 'LISTEN',
  UnlistenStmt: 'UNLISTEN',
  LoadStmt: 'LOAD',
  CreatedbStmt: 'CREATE DATABASE',
  DropdbStmt: 'DROP DATABASE',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
  DropTableSpaceStmt: 'DROP TABLESPACE',
  AlterSystemStmt: 'ALTER SYSTEM',
  CreateSubscriptionStmt: 'CREATE SUBSCRIPTION',
  AlterSubscriptionStmt: 'ALTER SUBSCRIPTION',
  DropSubscriptionStmt: 'DROP SUBSCRIPTION',
};

/** Cursors `WITH HOLD` outlive the transaction (parsenodes.h: CURSOR_OPT_HOLD). */
const cursorHold = 0x0020;

function hasOption(list: unknown, name: string): boolean {
  return (
    Array.isArray(list) &&
    list.some((item) => isNode(item) && isNode(item['DefElem']) && item['DefElem']['defname'] === name)
  );
}

function copyName(fields: Node): string {
  if (fields['is_program']) return 'COPY … PROGRAM';
  if (typeof fields['filename'] === 'string') return 'COPY with a server file';
  return fields['is_from'] ? 'COPY … FROM STDIN' : 'COPY … TO STDOUT';
}

/** A statement that cannot or must not run inside our transaction, by its name; null when it may. */
function refusedByType(type: string, fields: Node): string | null {
  const always = names[type];
  if (always !== undefined) return always;
  switch (type) {
    case 'VariableSetStmt': {
      if (fields['kind'] === 'VAR_RESET_ALL') return 'RESET ALL';
      const name = String(fields['name']).toLowerCase();
      return guardedSettings.has(name) ? `SET of ${name}` : null;
    }
    case 'CopyStmt':
      return copyName(fields);
    case 'IndexStmt':
      return fields['concurrent'] ? 'CREATE INDEX CONCURRENTLY beside other statements' : null;
    case 'DropStmt':
      return fields['concurrent'] ? 'DROP INDEX CONCURRENTLY beside other statements' : null;
    case 'ReindexStmt': {
      if (hasOption(fields['params'], 'concurrently')) return 'REINDEX CONCURRENTLY beside other statements';
      return /_(SCHEMA|SYSTEM|DATABASE)$/.test(String(fields['kind']))
        ? 'REINDEX of a whole schema or database'
        : null;
    }
    case 'VacuumStmt':
      return fields['is_vacuumcmd'] ? 'VACUUM beside other statements' : null;
    case 'ClusterStmt':
      return fields['relation'] ? null : 'CLUSTER of a whole database';
    case 'AlterDatabaseStmt':
      return 'ALTER DATABASE';
    case 'DeclareCursorStmt':
      return (Number(fields['options']) & cursorHold) !== 0 ? 'a cursor WITH HOLD' : null;
    case 'AlterTableStmt':
      return detachesConcurrently(fields) ? 'DETACH PARTITION CONCURRENTLY beside other statements' : null;
    default:
      return null;
  }
}

/** `set_config` is SET in disguise: its first argument must be a constant that is not guarded. */
function refusedCall(fields: Node): string | null {
  const path = Array.isArray(fields['funcname']) ? fields['funcname'] : [];
  if (stringOf(path.at(-1))?.toLowerCase() !== 'set_config') return null;
  const setting = Array.isArray(fields['args']) ? stringOf(fields['args'][0]) : null;
  if (setting === null) return 'set_config of a computed setting';
  return guardedSettings.has(setting.toLowerCase()) ? `set_config of ${setting.toLowerCase()}` : null;
}

/** True when a DO body has COMMIT or ROLLBACK where a statement may begin. */
async function controlsTransaction(body: string): Promise<boolean> {
  const bytes = Buffer.from(body, 'utf8');
  let previous = ';';
  for (const token of await scanSql(body).catch(() => [])) {
    const word = bytes.toString('utf8', token.start, token.end).toLowerCase();
    if (word.startsWith('--') || word.startsWith('/*')) continue;
    const starts = [';', 'begin', 'then', 'else', 'loop'].includes(previous);
    if (starts && (word === 'commit' || word === 'rollback')) return true;
    previous = word;
  }
  return false;
}

async function refusedBody(fields: Node): Promise<string | null> {
  const args = Array.isArray(fields['args']) ? fields['args'] : [];
  for (const arg of args) {
    const body = isNode(arg) && isNode(arg['DefElem']) ? stringOf(arg['DefElem']['arg']) : null;
    if (body !== null && (await controlsTransaction(body))) return 'DO with COMMIT or ROLLBACK';
  }
  return null;
}

/**
 * Says by name why a statement may not run, or null. This is a courtesy to people, early and readable; the walls are
 * the server's privileges, the ledger functions and the extended protocol. `only`: it is the only statement of its text,
 * which is where some statements may run that no transaction takes ({@link aloneStatement}).
 */
export async function refusedStatement(statement: Node, only: boolean): Promise<string | null> {
  const [type, fields] = unwrap(statement);
  const alone = aloneStatement(statement);
  if (alone && 'refused' in alone) return alone.refused;
  if (type === 'DoStmt') {
    const body = await refusedBody(fields);
    if (body !== null) return body;
  }
  for (const [key, inner] of walk(statement)) {
    if (only && alone && inner === fields) continue;
    const refused = key === 'FuncCall' ? refusedCall(inner) : refusedByType(key, inner);
    if (refused !== null) return refused;
  }
  return null;
}

const writingNodes = new Set([
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'IntoClause',
  'LockingClause',
]);

/** True when a statement only reads, as far as its text shows; the READ ONLY transaction is the wall behind it. */
export function onlyReads(statement: Node): boolean {
  const [type, fields] = unwrap(statement);
  if (type === 'VariableShowStmt') return true;
  if (type === 'ExplainStmt') {
    return (
      isNode(fields['query']) && (!hasOption(fields['options'], 'analyze') || onlyReads(fields['query']))
    );
  }
  if (type !== 'SelectStmt') return false;
  for (const [key] of walk(statement)) {
    if (writingNodes.has(key) || key === 'intoClause') return false;
  }
  return true;
}
