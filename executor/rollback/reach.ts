import type { PoolClient } from 'pg';
import { type Sample, sampleAfter, send } from '../run/table-counters';

/** Rows of a table that were written on purpose. */
export interface Expected {
  /** OIDs of the table and its partitions. */
  readonly tables: readonly string[];
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** OIDs of a table and its partitions. */
export async function treeOf(client: PoolClient, oid: string): Promise<string[]> {
  const [result] = await send(client, [
    `select t.oid::pg_catalog.text as oid from (select '${oid}'::pg_catalog.oid as oid
      union select p.relid from pg_catalog.pg_partition_tree('${oid}'::pg_catalog.oid::pg_catalog.regclass) p) t`,
  ]);
  return ((result?.rows ?? []) as { oid: string }[]).map((row) => row.oid);
}

/** OIDs of the tables in which the executor itself keeps rows meanwhile; what is forged there does not pass the seal. */
export async function ownTables(client: PoolClient): Promise<string[]> {
  const [result] = await send(client, [
    `select c.oid::pg_catalog.text as oid from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
      where n.nspname operator(pg_catalog.=) 'querychange'
        and c.relname operator(pg_catalog.=) any ('{before_image,before_image_part}'::pg_catalog.name[])`,
  ]);
  return ((result?.rows ?? []) as { oid: string }[]).map((row) => row.oid);
}

/** Takes a sample of what this session has written, to be compared later. */
export const reachNow = (client: PoolClient): Promise<Sample> => sampleAfter(client, []);

/** True when exactly the expected rows were written between two samples, in no other table but those of `own`. */
export function reachedOnly(
  before: Sample,
  after: Sample,
  expected: readonly Expected[],
  own: readonly string[] = [],
): boolean {
  const written = new Map<string, readonly number[]>();
  for (const [oid, sample] of after) {
    const earlier = before.get(oid);
    written.set(
      oid,
      sample.written.map((rows, at) => rows - (earlier?.written[at] ?? 0)),
    );
  }
  for (const oid of own) written.delete(oid);
  for (const { tables, inserted, updated, deleted } of expected) {
    const counts = tables.map((oid) => written.get(oid));
    const total = (at: number): number => counts.reduce((sum, rows) => sum + (rows?.[at] ?? 0), 0);
    for (const oid of tables) {
      written.delete(oid);
      // Another file: it was emptied or written anew.
      if (before.get(oid)?.file !== after.get(oid)?.file) return false;
    }
    const more = total(0) - inserted;
    const changed = total(1) - updated;
    const fewer = total(2) - deleted;
    // A row that ON CONFLICT DO NOTHING takes back in a race counts as inserted and deleted.
    if (changed !== 0 || more !== fewer || more < 0) return false;
  }
  return [...written.values()].every((one) => one.every((rows) => rows === 0));
}
