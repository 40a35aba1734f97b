import { isNode, stringOf, unwrap } from '#core/sql/tree/node';
import type { Node } from '../sql/parser';

type NamedKind = 'relation' | 'function' | 'type' | 'schema';

/**
 * Something that a text names, as it is written there. It need not exist: it may be about to be created, or be a name of
 * the statement itself (WITH). When something of that name comes into being, the structure is another.
 */
export interface NamedThing {
  readonly kind: NamedKind;
  /** Null: found by search_path. */
  readonly schema: string | null;
  readonly name: string;
}

/** What a text names, or why that cannot be told, in words. */
export type TextNames =
  | { readonly ok: true; readonly names: readonly NamedThing[] }
  | { readonly ok: false; readonly note: string };

/** Statements whose names stand in their tree where {@link collect} finds them. Any other is not guessed at. */
const legible = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'ExplainStmt',
  'CallStmt',
  'DeclareCursorStmt',
  'FetchStmt',
  'ClosePortalStmt',
  'VariableSetStmt',
  'VariableShowStmt',
  'ConstraintsSetStmt',
  'LockStmt',
  'TruncateStmt',
  'CommentStmt',
  'VacuumStmt',
  'ClusterStmt',
  'CreateStmt',
  'CreateTableAsStmt',
  'ViewStmt',
  'IndexStmt',
  'CreateStatsStmt',
  'RefreshMatViewStmt',
  'AlterTableStmt',
  'RenameStmt',
  'AlterObjectSchemaStmt',
  'AlterOwnerStmt',
  'DropStmt',
  'ReindexStmt',
  'CreateSeqStmt',
  'AlterSeqStmt',
  'CreateSchemaStmt',
  'CreateTrigStmt',
  'RuleStmt',
  'GrantStmt',
  'CreatePolicyStmt',
  'AlterPolicyStmt',
  'CreateFunctionStmt',
  'AlterFunctionStmt',
  'CreateEnumStmt',
  'AlterEnumStmt',
  'CreateDomainStmt',
  'AlterDomainStmt',
  'CompositeTypeStmt',
]);

/** Functions of PostgreSQL itself that run SQL given as text. */
const runsText = /^((query|cursor|table|schema|database)_to_xml(schema|_and_xmlschema)?|ts_stat)$/;

/** Kinds of object that are dropped, renamed and commented on by a list of names, and how many of these come after the relation. */
const relationKinds: Readonly<Record<string, number>> = {
  OBJECT_TABLE: 0,
  OBJECT_VIEW: 0,
  OBJECT_MATVIEW: 0,
  OBJECT_FOREIGN_TABLE: 0,
  OBJECT_SEQUENCE: 0,
  OBJECT_INDEX: 0,
  OBJECT_COLUMN: 1,
  OBJECT_TRIGGER: 1,
  OBJECT_RULE: 1,
  OBJECT_POLICY: 1,
  OBJECT_TABCONSTRAINT: 1,
};
/** Kinds whose names stand in nodes of their own. */
const nodeKinds = new Set([
  'OBJECT_FUNCTION',
  'OBJECT_PROCEDURE',
  'OBJECT_ROUTINE',
  'OBJECT_AGGREGATE',
  'OBJECT_ATTRIBUTE',
]);
const typeKinds = new Set(['OBJECT_TYPE', 'OBJECT_DOMAIN', 'OBJECT_DOMCONSTRAINT']);

class Illegible extends Error {}

