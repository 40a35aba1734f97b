import type { PoolClient } from 'pg';
import { type DryRunStatement, type LockMode, lockModes } from '#core/protocol/dry-run';
import { send } from '../run/table-counters';

interface TableRow {
  oid: string;
  name: string;
  file: string;
  fresh: string;
  changed: string;
}
interface LockRow {
  oid: string;
  name: string | null;
  kind: string | null;
  mode: string;
}

/** What can be seen of a transaction at one moment, from inside it. */
export interface Observation {
  readonly tables: ReadonlyMap<string, TableRow>;
  /** The strongest lock on each relation, by its OID. */
  readonly locks: ReadonlyMap<string, { readonly name: string; readonly mode: LockMode }>;
  /** Names of the sequences that this transaction has drawn from. */
  readonly sequences: readonly string[];
  /** Position in the server's write-ahead log. */
  readonly wal: string;
}

/** Approved SQL may have changed search_path, so every name and operator is qualified. */
const tablesSql = `select c.oid::pg_catalog.text as oid, c.relfilenode::pg_catalog.text as file,
  pg_catalog.concat(n.nspname, '.', c.relname) as name,
  (pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) operator(pg_catalog.+)
    pg_catalog.pg_stat_get_xact_tuples_updated(c.oid))::pg_catalog.text as fresh,
  (pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) operator(pg_catalog.+)
    pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) operator(pg_catalog.+)
    pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid))::pg_catalog.text as changed
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
  where c.relkind operator(pg_catalog.=) any ('{r,m}') and c.oid operator(pg_catalog.>=) '16384'`;
const locksSql = `select l.relation::pg_catalog.text as oid, l.mode, c.relkind::pg_catalog.text as kind,
  case when c.oid is not null then pg_catalog.concat(n.nspname, '.', c.relname) end as name
  from pg_catalog.pg_locks l
  left join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) l.relation
  left join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
  where l.pid operator(pg_catalog.=) pg_catalog.pg_backend_pid() and l.granted
    and l.locktype operator(pg_catalog.=) 'relation' and l.relation operator(pg_catalog.>=) '16384'`;
const walSql = 'select pg_catalog.pg_current_wal_insert_lsn()::pg_catalog.text as wal';

/** Indexes and TOAST tables are locked with their table, and say nothing more. */
const dull = new Set(['i', 'I', 't']);
const rank = (mode: string): number => lockModes.findIndex((known) => known === mode);

/** Looks at the open transaction of `client`. */
export async function observe(client: PoolClient): Promise<Observation> {
  const results = await send(client, [tablesSql, locksSql, walSql]);
  const tables = new Map(((results[0]?.rows ?? []) as TableRow[]).map((row) => [row.oid, row]));
  const rows = (results[1]?.rows ?? []) as LockRow[];
  const locks = new Map<string, { name: string; mode: LockMode }>();
  for (const { oid, name, kind, mode } of rows) {
    const strength = lockModes[rank(mode)];
    if (strength === undefined || (kind !== null && dull.has(kind)) || kind === 'S') continue;
    const known = locks.get(oid);
    // What was dropped has no name any more.
    if (known && rank(known.mode) >= rank(mode)) continue;
    locks.set(oid, { name: name ?? known?.name ?? '', mode: strength });
  }
  // Drawing from a sequence takes this lock and keeps it; nothing else that a role may do with its data does.
  const drawn = rows.filter(({ kind, mode }) => kind === 'S' && mode === 'RowExclusiveLock');
  const wal = ((results[2]?.rows ?? []) as { wal: string }[])[0]?.wal ?? '0/0';
  return { tables, locks, sequences: drawn.map(({ name }) => name ?? '').toSorted(), wal };
}

function position(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** What happened between two observations, but for triggers and the estimate. */
export function difference(
  before: Observation,
  after: Observation,
): Pick<DryRunStatement, 'locks' | 'rewritten' | 'walBytes'> & {
  /** OIDs of the tables whose rows changed. */
  readonly written: readonly string[];
} {
  const nameOf = (oid: string, name: string): string => name || (before.tables.get(oid)?.name ?? oid);
  const locks = [...after.locks]
    .filter(([oid, { mode }]) => {
      const earlier = before.locks.get(oid);
      return !earlier || rank(earlier.mode) < rank(mode);
    })
    .map(([oid, { name, mode }]) => ({ relation: nameOf(oid, name), mode }))
    .toSorted((a, b) => rank(b.mode) - rank(a.mode) || a.relation.localeCompare(b.relation));
  const rewritten = [...after.tables.values()]
    .filter(({ oid, file }) => before.tables.has(oid) && before.tables.get(oid)?.file !== file)
    .map(({ name }) => name);
  const written = [...after.tables.values()]
    .filter(({ oid, changed }) => changed !== (before.tables.get(oid)?.changed ?? '0'))
    .map(({ oid }) => oid);
  const walBytes = Number(position(after.wal) - position(before.wal));
  return { locks, rewritten, written, walBytes: Math.max(0, walBytes) };
}

/** Row versions that were written between two observations and that a rollback leaves dead. */
export function versionsWritten(before: Observation, after: Observation): number {
  let total = 0;
  for (const [oid, { fresh }] of after.tables) {
    total += Math.max(0, Number(fresh) - Number(before.tables.get(oid)?.fresh ?? 0));
  }
  return total;
}

/** Enabled triggers of some tables, without those that PostgreSQL itself keeps for constraints. */
export async function triggersOf(client: PoolClient, tables: readonly string[]): Promise<string[]> {
  if (tables.length === 0) return [];
  const { rows } = await client.query<{ name: string }>(
    `select pg_catalog.concat(n.nspname, '.', c.relname, '.', t.tgname) as name
       from pg_catalog.pg_trigger t
       join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) t.tgrelid
       join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
      where not t.tgisinternal and t.tgenabled operator(pg_catalog.<>) 'D'
        and c.oid operator(pg_catalog.=) any ($1::pg_catalog.oid[])
      order by 1`,
    [tables],
  );
  return rows.map(({ name }) => name);
}
