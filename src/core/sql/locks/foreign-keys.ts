import type { SnapshotTable } from '../facts/schema-snapshot';
import type { LockBook } from './book';

/** Columns that a change sets; null: all of them, or not known. */
type Columns = readonly string[] | null;

const meets = (columns: Columns, key: readonly string[]): boolean =>
  columns === null || key.some((name) => columns.includes(name));

/** Rows come into a table, or get new values in these columns: the tables that it refers to are looked at. */
export function referredTables(book: LockBook, table: SnapshotTable, columns: Columns): void {
  for (const key of table.foreignKeys) {
    if (!meets(columns, key.columns)) continue;
    book.add({ schema: key.toSchema, name: key.toTable }, 'ROW SHARE', 'foreign key');
  }
}

/**
 * Rows go out of a table, or lose these values of it: the tables that refer to it are looked at, or changed as the key
 * says, and so on from there.
 */
export function referringTables(
  book: LockBook,
  table: SnapshotTable,
  change: 'delete' | 'update',
  columns: Columns = null,
  seen: Set<string> = new Set(),
): void {
  for (const { table: child, key } of book.reach.references(table)) {
    if (change === 'update' && !meets(columns, key.toColumns)) continue;
    const step = `${child.schema}.${child.name} ${key.name} ${change}`;
    if (seen.has(step)) continue;
    seen.add(step);
    const action = change === 'delete' ? key.onDelete : key.onUpdate;
    if (action === 'no action' || action === 'restrict') {
      book.add(child, 'ROW SHARE', 'foreign key');
      continue;
    }
    book.add(child, 'ROW EXCLUSIVE', 'cascade');
    if (child.triggers.length > 0) book.unseen(triggersOf(child));
    if (action === 'cascade' && change === 'delete') {
      referringTables(book, child, 'delete', null, seen);
    } else {
      referredTables(book, child, key.columns);
      referringTables(book, child, 'update', key.columns, seen);
    }
  }
}

export function triggersOf({ schema, name, triggers }: SnapshotTable): string {
  return `what the triggers of ${schema}.${name} do (${triggers.join(', ')})`;
}
