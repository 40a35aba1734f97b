import * as v from 'valibot';
import type { EntityDeclaration } from '../manifest';
import { compareValues, FiltersSchema, meets, passes, RangeSchema } from './conditions';
import { KvsFault } from './fault';
import { KVS_LIMITS } from './limits';
import type { KvsRecord, KvsStore } from './store';

/** Body of `/api/v1/query`. */
export const QuerySchema = v.object({
  limit: v.optional(v.number()),
  after: v.optional(v.string()),
  where: v.optional(
    v.array(
      v.object({
        property: v.literal('key'),
        condition: v.literal('BEGINS_WITH'),
        values: v.tuple([v.string()]),
      }),
    ),
  ),
  options: v.optional(v.unknown()),
});

/** Body of `/api/v1/entity/query`. */
export const EntityQuerySchema = v.object({
  entityName: v.string(),
  indexName: v.string(),
  limit: v.optional(v.number()),
  cursor: v.optional(v.string()),
  partition: v.optional(v.array(v.unknown())),
  range: v.optional(RangeSchema),
  filters: v.optional(FiltersSchema),
  sort: v.optional(v.picklist(['ASC', 'DESC'])),
  options: v.optional(v.unknown()),
});

/** One page of results. */
export interface Page {
  readonly data: readonly {
    key: string;
    value: unknown;
    createdAt: number;
    updatedAt: number;
    expireTime?: string;
  }[];
  readonly cursor?: string;
}

const DEFAULT_LIMIT = 10;
const CursorSchema = v.object({ key: v.string(), range: v.optional(v.unknown()) });

function limitOf(limit: number | undefined): number {
  const wanted = limit ?? DEFAULT_LIMIT;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > KVS_LIMITS.pageSize) {
    throw new KvsFault(400, 'INVALID_LIMIT', `Limit must be from 1 to ${KVS_LIMITS.pageSize}`);
  }
  return wanted;
}

function encodeCursor(position: v.InferOutput<typeof CursorSchema>): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decodeCursor(cursor: string): v.InferOutput<typeof CursorSchema> {
  try {
    return v.parse(CursorSchema, JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw new KvsFault(400, 'INVALID_CURSOR', 'The cursor is not one that a query returned');
  }
}

/** A record as the API shows it. */
export function showRecord(key: string, record: KvsRecord): Page['data'][number] {
  const { createdAt, updatedAt, expireAt } = record;
  const expiry = expireAt === undefined ? {} : { expireTime: new Date(expireAt).toISOString() };
  return { key, value: JSON.parse(record.value) as unknown, createdAt, updatedAt, ...expiry };
}

/** Keys in order, optionally those that begin with a prefix. */
export function queryKeys(store: KvsStore, body: v.InferOutput<typeof QuerySchema>): Page {
  const limit = limitOf(body.limit);
  const prefix = body.where?.[0]?.values[0] ?? '';
  const after = body.after === undefined ? undefined : decodeCursor(body.after).key;
  const all = store
    .view('kv')
    .filter(([key]) => key.startsWith(prefix) && (after === undefined || key > after));
  const page = all.slice(0, limit);
  const last = page.at(-1);
  const cursor = last !== undefined && all.length > limit ? { cursor: encodeCursor({ key: last[0] }) } : {};
  return { data: page.map(([key, record]) => showRecord(key, record)), ...cursor };
}

interface IndexShape {
  readonly partition: readonly string[];
  readonly range: string;
}

function indexOf(entity: EntityDeclaration, name: string): IndexShape {
  for (const index of entity.indexes) {
    if (typeof index === 'string' && index === name) return { partition: [], range: index };
    if (typeof index === 'object' && index.name === name) {
      return { partition: index.partition ?? [], range: index.range[0] ?? '' };
    }
  }
  throw new KvsFault(400, 'INVALID_INDEX', `Entity ${entity.name} declares no index ${name}`);
}

interface Row {
  readonly key: string;
  readonly record: KvsRecord;
  readonly value: Readonly<Record<string, unknown>>;
  readonly range: unknown;
}

function compareRows(a: { key: string; range?: unknown }, b: { key: string; range?: unknown }): number {
  return (compareValues(a.range, b.range) ?? 0) || (compareValues(a.key, b.key) ?? 0);
}

function indexRows(
  store: KvsStore,
  entity: EntityDeclaration,
  index: IndexShape,
  partition: readonly unknown[],
): Row[] {
  const rows: Row[] = [];
  for (const [key, record] of store.view(`entity/${entity.name}`)) {
    const value = JSON.parse(record.value) as Record<string, unknown>;
    const range = value[index.range];
    const inPartition = index.partition.every(
      (name, at) => value[name] !== undefined && value[name] === partition[at],
    );
    if (range !== undefined && inPartition) rows.push({ key, record, value, range });
  }
  return rows;
}

/**
 * One page of an index. Filters apply to the page that was read, so that a page may hold fewer entries than the
 * limit and still have a cursor ⚠ (documented for the index store; the exact page size is not).
 */
export function queryEntities(
  store: KvsStore,
  entity: EntityDeclaration,
  body: v.InferOutput<typeof EntityQuerySchema>,
): Page {
  const limit = limitOf(body.limit);
  const index = indexOf(entity, body.indexName);
  const partition = body.partition ?? [];
  if (partition.length !== index.partition.length) {
    throw new KvsFault(
      400,
      'INVALID_PARTITION',
      `Index ${body.indexName} wants ${index.partition.length} partition values`,
    );
  }
  const { range, filters } = body;
  const direction = body.sort === 'DESC' ? -1 : 1;
  let rows = indexRows(store, entity, index, partition);
  if (range !== undefined) rows = rows.filter((row) => meets(row.range, range));
  rows.sort((a, b) => direction * compareRows(a, b));
  if (body.cursor !== undefined) {
    const from = decodeCursor(body.cursor);
    rows = rows.filter((row) => direction * compareRows(row, from) > 0);
  }
  const read = rows.slice(0, limit);
  const last = read.at(-1);
  const more =
    last !== undefined && rows.length > limit
      ? { cursor: encodeCursor({ key: last.key, range: last.range }) }
      : {};
  const kept = filters === undefined ? read : read.filter((row) => passes(row.value, filters));
  return { data: kept.map((row) => showRecord(row.key, row.record)), ...more };
}
