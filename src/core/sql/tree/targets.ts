import { listName, objectName, type QualifiedName, rangeName } from './names';
import { as, isNode, items, itemsOf, type Node, strings, stringOf, textOf } from './node';
import type { Statement } from './script';

/** An object that a statement makes, alters, drops or says something of. */
export interface Target extends QualifiedName {
  /** `table`, `materialized view`, `function` …, as people call it. */
  readonly what: string;
}

/** PostgreSQL's names of kinds of objects (`ObjectType` of parsenodes.h) where they are not their own words. */
const words: Readonly<Record<string, string>> = {
  matview: 'materialized view',
  tabconstraint: 'constraint',
  domconstraint: 'constraint of a domain',
  statistic_ext: 'statistics',
  fdw: 'foreign data wrapper',
  tsconfiguration: 'text search configuration',
  tsdictionary: 'text search dictionary',
  tsparser: 'text search parser',
  tstemplate: 'text search template',
  largeobject: 'large object',
  opclass: 'operator class',
  opfamily: 'operator family',
};

/** `OBJECT_MATVIEW` gives `materialized view`. */
function objectWord(kind: unknown): string {
  const name = String(kind)
    .replace(/^OBJECT_/, '')
    .toLowerCase();
  return words[name] ?? name.replaceAll('_', ' ');
}

const one = (what: string, name: QualifiedName): readonly Target[] => [{ what, ...name }];
const plain = (name: unknown): QualifiedName => ({
  schema: null,
  name: typeof name === 'string' ? name : '',
});
const list = (value: unknown): QualifiedName => listName(value);
const range = (value: unknown): QualifiedName =>
  isNode(value) ? rangeName(as(value, 'RangeVar') ?? value) : plain('');

/** Fields that hold the plain name of what a statement makes or alters. */
const named: Readonly<Record<string, readonly [what: string, field: string]>> = {
  CreateSchemaStmt: ['schema', 'schemaname'],
  CreateExtensionStmt: ['extension', 'extname'],
  AlterExtensionStmt: ['extension', 'extname'],
  CreateRoleStmt: ['role', 'role'],
  CreatedbStmt: ['database', 'dbname'],
  DropdbStmt: ['database', 'dbname'],
  AlterDatabaseStmt: ['database', 'dbname'],
  AlterDatabaseSetStmt: ['database', 'dbname'],
  CreatePublicationStmt: ['publication', 'pubname'],
  AlterPublicationStmt: ['publication', 'pubname'],
  CreateSubscriptionStmt: ['subscription', 'subname'],
  AlterSubscriptionStmt: ['subscription', 'subname'],
  DropSubscriptionStmt: ['subscription', 'subname'],
  CreateEventTrigStmt: ['event trigger', 'trigname'],
  AlterEventTrigStmt: ['event trigger', 'trigname'],
  CreateForeignServerStmt: ['server', 'servername'],
  AlterForeignServerStmt: ['server', 'servername'],
  CreateFdwStmt: ['foreign data wrapper', 'fdwname'],
  AlterFdwStmt: ['foreign data wrapper', 'fdwname'],
  CreatePLangStmt: ['language', 'plname'],
  CreateTableSpaceStmt: ['tablespace', 'tablespacename'],
  DropTableSpaceStmt: ['tablespace', 'tablespacename'],
  CreateAmStmt: ['access method', 'amname'],
};

/** Fields that hold a qualified name as a list. */
const listed: Readonly<Record<string, readonly [what: string, field: string]>> = {
  CreateFunctionStmt: ['function', 'funcname'],
  CreateEnumStmt: ['type', 'typeName'],
  AlterEnumStmt: ['type', 'typeName'],
  CreateRangeStmt: ['type', 'typeName'],
  CreateDomainStmt: ['domain', 'domainname'],
  AlterDomainStmt: ['domain', 'typeName'],
  CreateStatsStmt: ['statistics', 'defnames'],
  CreateConversionStmt: ['conversion', 'conversion_name'],
};

