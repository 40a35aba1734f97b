import * as v from 'valibot';

const Name = v.pipe(v.string(), v.minLength(1), v.maxLength(63));
const Count = v.pipe(v.number(), v.minValue(0));
const RelationName = v.strictObject({ schema: Name, name: Name });
/** `pg_constraint.confdeltype` in words. */
const Action = v.picklist(['no action', 'restrict', 'cascade', 'set null', 'set default']);

const Column = v.strictObject({
  name: Name,
  /** As `format_type` writes it: `character varying(40)`. */
  type: v.pipe(v.string(), v.maxLength(500)),
  notNull: v.boolean(),
  hasDefault: v.boolean(),
  /** Data class, for example `personal`; null when the column has no label. */
  label: v.nullable(v.pipe(v.string(), v.maxLength(255))),
});

const Index = v.strictObject({
  name: Name,
  unique: v.boolean(),
  /** Column names in their order; null for an expression. */
  columns: v.array(v.nullable(Name)),
  partial: v.boolean(),
});

const ForeignKey = v.strictObject({
  name: Name,
  columns: v.array(Name),
  toSchema: Name,
  toTable: Name,
  toColumns: v.array(Name),
  onDelete: v.optional(Action, 'no action'),
  onUpdate: v.optional(Action, 'no action'),
});

const Table = v.strictObject({
  schema: Name,
  name: Name,
  kind: v.picklist(['table', 'partitioned', 'view', 'materialized-view', 'foreign']),
  /** Estimated rows, three digits of them; null when never analysed. */
  rows: v.nullable(Count),
  /** Of the table with its indexes and its long values, two digits, as its last VACUUM or ANALYZE found it. */
  bytes: Count,
  columns: v.array(Column),
  primaryKey: v.array(Name),
  indexes: v.array(Index),
  foreignKeys: v.array(ForeignKey),
  /** Tables that it inherits from, or the one that it is a partition of. */
  parents: v.optional(v.array(RelationName), []),
  /** True when it is a partition of its parent. */
  partition: v.optional(v.boolean(), false),
  /** True when it is the partition for rows that no other one takes. */
  defaultPartition: v.optional(v.boolean(), false),
  /** Triggers that are neither off nor PostgreSQL's own for foreign keys. */
  triggers: v.optional(v.array(Name), []),
  /** Relations that the query of a view reads. */
  reads: v.optional(v.array(RelationName), []),
  /** Sequences of its columns (identity, serial). */
  sequences: v.optional(v.array(RelationName), []),
});
export type SnapshotTable = v.InferOutput<typeof Table>;

/**
 * What is known of a database's structure, as the executor reads it from the catalogues. Sharpens findings; without it
 * nothing is missing but precision. Estimates are the server's own (`pg_class.reltuples`).
 */
export const SchemaSnapshot = v.strictObject({
  v: v.literal(1),
  /** `server_version_num` / 10000: 18. */
  serverMajor: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Schemas in which a name without one is looked up, in order. */
  searchPath: v.array(Name),
  /** What matters most first: what a name without a schema finds before the rest, large before small, partitions last. */
  tables: v.array(Table),
  /** Functions and procedures that are not PostgreSQL's own. */
  functions: v.optional(v.array(RelationName), []),
  /** Domains with a condition or NOT NULL: a new column of such a type writes the table anew. */
  domains: v.optional(v.array(RelationName), []),
  /** True when the database has more than the snapshot took: then what is not in it may exist all the same. */
  truncated: v.optional(v.boolean(), false),
});
export type SchemaSnapshot = v.InferOutput<typeof SchemaSnapshot>;

interface Wanted {
  readonly schema: string | null;
  readonly name: string;
}

const indexes = new WeakMap<SchemaSnapshot, ReadonlyMap<string, SnapshotTable>>();
const keyOf = (schema: string, name: string): string => `${schema}.${name}`;

function byName(schema: SchemaSnapshot): ReadonlyMap<string, SnapshotTable> {
  const known = indexes.get(schema);
  if (known) return known;
  const made = new Map(schema.tables.map((table) => [keyOf(table.schema, table.name), table]));
  indexes.set(schema, made);
  return made;
}

/** The table that a name means, looked up along the search path; undefined when the snapshot has none. */
export function findTable(schema: SchemaSnapshot | null, name: Wanted): SnapshotTable | undefined {
  if (!schema) return undefined;
  const tables = byName(schema);
  const within = name.schema === null ? schema.searchPath : [name.schema];
  for (const place of within) {
    const found = tables.get(keyOf(place, name.name));
    if (found) return found;
  }
  return undefined;
}

/** A snapshot from its short form, in which what is empty may be left out; for examples and tests. */
export function snapshotOf(input: v.InferInput<typeof SchemaSnapshot>): SchemaSnapshot {
  return v.parse(SchemaSnapshot, input);
}
