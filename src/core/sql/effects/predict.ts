import { findTable, type SchemaSnapshot, type SnapshotTable } from '../facts/schema-snapshot';
import { reachOf } from '../locks/reach';
import { isBuiltIn } from '../tree/builtins';
import { calledName, listName, nameText, type QualifiedName, rangeName, typeText } from '../tree/names';
import { find, isNode, itemsOf, type Node, textOf } from '../tree/node';
import type { Statement } from '../tree/script';
import { type AlterAction, alterActions, hasOption } from '../tree/tables';
import { volatileCall } from '../tree/volatility';
import { keepsStoredForm } from './column-types';

/** Something that is done to all rows of a table, with why. */
interface TableEffect extends QualifiedName {
  readonly why: string;
}

/** What a statement does to whole tables. */
export interface Effects {
  /** Tables whose rows and indexes are all written anew. */
  readonly rewrites: readonly TableEffect[];
  /** Tables that are read from end to end under a lock that keeps writers out, or longer. */
  readonly scans: readonly TableEffect[];
}

/**
 * Predicts which tables a statement writes anew or reads whole while it holds its lock. What is not certain without a
 * snapshot (whether a new type keeps the stored form) counts as done.
 */
export function predictEffects(
  statement: Pick<Statement, 'type' | 'fields'>,
  schema: SchemaSnapshot | null,
): Effects {
  const rewrites: TableEffect[] = [];
  const scans: TableEffect[] = [];
  const { type, fields } = statement;
  const relation = isNode(fields['relation']) ? rangeName(fields['relation']) : null;
  const table = relation ? findTable(schema, relation) : undefined;
  const put = (list: TableEffect[], name: QualifiedName, why: string): void => {
    for (const one of family(schema, name)) {
      if (!list.some((known) => nameText(known) === nameText(one))) list.push({ ...one, why });
    }
  };
  switch (type) {
    case 'AlterTableStmt':
      for (const action of alterActions(statement)) {
        const name = relation ?? { schema: null, name: '' };
        const rewrite = rewriteReason(action, table, schema);
        if (rewrite !== null) put(rewrites, name, rewrite);
        const scan = scanReason(action);
        if (scan !== null) put(scans, scan.name ?? name, scan.why);
      }
      break;
    case 'IndexStmt':
      if (relation) put(scans, relation, 'an index is built');
      break;
    case 'ReindexStmt': {
      const owner = relation && (table ?? reachOf(schema).indexOwner(relation));
      const name = owner ? { schema: owner.schema, name: owner.name } : relation;
      if (name) put(scans, name, 'indexes are built anew');
      break;
    }
    case 'ClusterStmt':
      if (relation) put(rewrites, relation, 'CLUSTER sorts the rows');
      break;
    case 'VacuumStmt':
      if (fields['is_vacuumcmd'] !== true || !hasOption(fields['options'], 'full')) break;
      for (const one of itemsOf(fields['rels'], 'VacuumRelation')) {
        if (isNode(one['relation']))
          put(rewrites, rangeName(one['relation']), 'VACUUM FULL copies the table');
      }
      break;
    case 'RefreshMatViewStmt':
      if (relation && fields['concurrent'] !== true) put(rewrites, relation, 'the view is filled anew');
      break;
    default:
  }
  return { rewrites, scans };
}

/** The table, with its partitions and children. */
function family(schema: SchemaSnapshot | null, name: QualifiedName): readonly QualifiedName[] {
  const table = findTable(schema, name);
  if (!table) return [name];
  const reach = reachOf(schema);
  const all = [table];
  for (const one of all) {
    for (const child of reach.children(one)) if (!all.includes(child)) all.push(child);
  }
  return all.map(({ schema: place, name: own }) => ({ schema: place, name: own }));
}

const serials = /^(?:small|big)?serial[248]?$/u;

