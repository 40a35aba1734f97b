import * as v from 'valibot';

const Name = v.pipe(v.string(), v.minLength(1), v.maxLength(63));
const Count = v.pipe(v.number(), v.minValue(0));

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
  tables: v.array(
    v.strictObject({
      schema: Name,
      name: Name,
      kind: v.picklist(['table', 'partitioned', 'view', 'materialized-view', 'foreign']),
      /** Estimated rows; null when never analysed. */
      rows: v.nullable(Count),
      bytes: Count,
      columns: v.array(
        v.strictObject({
          name: Name,
          type: v.string(),
          notNull: v.boolean(),
          hasDefault: v.boolean(),
          /** Data class, for example `personal`; null when the column has no label. */
          label: v.nullable(v.string()),
        }),
      ),
      primaryKey: v.array(Name),
      indexes: v.array(
        v.strictObject({
          name: Name,
          unique: v.boolean(),
          /** Column names in their order; null for an expression. */
          columns: v.array(v.nullable(Name)),
          partial: v.boolean(),
        }),
      ),
      foreignKeys: v.array(
        v.strictObject({
          name: Name,
          columns: v.array(Name),
          toSchema: Name,
          toTable: Name,
          toColumns: v.array(Name),
        }),
      ),
    }),
  ),
});
export type SchemaSnapshot = v.InferOutput<typeof SchemaSnapshot>;

/** The table that a name means, looked up along the search path; undefined when the snapshot has none. */
export function findTable(
  schema: SchemaSnapshot | null,
  name: { readonly schema: string | null; readonly name: string },
): SchemaSnapshot['tables'][number] | undefined {
  if (!schema) return undefined;
  const within = name.schema === null ? schema.searchPath : [name.schema];
  for (const place of within) {
    const found = schema.tables.find((table) => table.schema === place && table.name === name.name);
    if (found) return found;
  }
  return undefined;
}
