import type { SnapshotTable } from '../facts/schema-snapshot';
import { type QualifiedName, rangeName } from '../tree/names';
import { as, isNode, items, itemsOf, type Node, textOf } from '../tree/node';
import type { LockBook } from './book';
import { type LockMode, strongest } from './modes';

/**
 * The lock of each action of ALTER TABLE that takes less than ACCESS EXCLUSIVE.
 * Source: AlterTableGetLockLevel of PostgreSQL 15 to 18; a test compares with real servers.
 */
const weaker: Readonly<Record<string, LockMode>> = {
  AT_SetStatistics: 'SHARE UPDATE EXCLUSIVE',
  AT_ClusterOn: 'SHARE UPDATE EXCLUSIVE',
  AT_DropCluster: 'SHARE UPDATE EXCLUSIVE',
  AT_SetOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_ResetOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_ValidateConstraint: 'SHARE UPDATE EXCLUSIVE',
  AT_AttachPartition: 'SHARE UPDATE EXCLUSIVE',
  AT_DetachPartitionFinalize: 'SHARE UPDATE EXCLUSIVE',
  AT_EnableTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableAlwaysTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableReplicaTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableTrigAll: 'SHARE ROW EXCLUSIVE',
  AT_EnableTrigUser: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrig: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrigAll: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrigUser: 'SHARE ROW EXCLUSIVE',
};

/** Storage options that may be set while others write; all others take ACCESS EXCLUSIVE. */
const gentleOptions =
  /^(autovacuum_.*|fillfactor|toast_tuple_target|parallel_workers|vacuum_.*|log_autovacuum_min_duration|deduplicate_items|n_distinct|n_distinct_inherited)$/u;

/** Actions that stay at the table that is named, also when it has children. */
const alone = new Set([
  'AT_ChangeOwner',
  'AT_SetRelOptions',
  'AT_ResetRelOptions',
  'AT_EnableRowSecurity',
  'AT_DisableRowSecurity',
  'AT_ForceRowSecurity',
  'AT_NoForceRowSecurity',
  'AT_ReplicaIdentity',
  'AT_ClusterOn',
  'AT_DropCluster',
  'AT_SetTableSpace',
  'AT_SetAccessMethod',
  'AT_AddInherit',
  'AT_DropInherit',
  'AT_AttachPartition',
  'AT_DetachPartition',
  'AT_DetachPartitionFinalize',
  'AT_SetLogged',
  'AT_SetUnLogged',
  'AT_AddOf',
  'AT_DropOf',
]);

function actionMode(type: string, definition: Node | undefined, command: Node): LockMode {
  if (type === 'AT_AddConstraint' && definition?.['contype'] === 'CONSTR_FOREIGN')
    return 'SHARE ROW EXCLUSIVE';
  if (type === 'AT_DetachPartition') {
    return definition?.['concurrent'] === true ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
  }
  if (type === 'AT_SetRelOptions' || type === 'AT_ResetRelOptions') {
    const list = as(command['def'], 'List')?.['items'];
    const gentle = itemsOf(list, 'DefElem').every((option) => gentleOptions.test(textOf(option, 'defname')));
    return gentle ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
  }
  return weaker[type] ?? 'ACCESS EXCLUSIVE';
}

/** Locks of ALTER TABLE and of its kin (ALTER INDEX, ALTER VIEW, ALTER SEQUENCE with a table's grammar). */
export function alterTableLocks(book: LockBook, fields: Node): void {
  if (!isNode(fields['relation'])) return;
  const name = rangeName(fields['relation']);
  const commands = itemsOf(fields['cmds'], 'AlterTableCmd').map((command) => {
    const inner = isNode(command['def']) ? Object.values(command['def'])[0] : undefined;
    return { type: textOf(command, 'subtype'), definition: isNode(inner) ? inner : undefined, command };
  });
  const mode = strongest(commands.map((one) => actionMode(one.type, one.definition, one.command)));
  const { objtype } = fields;
  if (objtype === 'OBJECT_INDEX') {
    book.add(name, mode, 'named', 'index');
    return;
  }
  if (objtype === 'OBJECT_SEQUENCE') {
    book.add(name, mode, 'named', 'sequence');
    return;
  }
  // Tables with a column of the type are not locked; tables OF the type are rare and not known.
  if (objtype === 'OBJECT_TYPE') return;
  const down = fields['relation']['inh'] === true && commands.some(({ type }) => !alone.has(type));
  if (down) book.addTree(name, mode);
  else book.add(name, mode);
  const table = book.find(name);
  for (const { type, definition, command } of commands) {
    actionReach(book, name, table, type, definition, command);
  }
}

/** Views that read a table, and views that read those. */
function viewsUpwards(book: LockBook, table: SnapshotTable, seen: Set<SnapshotTable> = new Set()): void {
  for (const view of book.reach.views(table)) {
    if (seen.has(view)) continue;
    seen.add(view);
    book.add(view, 'ACCESS EXCLUSIVE', 'cascade');
    viewsUpwards(book, view, seen);
  }
}

