import { relationUses, type RelationUse } from '../facts/relations';
import { calledName, nameText, type QualifiedName, rangeName } from '../tree/names';
import { as, find, isNode, items, itemsOf, locationOf, type Node, stringOf } from '../tree/node';
import { isBuiltIn } from '../tree/builtins';
import type { LockBook } from './book';
import { referredTables, referringTables, triggersOf } from './foreign-keys';
import type { LockMode } from './modes';

/** Locks of a query that runs, reads or changes rows: also of one inside EXPLAIN, COPY or CREATE TABLE AS. */
export function queryLocks(
  book: LockBook,
  query: Node,
  runs = true,
  uses: readonly RelationUse[] = relationUses(query),
): void {
  const marked = rowLocked(query);
  for (const { schema, name, access, only, location } of uses) {
    if (access !== 'read') continue;
    const locks = location !== null && marked.has(location);
    readRelation(book, { schema, name }, locks ? 'ROW SHARE' : 'ACCESS SHARE', only);
  }
  for (const fields of find(query, 'InsertStmt')) insertLocks(book, fields, runs);
  for (const fields of find(query, 'UpdateStmt')) updateLocks(book, fields, runs);
  for (const fields of find(query, 'DeleteStmt')) deleteLocks(book, fields, runs);
  for (const fields of find(query, 'MergeStmt')) mergeLocks(book, fields, runs);
  if (runs) for (const fields of find(query, 'FuncCall')) callLocks(book, fields);
}

/** A relation that is read, with what is below it or, of a view, behind it. */
export function readRelation(book: LockBook, name: QualifiedName, mode: LockMode, only = false): void {
  book.add(name, mode);
  const table = book.find(name);
  if (!table) return;
  if (!only) book.addTree(table, mode);
  if (table.kind === 'view') behindView(book, table.reads, mode, new Set());
}

function behindView(
  book: LockBook,
  reads: readonly QualifiedName[],
  mode: LockMode,
  seen: Set<string>,
): void {
  for (const name of reads) {
    if (seen.has(nameText(name))) continue;
    seen.add(nameText(name));
    book.addTree(name, mode, 'view');
    const table = book.find(name);
    if (table?.kind === 'view') behindView(book, table.reads, mode, seen);
  }
}

/** Places of the names in the FROM of a SELECT … FOR UPDATE (or SHARE): those tables get ROW SHARE. */
function rowLocked(query: Node): ReadonlySet<number> {
  const places = new Set<number>();
  for (const select of find(query, 'SelectStmt')) {
    for (const clause of itemsOf(select['lockingClause'], 'LockingClause')) {
      const only = itemsOf(clause['lockedRels'], 'RangeVar').map((range) => range['relname']);
      for (const range of find({ from: select['fromClause'] }, 'RangeVar')) {
        const alias = isNode(range['alias']) ? range['alias']['aliasname'] : range['relname'];
        const at = locationOf(range);
        if (at !== null && (only.length === 0 || only.includes(alias))) places.add(at);
      }
    }
  }
  return places;
}

/** The base table of a target, locked for writing; also behind a view that PostgreSQL can write through. */
function writeTarget(book: LockBook, fields: Node): ReturnType<LockBook['find']> {
  if (!isNode(fields['relation'])) return undefined;
  const name = rangeName(fields['relation']);
  book.add(name, 'ROW EXCLUSIVE');
  let table = book.find(name);
  const seen = new Set([table]);
  while (table?.kind === 'view') {
    const view = table;
    if (view.triggers.length > 0) book.unseen(triggersOf(view));
    const [first, ...rest] = view.reads;
    table = first && book.find(first);
    if (!first || seen.has(table)) break;
    seen.add(table);
    book.add(first, 'ROW EXCLUSIVE', 'view');
    for (const other of rest) readRelation(book, other, 'ACCESS SHARE');
  }
  return table?.kind === 'view' ? undefined : table;
}

