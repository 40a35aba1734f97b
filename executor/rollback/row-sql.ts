import { escapeIdentifier } from 'pg';
import type { RollbackPlan } from '#core/change/rollback-plan';
import { tableName } from './wrap';

type Entry = RollbackPlan['statements'][number];

/*
 * Rows travel as the text of a whole row, which PostgreSQL writes and reads itself: nothing is lost, and equal text is an
 * equal row. `q` is the row in the table, `k` the kept one. Operators are qualified: the search path is the change's.
 */
const kept = (entry: Entry): string =>
  `(select (u.image::${tableName(entry.table)}) as r, u.image, u.n
    from pg_catalog.unnest($1::pg_catalog.text[]) with ordinality as u (image, n) order by u.n) k`;
const sameKey = ({ key }: Entry): string =>
  key
    .map((name) => `q.${escapeIdentifier(name)} operator(pg_catalog.=) (k.r).${escapeIdentifier(name)}`)
    .join(' and ');
const image = 'row(q.*)::pg_catalog.text';
/** How many of the rows that were written are as they should be. */
const asKept = `select pg_catalog.count(*)::pg_catalog.int4 as n from written w
  join pg_catalog.unnest($1::pg_catalog.text[]) as u (image) on u.image operator(pg_catalog.=) w.image`;

/** Locks the rows with the keys of these images, in the order of their keys. */
export const lockRowsSql = (entry: Entry): string =>
  `select from ${tableName(entry.table)} q join ${kept(entry)} on ${sameKey(entry)}
    order by ${entry.key.map((name) => `q.${escapeIdentifier(name)}`).join(', ')} for update of q`;

/** Numbers, from 1, of the images that the table does not have just so; `missing` when there is no row of the key. */
export const changedRowsSql = (entry: Entry): string =>
  `select k.n::pg_catalog.int4 as n, q.${escapeIdentifier(entry.key[0] ?? '')} is null as missing
    from ${kept(entry)} left join ${tableName(entry.table)} q on ${sameKey(entry)}
    where ${image} operator(pg_catalog.<>) k.image order by k.n`;

/** Numbers, from 1, of the images whose key is taken. */
export const takenKeysSql = (entry: Entry): string =>
  `select k.n::pg_catalog.int4 as n from ${kept(entry)} join ${tableName(entry.table)} q on ${sameKey(entry)} order by k.n`;

/** Inserts the images; `n` says how many rows came back exactly. */
export const insertBackSql = (entry: Entry): string => {
  const columns = entry.columns.map(escapeIdentifier);
  return `with written as (
    insert into ${tableName(entry.table)} as q (${columns.join(', ')}) overriding system value
    select ${columns.map((column) => `(k.r).${column}`).join(', ')} from ${kept(entry)}
    returning ${image} as image) ${asKept}`;
};

/** Deletes the rows of the images; `n` says how many went that were exactly these. */
export const deleteSql = (entry: Entry): string =>
  `with written as (
    delete from ${tableName(entry.table)} q using ${kept(entry)} where ${sameKey(entry)}
    returning ${image} as image) ${asKept}`;

/** Gives one row ($1: its image) its old values; returns whether it is as it was. */
export const updateBackSql = (entry: Entry): string =>
  `update ${tableName(entry.table)} as q
    set ${entry.columns.map((name) => `${escapeIdentifier(name)} = (k.r).${escapeIdentifier(name)}`).join(', ')}
    from (select ($1::pg_catalog.text::${tableName(entry.table)}) as r) k where ${sameKey(entry)}
    returning ${image} operator(pg_catalog.=) $1`;
