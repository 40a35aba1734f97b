import { refuse, ok, type Result } from '#core/result';
import type { Statement } from '../sql/cut';
import { isNode, stringOf, unwrap, walk } from '#core/sql/tree/node';
import type { Node } from '../sql/parser';
import { onlyReads } from '../sql/rules';

/** A name as the text writes it; `schema` null when the search path decides. */
export interface NameInText {
  readonly schema: string | null;
  readonly name: string;
}

/** A statement that changes rows of one table, as far as its text tells. */
export interface ChangingStatement {
  readonly index: number;
  readonly action: 'insert' | 'update' | 'delete';
  readonly table: NameInText;
  /** Name under which the statement itself knows the table. */
  readonly alias: string;
  /** Columns that an UPDATE assigns. */
  readonly assigned: readonly string[];
}

/** Functions and operators that a script names; `where` marks those in a condition. */
export interface Calls {
  readonly functions: readonly (NameInText & { readonly where: boolean })[];
  readonly operators: readonly string[];
}

/** Statements that can be undone by the rows they changed, by their node. */
const changing = { InsertStmt: 'insert', UpdateStmt: 'update', DeleteStmt: 'delete' } as const;

const refusedTypes: Readonly<Record<string, string>> = {
  TruncateStmt: 'TRUNCATE',
  MergeStmt: 'MERGE',
  CopyStmt: 'COPY',
  DoStmt: 'a DO block',
  CallStmt: 'CALL',
  VariableSetStmt: 'SET',
};

const nested = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

const nameOf = (relation: Node): NameInText => ({
  schema: typeof relation['schemaname'] === 'string' ? relation['schemaname'] : null,
  name: String(relation['relname']),
});

const aliasOf = (relation: Node): string =>
  isNode(relation['alias']) ? String(relation['alias']['aliasname']) : String(relation['relname']);

const fieldsOf = (list: unknown, type: string): Node[] =>
  (Array.isArray(list) ? list : []).flatMap((item) =>
    isNode(item) && isNode(item[type]) ? [item[type]] : [],
  );

/** What speaks against undoing this INSERT, UPDATE or DELETE, by its text alone. */
function againstText(fields: Node, alias: string): string | null {
  if (fields['returningClause'] !== undefined) return 'has a RETURNING clause of its own';
  for (const [key, inner] of walk(fields)) {
    if (nested.has(key)) return 'changes rows in a WITH query too';
    if (key === 'CurrentOfExpr') return 'goes by a cursor';
    if (key === 'OnConflictClause' || key === 'onConflictClause') {
      if (inner['action'] !== 'ONCONFLICT_NOTHING') return 'updates rows ON CONFLICT';
    }
  }
  const beside = [
    ...fieldsOf(fields['fromClause'], 'RangeVar'),
    ...fieldsOf(fields['usingClause'], 'RangeVar'),
  ];
  if (beside.some((relation) => aliasOf(relation) === alias)) return 'names two tables alike';
  return null;
}

/**
 * Reads a statement of a script that is to be undone by itself: null when it only reads.
 * @returns the refusal in words, to follow “statement 1 ”
 */
export function readStatement(statement: Statement): Result<ChangingStatement | null, string> {
  const [type, fields] = unwrap(statement.node);
  if (!(type in changing)) {
    if (onlyReads(statement.node)) return ok(null);
    const named = refusedTypes[type];
    if (named !== undefined) return refuse(`is ${named}`);
    return refuse(
      type === 'SelectStmt' ? 'writes or locks in a query' : 'is not an INSERT, UPDATE or DELETE',
    );
  }
  const relation = fields['relation'];
  if (!isNode(relation)) return refuse('names no table');
  const alias = aliasOf(relation);
  const against = againstText(fields, alias);
  if (against !== null) return refuse(against);
  return ok({
    index: statement.index,
    action: changing[type as keyof typeof changing],
    table: nameOf(relation),
    alias,
    assigned:
      type === 'UpdateStmt'
        ? fieldsOf(fields['targetList'], 'ResTarget').map(({ name }) => String(name))
        : [],
  });
}

function* callsIn(node: Node, where: boolean): Generator<readonly [string, Node, boolean]> {
  for (const [key, inner] of walk(node)) {
    yield [key, inner, where];
    if (!where && isNode(inner['whereClause'])) yield* callsIn(inner['whereClause'], true);
  }
}

/** Every function and operator that the statements name. */
export function callsOf(statements: readonly Statement[]): Calls {
  const functions = new Map<string, Calls['functions'][number]>();
  const operators = new Set<string>();
  for (const { node } of statements) {
    for (const [key, inner, where] of callsIn(node, false)) {
      if (key === 'FuncCall' && Array.isArray(inner['funcname'])) {
        const path = inner['funcname'].map((part) => stringOf(part) ?? '');
        const call = { schema: path.length > 1 ? (path.at(-2) ?? '') : null, name: path.at(-1) ?? '', where };
        functions.set(JSON.stringify(call), call);
      }
      if (key === 'A_Expr' && Array.isArray(inner['name'])) {
        const operator = stringOf(inner['name'].at(-1));
        if (operator !== null) operators.add(operator);
      }
    }
  }
  return { functions: [...functions.values()], operators: [...operators] };
}
