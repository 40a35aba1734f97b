import { findTable, type SchemaSnapshot, type SnapshotTable } from '../facts/schema-snapshot';
import type { QualifiedName } from '../tree/names';
import { atLeast, type LockMode } from './modes';
import { type Reach, reachOf } from './reach';

/** Why a relation is locked: the text names it, or something that it names leads there. */
export type LockReason =
  'named' | 'foreign key' | 'child or partition' | 'parent' | 'view' | 'cascade' | 'index' | 'sequence';

/** A lock that a statement takes, with the strongest mode. */
export interface Lock extends QualifiedName {
  readonly object: 'relation' | 'index' | 'sequence';
  readonly mode: LockMode;
  readonly why: LockReason;
}

/** Collects the locks of one statement; of the same relation the strongest stays. */
export class LockBook {
  readonly reach: Reach;
  private readonly locks = new Map<string, Lock>();
  private readonly notes = new Set<string>();

  readonly schema: SchemaSnapshot | null;

  constructor(schema: SchemaSnapshot | null) {
    this.schema = schema;
    this.reach = reachOf(schema);
  }

  /** Server version, of the grammar when no database is known. */
  get major(): number {
    return this.schema?.serverMajor ?? 18;
  }

  find(name: QualifiedName): SnapshotTable | undefined {
    return findTable(this.schema, name);
  }

  add(
    name: QualifiedName,
    mode: LockMode,
    why: LockReason = 'named',
    object: Lock['object'] = 'relation',
  ): void {
    const table = object === 'relation' ? this.find(name) : undefined;
    const { schema, name: own } = table ?? name;
    const key = `${object} ${schema ?? ''}.${own}`;
    const before = this.locks.get(key);
    if (before && atLeast(before.mode, mode)) return;
    this.locks.set(key, { schema, name: own, object, mode, why: before?.why ?? why });
  }

  /** The relation with everything that inherits from it, and its partitions. */
  addTree(name: QualifiedName, mode: LockMode, why: LockReason = 'named'): void {
    this.add(name, mode, why);
    const table = this.find(name);
    for (const child of table ? this.descendants(table) : []) this.add(child, mode, 'child or partition');
  }

  /** Every table below one, nearest first. */
  descendants(table: SnapshotTable): readonly SnapshotTable[] {
    const found = new Set<SnapshotTable>();
    const open = [table];
    for (let next = open.pop(); next; next = open.pop()) {
      for (const child of this.reach.children(next)) {
        if (found.has(child) || child === table) continue;
        found.add(child);
        open.push(child);
      }
    }
    return [...found];
  }

  /** Says what else may be locked that the text and the snapshot do not show. */
  unseen(note: string): void {
    this.notes.add(note);
  }

  result(): { readonly locks: readonly Lock[]; readonly unseen: readonly string[] } {
    const locks = [...this.locks.values()].toSorted((one, other) =>
      one.mode === other.mode ? 0 : atLeast(one.mode, other.mode) ? -1 : 1,
    );
    return { locks, unseen: [...this.notes] };
  }
}