const wordsOf = (type: string): string =>
  type
    .replace(/Stmt$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();

const pathOf = (list: unknown): string[] =>
  Array.isArray(list) ? list.map((part) => stringOf(part) ?? '') : [];

/** The names of one statement. */
class Collector {
  readonly found: NamedThing[] = [];

  add(kind: NamedKind, path: readonly string[]): void {
    const name = path.at(-1) ?? '';
    const schema = path.length > 1 ? (path.at(-2) ?? null) : null;
    if (name === '' || (schema === 'pg_catalog' && kind !== 'relation')) return;
    this.found.push({ kind, schema, name });
  }

  /** An object that DROP, RENAME, COMMENT … name by its kind. */
  object(kind: string, object: unknown): void {
    const list = isNode(object) && isNode(object['List']) ? pathOf(object['List']['items']) : null;
    const after = relationKinds[kind];
    if (after !== undefined && list) return this.add('relation', after === 0 ? list : list.slice(0, -after));
    if (typeKinds.has(kind) && list) return this.add('type', list);
    // A function or a type in a node of its own is found with all other nodes.
    if (nodeKinds.has(kind) || typeKinds.has(kind)) return;
    throw new Illegible(kind.replace('OBJECT_', '').toLowerCase().replaceAll('_', ' '));
  }

  node(fields: Node): void {
    if (typeof fields['relname'] === 'string' && typeof fields['relpersistence'] === 'string') {
      const schema = typeof fields['schemaname'] === 'string' ? [fields['schemaname']] : [];
      this.add('relation', [...schema, fields['relname']]);
    }
    if (Array.isArray(fields['funcname'])) {
      const path = pathOf(fields['funcname']);
      if (runsText.test(path.at(-1) ?? '')) throw new Illegible('a function that runs SQL given as text');
      this.add('function', path);
    }
    if (Array.isArray(fields['objname'])) this.add('function', pathOf(fields['objname']));
    if (Array.isArray(fields['names']) && 'typemod' in fields) this.add('type', pathOf(fields['names']));
  }
}

/** The statement's own names beside those in its nodes. */
function ownNames(type: string, fields: Node, collector: Collector): void {
  switch (type) {
    case 'DropStmt': {
      const objects = Array.isArray(fields['objects']) ? fields['objects'] : [];
      for (const object of objects) collector.object(String(fields['removeType']), object);
      return;
    }
    case 'RenameStmt':
      return fields['relation']
        ? undefined
        : collector.object(String(fields['renameType']), fields['object']);
    case 'AlterObjectSchemaStmt':
    case 'AlterOwnerStmt':
      return fields['relation']
        ? undefined
        : collector.object(String(fields['objectType']), fields['object']);
    case 'CommentStmt':
      return collector.object(String(fields['objtype']), fields['object']);
    case 'GrantStmt':
      if (fields['targtype'] !== 'ACL_TARGET_OBJECT') throw new Illegible('GRANT on all objects of a schema');
      return;
    case 'CreateEnumStmt':
    case 'AlterEnumStmt':
    case 'AlterDomainStmt':
      return collector.add('type', pathOf(fields['typeName']));
    case 'CreateDomainStmt':
      return collector.add('type', pathOf(fields['domainname']));
    case 'CreateSchemaStmt':
      return collector.add('schema', [typeof fields['schemaname'] === 'string' ? fields['schemaname'] : '']);
    case 'VacuumStmt':
      if (!Array.isArray(fields['rels'])) throw new Illegible('ANALYZE of a whole database');
      return;
    case 'IndexStmt': {
      if (typeof fields['idxname'] !== 'string' || !isNode(fields['relation'])) return;
      const { schemaname } = fields['relation'];
      collector.add('relation', [...(typeof schemaname === 'string' ? [schemaname] : []), fields['idxname']]);
      return;
    }
    default:
  }
}

/** Every object of a tree but the tables of FOR UPDATE OF, which are names of the statement itself. */
function* objectsOf(root: Node): Generator<Node> {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const next = open.pop();
    if (Array.isArray(next)) for (const item of next) open.push(item);
    else if (isNode(next)) {
      yield next;
      for (const [key, value] of Object.entries(next)) if (key !== 'lockedRels') open.push(value);
    }
  }
}

function namesOf(statement: Node): readonly NamedThing[] {
  const [type, fields] = unwrap(statement);
  if (!legible.has(type)) throw new Illegible(wordsOf(type));
  const collector = new Collector();
  ownNames(type, fields, collector);
  for (const object of objectsOf(statement)) collector.node(object);
  return collector.found;
}

/** More names than this are not looked up. */
const maxNames = 500;

/** What the statements of a text name: relations, functions, types and schemas, each once. */
export function namesInText(
  statements: readonly { readonly index: number; readonly node: Node }[],
): TextNames {
  const all = new Map<string, NamedThing>();
  for (const { index, node } of statements) {
    try {
      for (const thing of namesOf(node)) {
        all.set(JSON.stringify([thing.kind, thing.schema, thing.name]), thing);
      }
    } catch (error) {
      if (!(error instanceof Illegible)) throw error;
      return { ok: false, note: `what statement ${index + 1} touches cannot be told: ${error.message}` };
    }
  }
  if (all.size > maxNames) return { ok: false, note: `the text names more than ${maxNames} things` };
  return { ok: true, names: [...all.values()] };
}
