import type { Pool, PoolClient } from 'pg';
import * as v from 'valibot';
import { Oid } from './index-state';

/** A partition, and what it belongs to. */
const PartitionState = v.object({
  /** Where both stand now, as SQL names them; null: dropped. */
  parentPath: v.nullable(v.string()),
  partitionPath: v.nullable(v.string()),
  /** What it is a partition or a child of. `pending`: a detachment was begun, and nobody has ended it. */
  parents: v.array(v.object({ oid: Oid, pending: v.boolean() })),
  /** SHA-256 of its bounds as PostgreSQL keeps them; null: it is no partition. */
  bounds: v.nullable(v.string()),
});
export type PartitionState = v.InferOutput<typeof PartitionState>;

/** What DETACH PARTITION CONCURRENTLY is about, as the approved search_path has found it, and what was there before. */
export const DetachBefore = v.object({
  v: v.literal(1),
  kind: v.literal('detach-partition'),
  /** A parent that is not there is no error. */
  ifExists: v.boolean(),
  /** Null: one of the names led nowhere. */
  place: v.nullable(v.object({ parent: Oid, partition: Oid })),
  was: v.nullable(PartitionState),
});
export type DetachBefore = v.InferOutput<typeof DetachBefore>;
export type PartitionPlace = NonNullable<DetachBefore['place']>;

const pathSql = (oid: string): string => `
  (select pg_catalog.format('%I.%I', n.nspname, c.relname)
   from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = ${oid})`;

/** Takes no lock on either table (pg_get_expr would): somebody may hold one, and this must not wait for it. */
const stateSql = `
  select ${pathSql('$1::pg_catalog.oid')} as "parentPath", ${pathSql('$2::pg_catalog.oid')} as "partitionPath",
    coalesce(
      (select pg_catalog.jsonb_agg(
         pg_catalog.jsonb_build_object('oid', i.inhparent::pg_catalog.text, 'pending', i.inhdetachpending) order by i.inhparent)
       from pg_catalog.pg_inherits i where i.inhrelid = $2::pg_catalog.oid), '[]') as parents,
    (select pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(c.relpartbound::pg_catalog.text, 'UTF8')), 'hex')
     from pg_catalog.pg_class c where c.oid = $2::pg_catalog.oid) as bounds`;

/** What is there now. `from` has our own search_path: `pg_catalog, pg_temp`. */
export async function partitionState(
  from: Pool | PoolClient,
  { parent, partition }: PartitionPlace,
): Promise<PartitionState> {
  const { rows } = await from.query(stateSql, [parent, partition]);
  return v.parse(PartitionState, rows[0]);
}
