import type { SnapshotTable } from '../facts/schema-snapshot';
import { nameText, objectName, type QualifiedName, rangeName, typeText } from '../tree/names';
import { as, isNode, items, type Node, strings } from '../tree/node';
import { defaultPartition } from './alter-table';
import type { LockBook } from './book';

/** Objects that belong to a table: the last part of the name is theirs, the parts before name the table. */
const ofTables = new Set(['OBJECT_TRIGGER', 'OBJECT_POLICY', 'OBJECT_RULE']);

/** The table of an object that belongs to one: `shop.orders.stamp` gives `shop.orders`. */
export function tableOf(object: unknown): QualifiedName {
  const parts = strings(as(object, 'List')?.['items']).slice(0, -1);
  return { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? '' };
}

export function dropLocks(book: LockBook, fields: Node): void {
  const kind = String(fields['removeType']);
  const cascade = fields['behavior'] === 'DROP_CASCADE';
  for (const object of items(fields['objects'])) {
    if (ofTables.has(kind)) {
      book.add(tableOf(object), 'ACCESS EXCLUSIVE');
      continue;
    }
    const name = objectName(object);
    switch (kind) {
      case 'OBJECT_TABLE':
      case 'OBJECT_FOREIGN_TABLE':
      case 'OBJECT_VIEW':
      case 'OBJECT_MATVIEW':
        dropRelation(book, name, cascade);
        break;
      case 'OBJECT_INDEX':
        dropIndex(book, name, fields['concurrent'] === true);
        break;
      case 'OBJECT_SEQUENCE':
        book.add(name, 'ACCESS EXCLUSIVE', 'named', 'sequence');
        if (cascade) book.unseen(`the tables whose defaults use ${nameText(name)}`);
        break;
      case 'OBJECT_SCHEMA':
        dropSchema(book, name.name, cascade);
        break;
      case 'OBJECT_TYPE':
      case 'OBJECT_DOMAIN':
        if (cascade) columnsOfType(book, object, name);
        break;
      case 'OBJECT_STATISTIC_EXT':
        book.unseen(`the table of the statistics ${nameText(name)} (SHARE UPDATE EXCLUSIVE)`);
        break;
      default:
        if (cascade) book.unseen(`what depends on ${nameText(name)}`);
    }
  }
}

function dropRelation(book: LockBook, name: QualifiedName, cascade: boolean): void {
  book.add(name, 'ACCESS EXCLUSIVE');
  const table = book.find(name);
  if (table) withDependents(book, table, cascade, new Set());
  else if (cascade) book.unseen(`the views and foreign keys that depend on ${nameText(name)}`);
  else book.unseen(`the tables that foreign keys of ${nameText(name)} point at`);
}

/** Everything that goes with a table, and the tables that its foreign keys point at: their triggers go. */
function withDependents(
  book: LockBook,
  table: SnapshotTable,
  cascade: boolean,
  seen: Set<SnapshotTable>,
): void {
  if (seen.has(table)) return;
  seen.add(table);
  for (const key of table.foreignKeys) {
    book.add({ schema: key.toSchema, name: key.toTable }, 'ACCESS EXCLUSIVE', 'foreign key');
  }
  for (const sequence of table.sequences) book.add(sequence, 'ACCESS EXCLUSIVE', 'sequence', 'sequence');
  if (table.partition) {
    for (const parent of table.parents) {
      book.add(parent, 'ACCESS EXCLUSIVE', 'parent');
      const found = book.find(parent);
      if (found) defaultPartition(book, found);
    }
  }
  const goes = (other: SnapshotTable, why: 'child or partition' | 'cascade'): void => {
    book.add(other, 'ACCESS EXCLUSIVE', why);
    withDependents(book, other, cascade, seen);
  };
  for (const child of book.reach.children(table)) {
    if (cascade || child.partition) goes(child, 'child or partition');
  }
  if (!cascade) return;
  for (const view of book.reach.views(table)) goes(view, 'cascade');
  for (const { table: child } of book.reach.references(table)) book.add(child, 'ACCESS EXCLUSIVE', 'cascade');
}

function dropIndex(book: LockBook, name: QualifiedName, concurrent: boolean): void {
  const mode = concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
  const table = book.reach.indexOwner(name);
  if (table) book.add(table, mode, 'index');
  else book.unseen(`the table of the index ${nameText(name)} (${mode})`);
  book.add({ schema: table?.schema ?? name.schema, name: name.name }, mode, 'named', 'index');
}

function dropSchema(book: LockBook, schema: string, cascade: boolean): void {
  if (!cascade) return;
  if (!book.schema) {
    book.unseen(`everything in the schema ${schema}`);
    return;
  }
  book.unseen(
    `sequences of the schema ${schema} that belong to no column, and what uses its types and functions`,
  );
  const seen = new Set<SnapshotTable>();
  for (const table of book.schema.tables.filter((one) => one.schema === schema)) {
    book.add(table, 'ACCESS EXCLUSIVE', 'cascade');
    withDependents(book, table, true, seen);
  }
}

function columnsOfType(book: LockBook, object: Node, name: QualifiedName): void {
  const written = isNode(object) ? typeText(object) : '';
  if (!book.schema) {
    book.unseen(`the tables with columns of the type ${nameText(name)}`);
    return;
  }
  for (const table of book.schema.tables) {
    const uses = table.columns.some(
      ({ type }) => type === written || type.replace(/^.*\./u, '').replace(/\[\]$/u, '') === name.name,
    );
    if (uses) book.add(table, 'ACCESS EXCLUSIVE', 'cascade');
  }
}

/** TRUNCATE empties children and, with CASCADE, every table that refers to it. */
export function truncateLocks(book: LockBook, fields: Node): void {
  const cascade = fields['behavior'] === 'DROP_CASCADE';
  const seen = new Set<string>();
  const open = items(fields['relations']).flatMap((item) => {
    const range = as(item, 'RangeVar');
    return range ? [{ name: rangeName(range), only: range['inh'] !== true, named: true }] : [];
  });
  for (let next = open.shift(); next; next = open.shift()) {
    if (next.only) book.add(next.name, 'ACCESS EXCLUSIVE', next.named ? 'named' : 'cascade');
    else book.addTree(next.name, 'ACCESS EXCLUSIVE', next.named ? 'named' : 'cascade');
    const table = book.find(next.name);
    if (!table) {
      if (cascade) book.unseen(`the tables that refer to ${nameText(next.name)}`);
      continue;
    }
    if (fields['restart_seqs'] === true) {
      for (const sequence of table.sequences) book.add(sequence, 'ACCESS EXCLUSIVE', 'sequence', 'sequence');
    }
    if (table.triggers.length > 0) book.unseen(`what the triggers of ${nameText(table)} do`);
    if (!cascade) continue;
    for (const { table: child } of book.reach.references(table)) {
      if (seen.has(nameText(child))) continue;
      seen.add(nameText(child));
      open.push({ name: child, only: false, named: false });
    }
  }
}
