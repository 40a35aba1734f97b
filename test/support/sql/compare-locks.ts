import { Client } from 'pg';
import { predictLocks } from '#core/sql/locks/predict';
import { predictEffects } from '#core/sql/effects/predict';
import { lockModes, strength } from '#core/sql/locks/modes';
import type { SchemaSnapshot } from '#core/sql/facts/schema-snapshot';
import { cutScript } from '#core/sql/tree/script';
import { readSnapshot } from '../../../executor/schema/snapshot';
import { parseSql } from '../../../executor/sql/parser';
import { lockStatements, lockWorld } from './lock-world';

/** How predictions compare with a server. Lines name the statement, the relation, what was predicted and what was seen. */
export interface LockReport {
  readonly compared: number;
  readonly exact: number;
  readonly under: readonly string[];
  readonly over: readonly string[];
  /** Tables that were written anew and were not predicted. */
  readonly missed: readonly string[];
  /** Statements that wrote nothing anew although it was predicted. */
  readonly cautious: readonly string[];
  /** Statements that the server refused, with its words. */
  readonly refused: readonly string[];
}

/** Strongest lock of this session on each relation of the world that was there before. */
const locksSql = `
  select 'w.' || b.relname as name,
    (array_agg(l.mode order by array_position(array['AccessShareLock', 'RowShareLock', 'RowExclusiveLock',
      'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'],
      l.mode) desc))[1] as mode
  from pg_locks l join pg_temp.before b on b.oid = l.relation
  where l.pid = pg_backend_pid() and l.locktype = 'relation' and l.granted
  group by 1`;

const beforeSql = `create temporary table before as select c.oid, c.relname, c.relnamespace, c.relfilenode, c.relkind
  from pg_class c where c.relnamespace = 'w'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')`;

/** Tables of the world with another file than before. */
const rewrittenSql = `
  select 'w.' || b.relname as name from pg_temp.before b join pg_class c on c.oid = b.oid
  where b.relkind in ('r', 'm') and c.relfilenode <> b.relfilenode`;

const modeNames: Readonly<Record<string, string>> = Object.fromEntries(
  lockModes.map((mode) => [
    `${mode.toLowerCase().replace(/(?:^| )(\w)/g, (_all, letter: string) => letter.toUpperCase())}Lock`,
    mode,
  ]),
);

interface Prediction {
  readonly locks: ReadonlyMap<string, number>;
  readonly rewrites: ReadonlySet<string>;
}

async function predict(sql: string, schema: SchemaSnapshot): Promise<Prediction> {
  const parsed = await parseSql(sql);
  if (!parsed.ok) throw new Error(`${parsed.error.message}: ${sql}`);
  const [statement] = cutScript(sql, parsed.value).statements;
  if (!statement) throw new Error(sql);
  const { locks } = predictLocks(statement, schema);
  return {
    locks: new Map(
      locks
        .filter(({ object }) => object !== 'index')
        .map(({ schema: place, name, mode }) => [`${place ?? 'w'}.${name}`, strength(mode)]),
    ),
    rewrites: new Set(
      predictEffects(statement, schema).rewrites.map(({ schema: s, name }) => `${s ?? 'w'}.${name}`),
    ),
  };
}

export async function compareLocks(url: string): Promise<LockReport> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(lockWorld);
  const schema = await readSnapshot(client, { searchPath: 'w, public', role: 'postgres', labels: {} });
  await client.query(beforeSql);
  const { rows: before } = await client.query<{ name: string; relkind: string }>(
    `select 'w.' || relname as name, relkind from pg_temp.before`,
  );
  const names = new Set(before.map(({ name }) => name));
  const stored = new Set(before.flatMap(({ name, relkind }) => ('rm'.includes(relkind) ? name : [])));
  const under: string[] = [];
  const over: string[] = [];
  const missed: string[] = [];
  const cautious: string[] = [];
  const refused: string[] = [];
  let compared = 0;
  let exact = 0;
  for (const sql of lockStatements) {
    await client.query('begin; set local search_path = w, public');
    try {
      await client.query(sql);
    } catch (error) {
      refused.push(`${sql}: ${error instanceof Error ? error.message : String(error)}`);
      await client.query('rollback');
      continue;
    }
    const { rows } = await client.query<{ name: string; mode: string }>(locksSql);
    const anew = new Set((await client.query<{ name: string }>(rewrittenSql)).rows.map(({ name }) => name));
    await client.query('rollback');
    const seen = new Map(rows.map(({ name, mode }) => [name, strength(modeNames[mode] as never)]));
    const { locks: told, rewrites } = await predict(sql, schema);
    compared += 1;
    let same = true;
    for (const name of new Set([...seen.keys(), ...told.keys()])) {
      if (!names.has(name)) continue;
      const [is, says] = [seen.get(name) ?? 0, told.get(name) ?? 0];
      if (is === says) continue;
      same = false;
      const line = `${sql} | ${name}: predicted ${lockModes[says - 1] ?? 'none'}, seen ${lockModes[is - 1] ?? 'none'}`;
      (says < is ? under : over).push(line);
    }
    if (same) exact += 1;
    // TRUNCATE gives a table a new file as well, but an empty one.
    if (sql.startsWith('truncate')) continue;
    for (const name of anew)
      if (!rewrites.has(name)) missed.push(`${sql} | ${name}: written anew, not predicted`);
    for (const name of rewrites) {
      if (stored.has(name) && !anew.has(name)) cautious.push(sql);
    }
  }
  await client.end();
  return { compared, exact, under, over, missed, cautious, refused };
}