/** The objects that a statement is about; empty for one that is only about rows, settings or the session. */
export function targets({ type, fields }: Pick<Statement, 'type' | 'fields'>): readonly Target[] {
  const plainName = named[type];
  if (plainName) return one(plainName[0], plain(fields[plainName[1]]));
  const inList = listed[type];
  if (inList) {
    const what = type === 'CreateFunctionStmt' && fields['is_procedure'] === true ? 'procedure' : inList[0];
    return one(what, list(fields[inList[1]]));
  }
  switch (type) {
    case 'CreateStmt':
      return one('table', range(fields['relation']));
    case 'CreateForeignTableStmt':
      return one('foreign table', range(as({ CreateStmt: fields['base'] }, 'CreateStmt')?.['relation']));
    case 'CreateTableAsStmt':
      return one(objectWord(fields['objtype']), range(isNode(fields['into']) ? fields['into']['rel'] : null));
    case 'ViewStmt':
      return one('view', range(fields['view']));
    case 'IndexStmt':
      return one('index', { schema: range(fields['relation']).schema, name: textOf(fields, 'idxname') });
    case 'CreateSeqStmt':
    case 'AlterSeqStmt':
      return one('sequence', range(fields['sequence']));
    case 'CompositeTypeStmt':
      return one('type', range(fields['typevar']));
    case 'AlterTypeStmt':
      return one('type', list(fields['typeName']));
    case 'AlterTableStmt':
      return one(objectWord(fields['objtype']), range(fields['relation']));
    case 'AlterFunctionStmt':
      return one(objectWord(fields['objtype'] ?? 'OBJECT_FUNCTION'), objectNameOf(fields['func']));
    case 'CreateTrigStmt':
      return one('trigger', plain(fields['trigname']));
    case 'RuleStmt':
      return one('rule', plain(fields['rulename']));
    case 'CreatePolicyStmt':
    case 'AlterPolicyStmt':
      return one('policy', plain(fields['policy_name']));
    case 'RefreshMatViewStmt':
      return one('materialized view', range(fields['relation']));
    case 'DefineStmt':
      return one(objectWord(fields['kind']), list(fields['defnames']));
    case 'AlterRoleStmt':
    case 'AlterRoleSetStmt':
      return one('role', plain(isNode(fields['role']) ? fields['role']['rolename'] : ''));
    case 'DropRoleStmt':
      return itemsOf(fields['roles'], 'RoleSpec').map((role) => ({
        what: 'role',
        ...plain(role['rolename']),
      }));
    case 'DropStmt':
      return items(fields['objects']).map((object) => ({
        what: objectWord(fields['removeType']),
        ...objectName(object),
      }));
    case 'RenameStmt':
    case 'AlterObjectSchemaStmt':
    case 'AlterOwnerStmt':
      return changedObject(fields);
    case 'CommentStmt':
    case 'SecLabelStmt':
      return isNode(fields['object']) ? one(objectWord(fields['objtype']), objectName(fields['object'])) : [];
    case 'GrantStmt':
      return grantTargets(fields);
    default:
      return [];
  }
}

const objectNameOf = (value: unknown): QualifiedName =>
  isNode(value) ? listName(value['objname']) : plain('');

function changedObject(fields: Node): readonly Target[] {
  const kind = String(fields['renameType'] ?? fields['objectType']);
  if (isNode(fields['relation'])) {
    const inner = kind === 'OBJECT_COLUMN' || kind === 'OBJECT_TABCONSTRAINT';
    // RENAME CONSTRAINT leaves the kind at the first of the list, which is no table.
    const owner = fields['relationType'] === 'OBJECT_ACCESS_METHOD' ? 'OBJECT_TABLE' : fields['relationType'];
    const what = inner ? objectWord(owner) : objectWord(kind);
    return one(what, range(fields['relation']));
  }
  if (isNode(fields['object'])) return one(objectWord(kind), objectName(fields['object']));
  return one(objectWord(kind), plain(fields['subname']));
}

function grantTargets(fields: Node): readonly Target[] {
  const what = objectWord(fields['objtype']);
  if (fields['targtype'] !== 'ACL_TARGET_OBJECT') {
    return strings(fields['objects']).map((name) => ({ what: 'schema', schema: null, name }));
  }
  return items(fields['objects']).map((object) => {
    const relation = as(object, 'RangeVar');
    if (relation) return { what, ...rangeName(relation) };
    return { what, ...objectName(object), ...(stringOf(object) === null ? {} : { schema: null }) };
  });
}