function rewriteReason(
  { type, name, definition, fields }: AlterAction,
  table: SnapshotTable | undefined,
  schema: SchemaSnapshot | null,
): string | null {
  switch (type) {
    case 'AT_AddColumn': {
      const exists = table?.columns.some((column) => column.name === definition?.['colname']);
      if (fields['missing_ok'] === true && exists) return null;
      return definition ? newColumnRewrite(definition, schema) : null;
    }
    case 'AT_AlterColumnType': {
      const before = table?.columns.find((column) => column.name === name)?.type;
      const target = typeText(definition?.['typeName']);
      const keeps = before !== undefined && keepsStoredForm(before, definition?.['typeName']);
      if (keeps && !isNode(definition?.['raw_default'])) return null;
      const from = before === undefined ? '' : ` from ${before}`;
      return `the type of ${name} changes${from} to ${target}`;
    }
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
      return 'logging is switched';
    case 'AT_SetAccessMethod':
      return 'the access method changes';
    case 'AT_SetTableSpace':
      return 'the files move to another tablespace';
    case 'AT_SetExpression':
      return `the stored value of ${name} is computed anew`;
    default:
      return null;
  }
}

function newColumnRewrite(definition: Node, schema: SchemaSnapshot | null): string | null {
  const name = textOf(definition, 'colname');
  const type = typeText(definition['typeName']);
  if (serials.test(type)) return `every row gets a number for ${name}`;
  const written = isNode(definition['typeName']) ? listName(definition['typeName']['names']) : null;
  const checked = schema?.domains.some(
    (domain) =>
      domain.name === written?.name && (written.schema === null || written.schema === domain.schema),
  );
  if (checked) return `the domain ${type} of ${name} has conditions that every row must meet`;
  for (const constraint of itemsOf(definition['constraints'], 'Constraint')) {
    if (constraint['contype'] === 'CONSTR_IDENTITY') return `every row gets a number for ${name}`;
    if (constraint['contype'] === 'CONSTR_GENERATED' && constraint['generated_kind'] !== 'v') {
      return `the value of ${name} is computed and stored for every row`;
    }
    const expression = constraint['raw_expr'];
    if (constraint['contype'] !== 'CONSTR_DEFAULT' || !isNode(expression)) continue;
    const call = volatileCall(expression) ?? unknownCall(expression);
    if (call !== null) return `the default ${call}() of ${name} gives every row a value of its own`;
  }
  return null;
}

/** A function that is not PostgreSQL's own may be volatile, which is what a function is unless it says otherwise. */
function unknownCall(expression: Node): string | null {
  for (const call of find(expression, 'FuncCall')) {
    const name = calledName(call);
    if (!isBuiltIn(name)) return nameText(name);
  }
  return null;
}

function scanReason(action: AlterAction): { readonly name?: QualifiedName; readonly why: string } | null {
  const { type, name, definition } = action;
  switch (type) {
    case 'AT_AddConstraint':
      return definition ? constraintScan(definition) : null;
    case 'AT_AddColumn': {
      const found = itemsOf(definition?.['constraints'], 'Constraint').find(
        ({ contype }) =>
          contype === 'CONSTR_CHECK' || contype === 'CONSTR_UNIQUE' || contype === 'CONSTR_PRIMARY',
      );
      return found ? constraintScan(found) : null;
    }
    case 'AT_SetNotNull':
      return { why: `every row is looked at for a NULL in ${name}` };
    case 'AT_ValidateConstraint':
      return { why: `every row is checked against ${name}, while others go on writing` };
    case 'AT_AttachPartition': {
      const range = definition?.['name'];
      return isNode(range)
        ? { name: rangeName(range), why: 'every row is checked against the bounds of the partition' }
        : null;
    }
    default:
      return null;
  }
}

function constraintScan(constraint: Node): { readonly why: string } | null {
  if (constraint['skip_validation'] === true || typeof constraint['indexname'] === 'string') return null;
  switch (constraint['contype']) {
    case 'CONSTR_CHECK':
    case 'CONSTR_NOTNULL':
      return { why: 'every row is checked against the new condition' };
    case 'CONSTR_FOREIGN':
      return { why: 'every row is looked up in the table that the key points at' };
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
    case 'CONSTR_EXCLUSION':
      return { why: 'the index of the constraint is built' };
    default:
      return null;
  }
}