/** What one action locks beside the table. */
function actionReach(
  book: LockBook,
  name: QualifiedName,
  table: SnapshotTable | undefined,
  type: string,
  definition: Node | undefined,
  command: Node,
): void {
  const column = textOf(command, 'name');
  switch (type) {
    case 'AT_AddColumn':
      for (const constraint of itemsOf(definition?.['constraints'], 'Constraint'))
        foreignKey(book, constraint);
      return;
    case 'AT_AddConstraint':
      if (definition) foreignKey(book, definition);
      return;
    case 'AT_ValidateConstraint':
      for (const key of keysNamed(book, table, column)) book.add(key, 'ROW SHARE', 'foreign key');
      return;
    case 'AT_AlterConstraint': {
      if (definition?.['alterEnforceability'] !== true) return;
      const constraint = textOf(definition, 'conname');
      for (const key of keysNamed(book, table, constraint))
        book.add(key, 'SHARE ROW EXCLUSIVE', 'foreign key');
      return;
    }
    case 'AT_DropConstraint':
      for (const key of keysNamed(book, table, column)) book.add(key, 'ACCESS EXCLUSIVE', 'foreign key');
      if (command['behavior'] === 'DROP_CASCADE' && table) referring(book, table, null);
      return;
    case 'AT_DropColumn':
    case 'AT_AlterColumnType':
      if (!table) {
        book.unseen('tables at the other end of foreign keys');
        return;
      }
      for (const key of table.foreignKeys.filter(({ columns }) => columns.includes(column))) {
        book.add({ schema: key.toSchema, name: key.toTable }, 'ACCESS EXCLUSIVE', 'foreign key');
      }
      if (type === 'AT_AlterColumnType' || command['behavior'] === 'DROP_CASCADE')
        referring(book, table, column);
      if (type === 'AT_DropColumn' && command['behavior'] === 'DROP_CASCADE') {
        viewsUpwards(book, table);
      }
      return;
    case 'AT_AddInherit':
    case 'AT_DropInherit': {
      const parent = isNode(command['def']) ? as(command['def'], 'RangeVar') : undefined;
      const mode = type === 'AT_AddInherit' ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS SHARE';
      if (parent) book.add(rangeName(parent), mode, 'parent');
      return;
    }
    case 'AT_AttachPartition':
    case 'AT_DetachPartition':
      // Where there is a default partition, PostgreSQL refuses CONCURRENTLY.
      partition(book, name, definition, definition?.['concurrent'] !== true);
      return;
    case 'AT_DetachPartitionFinalize':
      partition(book, name, definition, false);
      return;
    default:
  }
}

/** A new foreign key: the table that it points at cannot be written to either. */
function foreignKey(book: LockBook, constraint: Node): void {
  if (constraint['contype'] !== 'CONSTR_FOREIGN' || !isNode(constraint['pktable'])) return;
  book.addTree(rangeName(constraint['pktable']), 'SHARE ROW EXCLUSIVE', 'foreign key');
}

/** The tables that the foreign key of this name points at; without a snapshot it may be any. */
function keysNamed(
  book: LockBook,
  table: SnapshotTable | undefined,
  constraint: string,
): readonly QualifiedName[] {
  if (!table) book.unseen(`the table that ${constraint} points at, if it is a foreign key`);
  return (table?.foreignKeys ?? [])
    .filter(({ name }) => name === constraint)
    .map((key) => ({ schema: key.toSchema, name: key.toTable }));
}

/** Tables whose foreign keys point at a table (at a column of it) and go or are made anew with it. */
function referring(book: LockBook, table: SnapshotTable, column: string | null): void {
  for (const { table: child, key } of book.reach.references(table)) {
    if (column === null || key.toColumns.includes(column)) book.add(child, 'ACCESS EXCLUSIVE', 'foreign key');
  }
}

function partition(
  book: LockBook,
  parent: QualifiedName,
  definition: Node | undefined,
  withDefault: boolean,
): void {
  const range = definition?.['name'];
  if (isNode(range)) book.addTree(rangeName(range), 'ACCESS EXCLUSIVE');
  const table = book.find(parent);
  if (!table) {
    book.unseen(
      withDefault ? 'the default partition, if there is one' : 'tables that its foreign keys point at',
    );
    return;
  }
  if (withDefault) defaultPartition(book, table);
  for (const key of table.foreignKeys) {
    book.add({ schema: key.toSchema, name: key.toTable }, 'SHARE ROW EXCLUSIVE', 'foreign key');
  }
}

/** What lies in the default partition may belong to a partition that comes or goes: it is locked too. */
export function defaultPartition(book: LockBook, parent: SnapshotTable): void {
  for (const child of book.reach.children(parent)) {
    if (child.defaultPartition) book.add(child, 'ACCESS EXCLUSIVE', 'child or partition');
  }
}

/** Foreign keys among the elements of CREATE TABLE. */
export function newTableKeys(book: LockBook, elements: unknown): void {
  for (const item of items(elements)) {
    const constraint = as(item, 'Constraint');
    if (constraint) foreignKey(book, constraint);
    for (const inner of itemsOf(as(item, 'ColumnDef')?.['constraints'], 'Constraint'))
      foreignKey(book, inner);
  }
}
