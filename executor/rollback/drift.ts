import type { PoolClient } from 'pg';
import type { RollbackPlan } from '#core/change/rollback-plan';
import type { ExecutionLimits } from '#core/protocol/claims';
import type { ResultBody } from '#core/protocol/receipt';
import type { KeptRow } from './image';
import type { Image } from './read-image';
import { changedRowsSql, lockRowsSql, takenKeysSql } from './row-sql';
import { tableName } from './wrap';

/** Rows that are not as the change left them, or null when all are. */
export interface Drift {
  readonly rows: number;
  readonly body: ResultBody['statements'];
}

const rowsAtOnce = 1_000;
const words = { changed: 'changed since', missing: 'deleted since', taken: 'inserted again' } as const;

interface Found {
  readonly entry: number;
  readonly key: readonly string[];
  readonly what: keyof typeof words;
}

async function checkBatch(
  client: PoolClient,
  plan: RollbackPlan,
  entry: number,
  rows: readonly KeptRow[],
): Promise<readonly Found[]> {
  const planned = plan.statements[entry];
  if (!planned || rows.length === 0) return [];
  const keyOf = (n: number): readonly string[] => rows[n - 1]?.key ?? [];
  if (planned.action === 'delete') {
    const images = rows.map(({ before }) => before ?? '');
    const { rows: taken } = await client.query<{ n: number }>(takenKeysSql(planned), [images]);
    return taken.map(({ n }) => ({ entry, key: keyOf(n), what: 'taken' as const }));
  }
  const images = rows.map(({ after }) => after ?? '');
  await client.query(lockRowsSql(planned), [images]);
  // A statement of its own: what it sees is what the locks hold.
  const { rows: found } = await client.query<{ n: number; missing: boolean }>(changedRowsSql(planned), [
    images,
  ]);
  return found.map(({ n, missing }) => ({
    entry,
    key: keyOf(n),
    what: missing ? ('missing' as const) : ('changed' as const),
  }));
}

/**
 * Locks every row that the change left and compares it with what was kept. A row that a later statement of the change
 * touched again is compared once, in its last state.
 */
export async function findDrift(
  client: PoolClient,
  plan: RollbackPlan,
  image: Image,
  limits: ExecutionLimits,
  goOn: () => boolean,
): Promise<Drift | null> {
  const tables = plan.statements.map(({ table }) => tableName(table));
  const repeated = new Set(tables.filter((name, at) => tables.indexOf(name) !== at));
  const seen = new Set<string>();
  let found = 0;
  let bytes = 0;
  const listed: Found[] = [];
  const check = async (entry: number, rows: readonly KeptRow[]): Promise<void> => {
    for (const one of await checkBatch(client, plan, entry, rows)) {
      found += 1;
      bytes += Buffer.byteLength(JSON.stringify(one.key)) + 32;
      if (listed.length < limits.maxResultRows && bytes <= limits.maxResultBytes) listed.push(one);
    }
  };
  let entry = -1;
  let batch: KeptRow[] = [];
  for await (const rows of image.backwards()) {
    if (!goOn()) return null;
    for (const row of rows) {
      const table = tables[row.index] ?? '';
      if (repeated.has(table)) {
        const name = JSON.stringify([table, row.key]);
        if (seen.has(name)) continue;
        seen.add(name);
      }
      if (row.index !== entry || batch.length >= rowsAtOnce) {
        await check(entry, batch);
        batch = [];
        entry = row.index;
      }
      batch.push(row);
    }
  }
  await check(entry, batch);
  return found === 0 ? null : { rows: found, body: bodyOf(plan, image, listed, found) };
}

function bodyOf(
  plan: RollbackPlan,
  image: Image,
  listed: readonly Found[],
  found: number,
): ResultBody['statements'] {
  return plan.statements.flatMap((planned, entry) => {
    const rows = listed.filter((one) => one.entry === entry);
    if (rows.length === 0) return [];
    const types = new Map(image.head.columns[entry]);
    const columns = planned.key.map((name) => ({ name, type: types.get(name) ?? 'unknown' }));
    return [
      {
        index: planned.index,
        columns: [
          ...columns,
          { name: `state in ${planned.table.schema}.${planned.table.name}`, type: 'text' },
        ],
        rows: rows.map(({ key, what }) => [...key, words[what]]),
        truncated: listed.length < found,
        message: null,
      },
    ];
  });
}
