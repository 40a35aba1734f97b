import type { SchemaSnapshot } from '../facts/schema-snapshot';
import { relationUses, type RelationUse } from '../facts/relations';
import { objectName, type QualifiedName, rangeName, listName } from '../tree/names';
import { as, find, isNode, itemsOf, type Node, strings } from '../tree/node';
import type { Statement } from '../tree/script';
import { hasOption } from '../tree/tables';
import { alterTableLocks, defaultPartition, newTableKeys } from './alter-table';
import { type Lock, LockBook } from './book';
import { dropLocks, tableOf, truncateLocks } from './drop';
import { lockModes } from './modes';
import { queryLocks, readRelation } from './queries';

/** What a statement locks. */
export interface LockPrediction {
  /** The strongest lock on each relation that exists before the script, strongest first. */
  readonly locks: readonly Lock[];
  /** What else may be locked that neither the text nor the snapshot shows, in words; empty: nothing. */
  readonly unseen: readonly string[];
}

/**
 * Predicts the table locks of a statement from its tree. With a snapshot it follows foreign keys, children, partitions,
 * views, sequences and CASCADE; without one it says what it could not follow. It is an upper bound: a foreign key is
 * looked at only when rows are really changed. `uses`: the relations of the statement, where they are known already. Locks on catalogues and on what the statement makes itself are left out.
 */
export function predictLocks(
  statement: Pick<Statement, 'type' | 'fields' | 'node'>,
  schema: SchemaSnapshot | null,
  uses: readonly RelationUse[] = relationUses(statement.node),
): LockPrediction {
  const book = new LockBook(schema);
  predict(book, statement, uses);
  return book.result();
}

function predict(
  book: LockBook,
  { type, fields, node }: Pick<Statement, 'type' | 'fields' | 'node'>,
  uses: readonly RelationUse[],
): void {
  const relation = isNode(fields['relation']) ? rangeName(fields['relation']) : null;
  switch (type) {
    case 'SelectStmt':
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'MergeStmt':
    case 'DeclareCursorStmt':
      return queryLocks(book, node, true, uses);
    case 'ExplainStmt':
    case 'PrepareStmt':
      return queryLocks(book, node, hasOption(fields['options'], 'analyze'));
    case 'CreateTableAsStmt':
      return queryLocks(book, isNode(fields['query']) ? fields['query'] : {});
    case 'CopyStmt':
      return copyLocks(book, fields, relation);
    case 'CreateStmt':
      return createTableLocks(book, fields);
    case 'CreateForeignTableStmt':
      return createTableLocks(book, isNode(fields['base']) ? fields['base'] : {});
    case 'AlterTableStmt':
      return alterTableLocks(book, fields);
    case 'DropStmt':
      return dropLocks(book, fields);
    case 'TruncateStmt':
      return truncateLocks(book, fields);
    case 'RenameStmt':
    case 'AlterObjectSchemaStmt':
      return renameLocks(book, type, fields, relation);
    case 'IndexStmt':
      return indexLocks(book, fields, relation);
    case 'ReindexStmt':
      return reindexLocks(book, fields, relation);
    case 'ViewStmt':
      return viewLocks(book, fields);
    case 'RefreshMatViewStmt':
      return refreshLocks(book, fields, relation);
    case 'CreateTrigStmt':
      if (relation) book.addTree(relation, 'SHARE ROW EXCLUSIVE');
      if (isNode(fields['constrrel'])) book.add(rangeName(fields['constrrel']), 'ACCESS SHARE');
      return;
    case 'CreatePolicyStmt':
    case 'AlterPolicyStmt':
      if (isNode(fields['table'])) book.add(rangeName(fields['table']), 'ACCESS EXCLUSIVE');
      return readsOf(book, node);
    case 'RuleStmt':
      if (relation) book.add(relation, 'ACCESS EXCLUSIVE');
      return readsOf(book, node);
    case 'LockStmt':
      return lockStatement(book, fields);
    case 'VacuumStmt':
      return vacuumLocks(book, fields);
    case 'ClusterStmt':
      if (relation) return book.addTree(relation, 'ACCESS EXCLUSIVE');
      return book.unseen('every table that was clustered before');
    case 'CommentStmt':
    case 'SecLabelStmt':
      return commentLocks(book, fields);
    case 'GrantStmt':
      return grantLocks(book, fields);
    case 'CreateSeqStmt':
    case 'AlterSeqStmt':
      return sequenceLocks(book, type, fields);
    case 'CreateStatsStmt':
      for (const range of itemsOf(fields['relations'], 'RangeVar')) {
        book.add(rangeName(range), 'SHARE UPDATE EXCLUSIVE');
      }
      return;
    case 'CreatePublicationStmt':
    case 'AlterPublicationStmt':
      for (const range of find(node, 'relation')) book.addTree(rangeName(range), 'SHARE UPDATE EXCLUSIVE');
      return;
    case 'CreateFunctionStmt':
      return readsOf(book, node);
    case 'AlterDomainStmt':
      return domainLocks(book, fields);
    default:
      return otherLocks(book, type, node);
  }
}

