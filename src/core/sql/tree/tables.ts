import { rangeName, type QualifiedName } from './names';
import { as, isNode, items, itemsOf, locationOf, type Node } from './node';
import type { Statement } from './script';

/** One action of ALTER TABLE (and of ALTER INDEX, ALTER VIEW …, which share the grammar). */
export interface AlterAction {
  /** `AT_AddColumn`, as PostgreSQL's sources call it. */
  readonly type: string;
  /** Column or constraint that it is about; null when it has none. */
  readonly name: string | null;
  /** What is added or set: the fields of a ColumnDef, a Constraint …; undefined when there is nothing. */
  readonly definition: Node | undefined;
  readonly fields: Node;
  /** Byte offset of the definition; null where the parser notes none (it notes none for DROP). */
  readonly location: number | null;
}

/** The actions of ALTER TABLE; empty for any other statement, and for ALTER of something that is no table. */
export function alterActions({ type, fields }: Pick<Statement, 'type' | 'fields'>): readonly AlterAction[] {
  if (type !== 'AlterTableStmt' || fields['objtype'] !== 'OBJECT_TABLE') return [];
  return itemsOf(fields['cmds'], 'AlterTableCmd').map((command) => {
    const def = isNode(command['def']) ? Object.values(command['def'])[0] : undefined;
    const definition = isNode(def) ? def : undefined;
    const { name } = command;
    return {
      type: String(command['subtype']),
      name: typeof name === 'string' ? name : null,
      definition,
      fields: command,
      location: locationOf(definition),
    };
  });
}

/** A column that a statement brings: of CREATE TABLE, or of ALTER TABLE … ADD COLUMN. */
interface NewColumn {
  readonly name: string;
  readonly table: QualifiedName;
  /** Fields of the ColumnDef. */
  readonly definition: Node;
  readonly location: number | null;
  /** True when the table is new as well, so that it has no rows. */
  readonly inNewTable: boolean;
}

/** The table that CREATE TABLE or ALTER TABLE is about; undefined for any other statement. */
export function definedTable({
  type,
  fields,
}: Pick<Statement, 'type' | 'fields'>): QualifiedName | undefined {
  const table = type === 'CreateStmt' || (type === 'AlterTableStmt' && fields['objtype'] === 'OBJECT_TABLE');
  return table && isNode(fields['relation']) ? rangeName(fields['relation']) : undefined;
}

/** The columns that a statement brings. */
export function newColumns(statement: Pick<Statement, 'type' | 'fields'>): readonly NewColumn[] {
  const table = definedTable(statement);
  if (!table) return [];
  const inNewTable = statement.type === 'CreateStmt';
  const definitions = inNewTable
    ? itemsOf(statement.fields['tableElts'], 'ColumnDef')
    : alterActions(statement).flatMap((action) =>
        action.type === 'AT_AddColumn' && action.definition ? [action.definition] : [],
      );
  return definitions.map((definition) => ({
    name: String(definition['colname']),
    table,
    definition,
    location: locationOf(definition),
    inNewTable,
  }));
}

/** A constraint that a statement brings. */
interface NewConstraint {
  /** `CONSTR_FOREIGN`, as PostgreSQL's sources call it. */
  readonly type: string;
  readonly table: QualifiedName;
  /** Column that it stands at; null for a constraint of the table. */
  readonly column: string | null;
  readonly fields: Node;
  readonly location: number | null;
  readonly inNewTable: boolean;
  /** True for a constraint that stands at a column which is new itself. */
  readonly onNewColumn: boolean;
}

/** The constraints that a statement brings: at its new columns, of the table, and by ADD CONSTRAINT. */
export function newConstraints(statement: Pick<Statement, 'type' | 'fields'>): readonly NewConstraint[] {
  const table = definedTable(statement);
  if (!table) return [];
  const inNewTable = statement.type === 'CreateStmt';
  const one = (fields: Node, column: string | null): NewConstraint => ({
    type: String(fields['contype']),
    table,
    column,
    fields,
    location: locationOf(fields),
    inNewTable,
    onNewColumn: column !== null,
  });
  const atColumns = newColumns(statement).flatMap(({ name, definition }) =>
    itemsOf(definition['constraints'], 'Constraint').map((fields) => one(fields, name)),
  );
  const ofTable = inNewTable
    ? itemsOf(statement.fields['tableElts'], 'Constraint')
    : alterActions(statement).flatMap((action) =>
        action.type === 'AT_AddConstraint' && action.definition ? [action.definition] : [],
      );
  return [...atColumns, ...ofTable.map((fields) => one(fields, null))];
}

/** By name: the first statement that creates such a table, in each schema (null: none written) and in any. */
type Creations = ReadonlyMap<
  string,
  { readonly any: number; readonly bySchema: ReadonlyMap<string | null, number> }
>;
/** Found once for each script. */
const creations = new WeakMap<readonly Statement[], Creations>();

/** True when an earlier statement of the script has created the table: it has no rows and nobody else uses it. */
export function createdBefore(
  statements: readonly Statement[],
  index: number,
  { schema, name }: QualifiedName,
): boolean {
  let all = creations.get(statements);
  if (!all) {
    all = findCreations(statements);
    creations.set(statements, all);
  }
  const made = all.get(name);
  if (!made || made.any >= index) return false;
  if (schema === null) return true;
  // A name without a schema may mean the same.
  return [schema, null].some((place) => (made.bySchema.get(place) ?? Infinity) < index);
}

function findCreations(statements: readonly Statement[]): Creations {
  const found = new Map<string, { any: number; bySchema: Map<string | null, number> }>();
  for (const { type, fields, index } of statements) {
    const range =
      type === 'CreateStmt'
        ? fields['relation']
        : type === 'CreateTableAsStmt'
          ? as(fields, 'into')?.['rel']
          : undefined;
    if (!isNode(range)) continue;
    const { schema, name } = rangeName(range);
    const made = found.get(name) ?? { any: index, bySchema: new Map<string | null, number>() };
    if (!made.bySchema.has(schema)) made.bySchema.set(schema, index);
    found.set(name, made);
  }
  return found;
}

/** Values of the boolean-like options in a list of `DefElem`: `CONCURRENTLY`, `(full, analyze false)`. */
export function hasOption(list: unknown, name: string): boolean {
  return items(list).some((item) => as(item, 'DefElem')?.['defname'] === name);
}
