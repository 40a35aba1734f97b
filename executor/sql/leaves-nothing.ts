import { isBuiltIn } from '#core/sql/tree/builtins';
import { listName } from '#core/sql/tree/names';
import { type Node, unwrap, walk } from '#core/sql/tree/node';

/** Statements that leave nothing in a session by themselves. */
const plainStatements = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'CreateStmt',
  'AlterTableStmt',
  'RenameStmt',
  'IndexStmt',
  'DropStmt',
  'CommentStmt',
  'TruncateStmt',
]);

/** Functions of PostgreSQL's own that do. */
const leaving = new Set([
  'set_config',
  'setseed',
  'nextval',
  'setval',
  'pg_advisory_lock',
  'pg_advisory_lock_shared',
  'pg_try_advisory_lock',
  'pg_try_advisory_lock_shared',
]);

const isTemporary = (fields: Node): boolean =>
  fields['relpersistence'] === 't' ||
  (typeof fields['schemaname'] === 'string' && /^pg_temp/i.test(fields['schemaname']));

/**
 * True when a text, as far as it shows, leaves nothing in the session that ran it: plain statements on tables that stay, with
 * functions of PostgreSQL's own that are known to leave nothing. What it does not show (a trigger, a function behind a name that
 * looks like PostgreSQL's) is what the session is wiped for.
 */
export function leavesNothing(nodes: readonly Node[]): boolean {
  return nodes.every((node) => {
    const [type] = unwrap(node);
    if (!plainStatements.has(type)) return false;
    for (const [key, fields] of walk(node)) {
      if (key === 'IntoClause' || key === 'intoClause') return false;
      if (key === 'RangeVar' && isTemporary(fields)) return false;
      if (key !== 'FuncCall') continue;
      const name = listName(fields['funcname']);
      if (leaving.has(name.name) || !isBuiltIn({ ...name, schema: null })) return false;
    }
    return true;
  });
}