/** Types that lock no table. */
const lockNothing =
  /^(Variable|Transaction|Discard|Deallocate|Listen|Unlisten|Notify|ClosePortal|Fetch|ConstraintsSet|CheckPoint|Alter(Default|Role|Enum|Ext|System|Database|Operator|Function|Owner|Collation|Event|TS|UserMapping|Fdw|ForeignServer|TableSpace|Type|Stats)|Create(Role|Schema|Enum|Range|Domain|Cast|Conversion|Extension|Fdw|ForeignServer|UserMapping|OpClass|OpFamily|PLang|Transform|TableSpace|Am|EventTrig|db)|CompositeType|Define|DropRole|DropUserMapping|DropTableSpace|Dropdb|Createdb|GrantRole)/u;

function otherLocks(book: LockBook, type: string, node: Node): void {
  if (['DoStmt', 'CallStmt', 'ExecuteStmt', 'LoadStmt'].includes(type)) {
    book.unseen('what the code does: any table, up to ACCESS EXCLUSIVE');
  } else if (['DropOwnedStmt', 'ReassignOwnedStmt', 'AlterTableMoveAllStmt'].includes(type)) {
    book.unseen('every object that it is about: ACCESS EXCLUSIVE');
  } else if (type === 'CreateExtensionStmt') book.unseen('what the script of the extension does');
  else if (!lockNothing.test(type)) {
    for (const { schema, name } of relationUses(node)) book.addTree({ schema, name }, 'ACCESS EXCLUSIVE');
    if (!knownTypes.has(type)) book.unseen(`what ${type} locks beside that`);
  }
}
const knownTypes = new Set([
  'CreateSubscriptionStmt',
  'AlterSubscriptionStmt',
  'DropSubscriptionStmt',
  'ImportForeignSchemaStmt',
]);

/** Relations that an expression or a query names and that are looked up, not read. */
function readsOf(book: LockBook, node: Node): void {
  for (const { schema, name, access } of relationUses(node)) {
    if (access === 'read') book.add({ schema, name }, 'ACCESS SHARE');
  }
}

function copyLocks(book: LockBook, fields: Node, relation: QualifiedName | null): void {
  if (!relation) return queryLocks(book, isNode(fields['query']) ? fields['query'] : {});
  if (fields['is_from'] !== true) return book.add(relation, 'ACCESS SHARE');
  const columns = strings(fields['attlist']).map((name) => ({ ResTarget: { name } }));
  return queryLocks(book, { InsertStmt: { relation: fields['relation'], cols: columns } });
}