const isOnly = (fields: Node): boolean => isNode(fields['relation']) && fields['relation']['inh'] !== true;

function targets(list: unknown): string[] {
  return itemsOf(list, 'ResTarget').map((target) => String(target['name']));
}

function insertLocks(book: LockBook, fields: Node, runs: boolean): void {
  const table = writeTarget(book, fields);
  if (!table) return;
  // Rows go to the partitions that take them; which ones the values decide.
  if (table.kind === 'partitioned') book.addTree(table, 'ROW EXCLUSIVE');
  if (!runs) return;
  const columns = targets(fields['cols']);
  for (const sequence of table.sequences) book.add(sequence, 'ROW EXCLUSIVE', 'sequence', 'sequence');
  referredTables(book, table, columns.length > 0 ? columns : null);
  const conflict = as({ OnConflictClause: fields['onConflictClause'] }, 'OnConflictClause');
  const set = targets(conflict?.['targetList']);
  if (set.length > 0) {
    referredTables(book, table, set);
    referringTables(book, table, 'update', set);
  }
  if (table.triggers.length > 0) book.unseen(triggersOf(table));
}

function updateLocks(book: LockBook, fields: Node, runs: boolean): void {
  const table = writeTarget(book, fields);
  if (!table) return;
  if (!isOnly(fields)) book.addTree(table, 'ROW EXCLUSIVE');
  if (!runs) return;
  const set = targets(fields['targetList']);
  referredTables(book, table, set);
  referringTables(book, table, 'update', set);
  if (table.triggers.length > 0) book.unseen(triggersOf(table));
}

function deleteLocks(book: LockBook, fields: Node, runs: boolean): void {
  const table = writeTarget(book, fields);
  if (!table) return;
  if (!isOnly(fields)) book.addTree(table, 'ROW EXCLUSIVE');
  if (!runs) return;
  referringTables(book, table, 'delete');
  if (table.triggers.length > 0) book.unseen(triggersOf(table));
}

function mergeLocks(book: LockBook, fields: Node, runs: boolean): void {
  const table = writeTarget(book, fields);
  if (!table) return;
  if (!isOnly(fields)) book.addTree(table, 'ROW EXCLUSIVE');
  if (!runs) return;
  for (const clause of itemsOf(fields['mergeWhenClauses'], 'MergeWhenClause')) {
    const set = targets(clause['targetList']);
    if (clause['commandType'] === 'CMD_INSERT') {
      for (const sequence of table.sequences) book.add(sequence, 'ROW EXCLUSIVE', 'sequence', 'sequence');
      referredTables(book, table, set.length > 0 ? set : null);
    } else if (clause['commandType'] === 'CMD_UPDATE') {
      referredTables(book, table, set);
      referringTables(book, table, 'update', set);
    } else if (clause['commandType'] === 'CMD_DELETE') referringTables(book, table, 'delete');
  }
  if (table.triggers.length > 0) book.unseen(triggersOf(table));
}

/** Functions that lock the sequence that their first argument names. */
const onSequences = new Set(['nextval', 'setval']);

function callLocks(book: LockBook, call: Node): void {
  const name = calledName(call);
  if (onSequences.has(name.name) && isBuiltIn(name)) {
    const [first] = items(call['args']);
    const text = stringOf(first) ?? stringOf(as(first, 'TypeCast')?.['arg']);
    const parts = text === null || text.includes('"') ? null : text.split('.');
    if (parts === null) book.unseen('the sequence that is computed');
    else {
      book.add(
        { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? '' },
        'ROW EXCLUSIVE',
        'named',
        'sequence',
      );
    }
    return;
  }
  const own = book.schema?.functions.some(
    (known) => known.name === name.name && (name.schema === null || known.schema === name.schema),
  );
  const known = book.schema !== null && !book.schema.truncated;
  if (own || (!known && !isBuiltIn(name))) book.unseen(`what ${nameText(name)}() does`);
}
