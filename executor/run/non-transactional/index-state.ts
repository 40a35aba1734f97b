import type { Pool, PoolClient } from 'pg';
import * as v from 'valibot';

export const Oid = v.pipe(v.string(), v.regex(/^\d+$/));

/** A relation that has the name of an index, or an index of the table. */
const IndexState = v.object({
  oid: Oid,
  /** Schema, by oid and by name, and the name. */
  schema: Oid,
  schemaName: v.string(),
  name: v.string(),
  /** The table; null: this is no index. */
  table: v.nullable(Oid),
  valid: v.boolean(),
  /** `pg_get_indexdef` without the names of index and table; null when that cannot be told. */
  definition: v.nullable(v.string()),
});
export type IndexState = v.InferOutput<typeof IndexState>;

/**
 * What a statement about an index is about, as the approved search_path has found it, and what was there before. VACUUM,
 * of which nothing can be seen, is one with nothing in it.
 */
export const IndexBefore = v.object({
  v: v.literal(1),
  kind: v.picklist(['create-index', 'drop-index', 'reindex-index', 'vacuum']),
  /** Null: the name led nowhere, or there is no index in it. */
  place: v.nullable(v.object({ schema: Oid, name: v.string(), table: Oid })),
  /** The definition that a new index must have. */
  wanted: v.nullable(v.string()),
  /** Indexes of the table, and whatever has the name. */
  indexes: v.array(IndexState),
});
export type IndexBefore = v.InferOutput<typeof IndexBefore>;
export type Place = NonNullable<IndexBefore['place']>;

/** Reads what {@link IndexBefore} has of the indexes. Names are written out: our own search_path is in force. */
const statesSql = `
  select c.oid::text, c.relnamespace::text as schema, n.nspname::text as "schemaName", c.relname::text as name,
    x.indrelid::text as table, coalesce(x.indisvalid and x.indisready and x.indislive, false) as valid,
    case when pg_catalog.starts_with(d.def, d.head) then
      case when x.indisunique then 'unique' else '' end || pg_catalog.substr(d.def, pg_catalog.length(d.head) + 1)
    end as definition
  from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_index x on x.indexrelid = c.oid
    left join pg_catalog.pg_class t on t.oid = x.indrelid
    left join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
    left join lateral (
      select pg_catalog.pg_get_indexdef(c.oid) as def,
        pg_catalog.format('CREATE %sINDEX %I ON %I.%I', case when x.indisunique then 'UNIQUE ' end, c.relname,
          case when t.relpersistence = 't' then 'pg_temp' else tn.nspname end, t.relname) as head
      where x.indexrelid is not null
    ) d on true
  where (c.relnamespace = $1::pg_catalog.oid and c.relname = $2) or x.indrelid = $3::pg_catalog.oid
  order by c.oid`;

/** What is there now. `from` has our own search_path: `pg_catalog, pg_temp`. */
export async function indexStates(
  from: Pool | PoolClient,
  { schema, name, table }: Place,
): Promise<IndexState[]> {
  const { rows } = await from.query(statesSql, [schema, name, table]);
  return v.parse(v.array(IndexState), rows);
}
