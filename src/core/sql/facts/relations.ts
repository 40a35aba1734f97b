import { type QualifiedName, rangeName } from '../tree/names';
import { isNode, itemsOf, locationOf, type Node, unwrap } from '../tree/node';

/** A table, view or the like that a statement names, with the byte offset of the name. */
export interface RelationUse extends QualifiedName {
  /** `write`: rows are changed in it. `define`: the statement changes the relation itself. */
  readonly access: 'read' | 'write' | 'define';
  readonly location: number | null;
  /** True after ONLY: what inherits from it is not meant. */
  readonly only: boolean;
}

/** Statements that change rows of their `relation`. */
const writers = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

/** What a statement does to the relation that it names in its own field `relation`. */
function accessOf(type: string): RelationUse['access'] {
  if (writers.has(type)) return 'write';
  // `view` and `rel` are the fields of CREATE VIEW and of SELECT … INTO that name what is made.
  return type.endsWith('Stmt') || type === 'view' || type === 'rel' ? 'define' : 'read';
}

type Scope = ReadonlySet<string>;
const noNames: Scope = new Set();

/**
 * Every relation whose rows a statement reads or changes, also in sub-selects, CTEs and the query of a view. Names of
 * CTEs are no relations where they are in scope. The stack is ours, so a deep tree cannot exhaust the engine's.
 */
export function relationUses(statement: Node): readonly RelationUse[] {
  const [top, fields] = unwrap(statement);
  const uses = usesIn(statement);
  const changes = top === 'TruncateStmt' || (top === 'CopyStmt' && fields['is_from'] === true);
  if (changes) return uses.map((use) => ({ ...use, access: 'write' }));
  return top === 'CopyStmt'
    ? uses.map((use) => (use.access === 'define' ? { ...use, access: 'read' } : use))
    : uses;
}

function usesIn(statement: Node): readonly RelationUse[] {
  const uses: RelationUse[] = [];
  const open: { value: unknown; type: string; scope: Scope }[] = [];
  const openFields = (type: string, fields: Node, scope: Scope, skip: string | null): void => {
    const keys = Object.keys(fields);
    for (let at = keys.length - 1; at >= 0; at -= 1) {
      const key = keys[at] ?? '';
      const value = fields[key];
      // What is plain names no relation below it.
      if (typeof value !== 'object' || key === skip) continue;
      open.push({ value, type: key === 'relation' ? type : key, scope });
    }
  };
  openFields('', statement, noNames, null);
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, type, scope } = next;
    if (Array.isArray(value)) {
      for (let at = value.length; at > 0; at -= 1) open.push({ value: value[at - 1], type, scope });
      continue;
    }
    if (!isNode(value)) continue;
    if (typeof value['relname'] === 'string') {
      const name = rangeName(value);
      const access = accessOf(type);
      if (access !== 'read' || name.schema !== null || !scope.has(name.name)) {
        uses.push({ ...name, access, location: locationOf(value), only: value['inh'] !== true });
      }
      continue;
    }
    const withClause = isNode(value['withClause']) ? value['withClause'] : undefined;
    if (!withClause) {
      openFields(type, value, scope, null);
      continue;
    }
    const { inside, queries } = withNames(withClause, scope);
    openFields(type, value, inside, 'withClause');
    open.push(...queries.toReversed());
  }
  return uses;
}

/** The scope inside a statement with CTEs, and each CTE's query with the names that it may use. */
function withNames(
  withClause: Node,
  outer: Scope,
): { inside: Scope; queries: { value: unknown; type: string; scope: Scope }[] } {
  const ctes = itemsOf(withClause['ctes'], 'CommonTableExpr');
  const all = new Set([...outer, ...ctes.map((cte) => String(cte['ctename']))]);
  const recursive = withClause['recursive'] === true;
  const before = new Set(outer);
  const queries = ctes.map((cte) => {
    const scope: Scope = recursive ? all : new Set(before);
    before.add(String(cte['ctename']));
    return { value: cte['ctequery'], type: 'ctequery', scope };
  });
  return { inside: all, queries };
}
