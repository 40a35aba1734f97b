import type { PoolClient, QueryResult } from 'pg';

/** A table as a sample finds it: its file, which TRUNCATE, DROP and a rewrite replace, and rows written so far. */
interface TableSample {
  readonly file: string;
  readonly written: readonly number[];
}
export type Sample = ReadonlyMap<string, TableSample>;

interface SampleRow {
  oid: string;
  file: string;
  inserted: string;
  updated: string;
  deleted: string;
}

/** Trigger rounds at most: a deferred trigger may defer what it does again. */
export const maxTriggerRounds = 20;

/**
 * Every user table with the rows that this session wrote since its counters were last reported. Only differences count:
 * the counters hold earlier transactions for a while, and statements that were undone. Approved SQL may have changed
 * search_path, so every name and operator is qualified.
 */
const sampleSql = `select c.oid::pg_catalog.text as oid, c.relfilenode::pg_catalog.text as file,
  pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) as inserted,
  pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) as updated,
  pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) as deleted
  from pg_catalog.pg_class c
  where c.relkind operator(pg_catalog.=) 'r' and c.oid operator(pg_catalog.>=) '16384'`;
const trackingSql = `select pg_catalog.current_setting('track_counts') as tracking`;

/** Rows cannot be counted; the message says why. */
export class Uncountable extends Error {}

/** Sends our own statements as one message. */
export async function send(
  client: PoolClient,
  statements: readonly string[],
): Promise<readonly QueryResult[]> {
  const results: unknown = await client.query(statements.join(';\n'));
  return Array.isArray(results) ? (results as QueryResult[]) : [results as QueryResult];
}

/** Sends `before` and takes a sample, in one round trip. */
export async function sampleAfter(client: PoolClient, before: readonly string[]): Promise<Sample> {
  const results = await send(client, [...before, trackingSql, sampleSql]);
  const [tracking] = (results.at(-2)?.rows ?? []) as { tracking: string }[];
  if (tracking?.tracking !== 'on')
    throw new Uncountable('the database does not count rows (track_counts is off)');
  const rows = (results.at(-1)?.rows ?? []) as SampleRow[];
  return new Map(
    rows.map(({ oid, file, inserted, updated, deleted }) => [
      oid,
      { file, written: [Number(inserted), Number(updated), Number(deleted)] },
    ]),
  );
}

/** Rows written between two samples. */
export function rowsWritten(before: Sample, after: Sample): number {
  let total = 0;
  for (const [oid, { written }] of after) {
    const earlier = before.get(oid)?.written ?? [0, 0, 0];
    // TRUNCATE sets the counters of its table back; what it held is counted apart.
    for (const [at, rows] of written.entries()) total += Math.max(0, rows - (earlier[at] ?? 0));
  }
  return total;
}

/** Tables that lost their rows at a stroke, which no counter tells: truncated, dropped or written anew. */
export function replacedTables(before: Sample, after: Sample): string[] {
  return [...before].filter(([oid, { file }]) => after.get(oid)?.file !== file).map(([oid]) => oid);
}

/**
 * Fires deferred triggers until nothing is left to fire: a trigger may defer what it does again, but what wrote nothing
 * has queued nothing either.
 */
export async function fireDeferred(client: PoolClient): Promise<void> {
  for (let round = 0; round < maxTriggerRounds; round += 1) {
    const before = await sampleAfter(client, []);
    const after = await sampleAfter(client, ['set constraints all immediate']);
    if (rowsWritten(before, after) === 0) return;
  }
  throw new Uncountable('its deferred triggers never come to an end');
}