function createTableLocks(book: LockBook, fields: Node): void {
  const partition = isNode(fields['partbound']);
  for (const range of itemsOf(fields['inhRelations'], 'RangeVar')) {
    const name = rangeName(range);
    book.add(name, partition ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE', 'parent');
    const parent = book.find(name);
    if (!partition) continue;
    if (!parent) {
      book.unseen('the default partition, if there is one');
      continue;
    }
    defaultPartition(book, parent);
    for (const key of parent.foreignKeys) {
      book.add({ schema: key.toSchema, name: key.toTable }, 'SHARE ROW EXCLUSIVE', 'foreign key');
    }
    for (const { table } of book.reach.references(parent))
      book.add(table, 'SHARE ROW EXCLUSIVE', 'foreign key');
  }
  for (const like of itemsOf(fields['tableElts'], 'TableLikeClause')) {
    if (isNode(like['relation'])) book.add(rangeName(like['relation']), 'ACCESS SHARE');
  }
  newTableKeys(book, fields['tableElts']);
}

function renameLocks(book: LockBook, type: string, fields: Node, relation: QualifiedName | null): void {
  const kind = String(fields['renameType'] ?? fields['objectType']);
  if (!relation) return;
  if (kind === 'OBJECT_INDEX') return book.add(relation, 'SHARE UPDATE EXCLUSIVE', 'named', 'index');
  if (kind === 'OBJECT_SEQUENCE') return book.add(relation, 'ACCESS EXCLUSIVE', 'named', 'sequence');
  const down = type === 'RenameStmt' && (kind === 'OBJECT_COLUMN' || kind === 'OBJECT_TABCONSTRAINT');
  if (down) book.addTree(relation, 'ACCESS EXCLUSIVE');
  else book.add(relation, 'ACCESS EXCLUSIVE');
  if (type !== 'AlterObjectSchemaStmt') return;
  for (const sequence of book.find(relation)?.sequences ?? []) {
    book.add(sequence, 'ACCESS EXCLUSIVE', 'sequence', 'sequence');
  }
}

function indexLocks(book: LockBook, fields: Node, relation: QualifiedName | null): void {
  if (!relation) return;
  const mode = fields['concurrent'] === true ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE';
  if (book.find(relation)?.kind === 'partitioned') book.addTree(relation, mode);
  else book.add(relation, mode);
}

function reindexLocks(book: LockBook, fields: Node, relation: QualifiedName | null): void {
  const mode = hasOption(fields['params'], 'concurrently') ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE';
  if (!relation) return book.unseen('every table of the schema or database, one after another');
  const own = mode === 'SHARE' ? 'ACCESS EXCLUSIVE' : mode;
  if (fields['kind'] === 'REINDEX_OBJECT_INDEX') {
    const table = book.reach.indexOwner(relation);
    if (table) book.add(table, mode, 'index');
    else book.unseen(`the table of the index (${mode})`);
    return book.add({ schema: table?.schema ?? relation.schema, name: relation.name }, own, 'named', 'index');
  }
  book.add(relation, mode);
  const table = book.find(relation);
  for (const { name } of table?.indexes ?? []) {
    book.add({ schema: table?.schema ?? null, name }, own, 'index', 'index');
  }
}

function viewLocks(book: LockBook, fields: Node): void {
  readsOf(book, { query: fields['query'] });
  if (fields['replace'] !== true || !isNode(fields['view'])) return;
  const name = rangeName(fields['view']);
  if (!book.schema || book.find(name)) book.add(name, 'ACCESS EXCLUSIVE');
}

function refreshLocks(book: LockBook, fields: Node, relation: QualifiedName | null): void {
  if (!relation) return;
  book.add(relation, fields['concurrent'] === true ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE');
  const view = book.find(relation);
  if (fields['skipData'] === true) return;
  if (!view) book.unseen('the tables that its query reads (ACCESS SHARE)');
  for (const read of view?.reads ?? []) readRelation(book, read, 'ACCESS SHARE');
}

function lockStatement(book: LockBook, fields: Node): void {
  const mode = lockModes[Number(fields['mode']) - 1] ?? 'ACCESS EXCLUSIVE';
  for (const range of itemsOf(fields['relations'], 'RangeVar'))
    readRelation(book, rangeName(range), mode, range['inh'] !== true);
}

function vacuumLocks(book: LockBook, fields: Node): void {
  const full = fields['is_vacuumcmd'] === true && hasOption(fields['options'], 'full');
  const ranges = itemsOf(fields['rels'], 'VacuumRelation').flatMap((one) =>
    isNode(one['relation']) ? [rangeName(one['relation'])] : [],
  );
  if (ranges.length === 0) book.unseen('every table of the database, one after another');
  for (const name of ranges) book.addTree(name, full ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE');
}

/** COMMENT and SECURITY LABEL: the relation, or the relation that the column, trigger or constraint belongs to. */
function commentLocks(book: LockBook, fields: Node): void {
  const { object } = fields;
  const name = isNode(object) ? objectName(object) : null;
  if (!name) return;
  switch (fields['objtype']) {
    case 'OBJECT_TABLE':
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_FOREIGN_TABLE':
      return book.add(name, 'SHARE UPDATE EXCLUSIVE');
    case 'OBJECT_SEQUENCE':
      return book.add(name, 'SHARE UPDATE EXCLUSIVE', 'named', 'sequence');
    case 'OBJECT_INDEX':
      return book.add(name, 'SHARE UPDATE EXCLUSIVE', 'named', 'index');
    case 'OBJECT_COLUMN':
      return book.add(tableOf(object), 'SHARE UPDATE EXCLUSIVE');
    case 'OBJECT_TABCONSTRAINT':
    case 'OBJECT_TRIGGER':
    case 'OBJECT_POLICY':
    case 'OBJECT_RULE':
      return book.add(tableOf(object), 'ACCESS SHARE');
    default:
  }
}

/** Since PostgreSQL 18 GRANT holds the tables that it names. */
function grantLocks(book: LockBook, fields: Node): void {
  if (fields['objtype'] !== 'OBJECT_TABLE' && fields['objtype'] !== 'OBJECT_SEQUENCE') return;
  if (book.major < 18) return;
  const object = fields['objtype'] === 'OBJECT_SEQUENCE' ? 'sequence' : 'relation';
  if (fields['targtype'] !== 'ACL_TARGET_OBJECT') return;
  for (const range of itemsOf(fields['objects'], 'RangeVar')) {
    book.add(rangeName(range), 'ACCESS SHARE', 'named', object);
  }
}

function sequenceLocks(book: LockBook, type: string, fields: Node): void {
  if (type === 'AlterSeqStmt' && isNode(fields['sequence'])) {
    book.add(rangeName(fields['sequence']), 'SHARE ROW EXCLUSIVE', 'named', 'sequence');
  }
  for (const option of itemsOf(fields['options'], 'DefElem')) {
    if (option['defname'] !== 'owned_by') continue;
    const parts = strings(as(option['arg'], 'List')?.['items']);
    if (parts.length > 1) book.add(tableOf(option['arg']), 'ACCESS SHARE');
  }
}

/** A new condition of a domain is checked in every table that uses it. */
function domainLocks(book: LockBook, fields: Node): void {
  if (!['C', 'O', 'V'].includes(String(fields['subtype']))) return;
  const name = listName(fields['typeName']);
  if (!book.schema) return book.unseen('the tables with columns of the domain (SHARE)');
  for (const table of book.schema.tables) {
    if (table.columns.some(({ type }) => type === name.name || type.endsWith(`.${name.name}`))) {
      book.add(table, 'SHARE', 'cascade');
    }
  }
  return;
}
