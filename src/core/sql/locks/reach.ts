import { findTable, type SchemaSnapshot, type SnapshotTable } from '../facts/schema-snapshot';
import type { QualifiedName } from '../tree/names';

/** A foreign key with the table that it stands at. */
interface Reference {
  readonly table: SnapshotTable;
  readonly key: SnapshotTable['foreignKeys'][number];
}

/** Who depends on whom in a snapshot, looked up by table. */
export interface Reach {
  readonly children: (table: SnapshotTable) => readonly SnapshotTable[];
  /** Foreign keys that point at a table. */
  readonly references: (table: SnapshotTable) => readonly Reference[];
  /** Views that read a relation. */
  readonly views: (table: SnapshotTable) => readonly SnapshotTable[];
  /** The table that an index belongs to. */
  readonly indexOwner: (index: QualifiedName) => SnapshotTable | undefined;
}

const known = new WeakMap<SchemaSnapshot, Reach>();
const nothing: Reach = {
  children: () => [],
  references: () => [],
  views: () => [],
  indexOwner: () => undefined,
};

/** The dependencies of a snapshot, computed once for each. */
export function reachOf(schema: SchemaSnapshot | null): Reach {
  if (!schema) return nothing;
  const before = known.get(schema);
  if (before) return before;
  const children = new Map<SnapshotTable, SnapshotTable[]>();
  const references = new Map<SnapshotTable, Reference[]>();
  const views = new Map<SnapshotTable, SnapshotTable[]>();
  const owners = new Map<string, SnapshotTable[]>();
  const put = <K, T>(map: Map<K, T[]>, key: K | undefined, value: T): void => {
    if (key === undefined) return;
    const list = map.get(key);
    if (list) list.push(value);
    else map.set(key, [value]);
  };
  for (const table of schema.tables) {
    for (const parent of table.parents) put(children, findTable(schema, parent), table);
    for (const read of table.reads) put(views, findTable(schema, read), table);
    for (const index of table.indexes) put(owners, index.name, table);
    for (const key of table.foreignKeys) {
      put(references, findTable(schema, { schema: key.toSchema, name: key.toTable }), { table, key });
    }
  }
  const made: Reach = {
    children: (table) => children.get(table) ?? [],
    references: (table) => references.get(table) ?? [],
    views: (table) => views.get(table) ?? [],
    indexOwner: ({ schema: place, name }) =>
      (owners.get(name) ?? []).find((table) =>
        place === null ? schema.searchPath.includes(table.schema) : table.schema === place,
      ),
  };
  known.set(schema, made);
  return made;
}
