import { escapeIdentifier, escapeLiteral, type PoolClient } from 'pg';
import { serverError } from '../../postgres/errors';
import { captureQuery } from '../../postgres/capture-query';
import { conditionName } from '../../postgres/conditions';
import { type Alone, type Named, onOtherTable } from '../../sql/alone';
import type { Statement } from '../../sql/cut';
import { frameEnd } from '../attempt-end';
import { Ended, sendAll } from '../trips';
import type { Before } from './found';
import { type IndexBefore, type IndexState, indexStates, type Place } from './index-state';
import { type DetachBefore, partitionState } from './partition-state';

const pathOf = ({ schema, name }: Named): string =>
  (schema === null ? [name] : [schema, name]).map(escapeIdentifier).join('.');

interface Found {
  oid: string;
  schema: string;
  schemaName: string;
  name: string;
  table: string | null;
}

const insufficientPrivilege = '42501';

/**
 * Where a name leads, in the session that will run the statement: as its role and search_path find it. Nowhere, too, when
 * the role may not use the schema: then the statement itself will be refused.
 */
async function find(client: PoolClient, what: Named): Promise<Found | null> {
  try {
    return await lookUp(client, what);
  } catch (error) {
    if (serverError(error)?.code !== insufficientPrivilege) throw error;
    await sendAll(client, ['rollback', 'begin']);
    return null;
  }
}

async function lookUp(client: PoolClient, what: Named): Promise<Found | null> {
  const { rows } = await client.query<Found>(
    `select c.oid::text, c.relnamespace::text as schema, n.nspname::text as "schemaName", c.relname::text as name,
       x.indrelid::text as table
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
       left join pg_catalog.pg_index x on x.indexrelid operator(pg_catalog.=) c.oid
     where c.oid operator(pg_catalog.=) pg_catalog.to_regclass(${escapeLiteral(pathOf(what))})`,
  );
  return rows[0] ?? null;
}

/**
 * The definition that an index will have: the same statement makes it on an empty temporary table of the same columns, in
 * a transaction that is rolled back.
 */
async function wantedDefinition(
  client: PoolClient,
  alone: Extract<Alone, { kind: 'create-index' }>,
  statement: Statement,
  table: Found,
): Promise<string | null> {
  const twin = `pg_temp.${escapeIdentifier(table.name)}`;
  const text = await onOtherTable(statement.text, statement.start, alone, twin);
  if (text === null) return null;
  const real = `${escapeIdentifier(table.schemaName)}.${escapeIdentifier(table.name)}`;
  await client.query(`create temporary table ${escapeIdentifier(table.name)} (like ${real})`);
  await captureQuery(client, text, { maxRows: 1, maxBytes: 1_024, stopWhenFull: true });
  const results = await sendAll(client, [
    'set local search_path = pg_catalog, pg_temp',
    `select c.relnamespace::pg_catalog.text as schema, c.oid::pg_catalog.text as table from pg_catalog.pg_class c
     where c.oid = ${escapeLiteral(twin)}::pg_catalog.regclass`,
  ]);
  const [made] = (results.at(-1)?.rows ?? []) as { schema: string; table: string }[];
  if (!made) return null;
  const states = await indexStates(client, { ...made, name: alone.index });
  return states.find(({ name }) => name === alone.index)?.definition ?? null;
}

const undefinable = (why: string): Ended =>
  new Ended({
    kind: 'refused',
    code: 'statement-not-allowed',
    message: `the definition of the index cannot be told before it is made: ${why}`,
  });

async function wantedOf(
  client: PoolClient,
  alone: Extract<Alone, { kind: 'create-index' }>,
  statement: Statement,
  table: Found,
): Promise<string> {
  try {
    const wanted = await wantedDefinition(client, alone, statement, table);
    if (wanted === null) throw undefinable('it is written in an unusual way');
    return wanted;
  } catch (error) {
    const failure = serverError(error);
    if (!failure) throw error;
    const sqlstate = failure.code ?? 'XX000';
    throw undefinable(`${sqlstate} ${conditionName(sqlstate)} on a temporary table of the same columns`);
  }
}

const ourPath = 'set local search_path = pg_catalog, pg_temp';

/** Looks for the parent and for the partition, in an open transaction. */
async function beforeDetach(
  client: PoolClient,
  { parent, partition, ifExists }: Extract<Alone, { kind: 'detach-partition' }>,
): Promise<DetachBefore> {
  const above = await find(client, parent);
  const below = above && (await find(client, partition));
  const nothing: DetachBefore = { v: 1, kind: 'detach-partition', ifExists, place: null, was: null };
  if (!above || !below) return nothing;
  const place = { parent: above.oid, partition: below.oid };
  await client.query(ourPath);
  return { ...nothing, place, was: await partitionState(client, place) };
}

/** Looks for the index, or for the table of the one that is to be, in an open transaction. */
async function beforeIndex(
  client: PoolClient,
  alone: Extract<Alone, { kind: IndexBefore['kind'] }>,
  statement: Statement,
): Promise<IndexBefore> {
  const nothing: IndexBefore = { v: 1, kind: alone.kind, place: null, wanted: null, indexes: [] };
  if (alone.kind === 'vacuum') return nothing;
  const found = await find(client, alone.kind === 'create-index' ? alone.table : alone.index);
  if (alone.kind === 'create-index' && !found) {
    const reason = { code: '42P01', message: 'the table of the index was not found' };
    throw new Ended({ kind: 'failed', statements: [], body: null, reason, startedAt: null });
  }
  if (!found) return nothing;
  const table = alone.kind === 'create-index' ? found.oid : found.table;
  if (table === null) return nothing;
  const name = alone.kind === 'create-index' ? alone.index : found.name;
  const place: Place = { schema: found.schema, name, table };
  const wanted = alone.kind === 'create-index' ? await wantedOf(client, alone, statement, found) : null;
  await sendAll(client, ['rollback', 'begin', ourPath]);
  const indexes: IndexState[] = await indexStates(client, place);
  return { ...nothing, place, wanted, indexes };
}

/**
 * Finds out what a statement is about and what is there, in its own session, before any approved text runs in it; leaves
 * nothing behind.
 * @throws Ended when it cannot run, Error when the connection fails
 */
export async function lookBefore(client: PoolClient, alone: Alone, statement: Statement): Promise<Before> {
  await client.query('begin');
  try {
    return alone.kind === 'detach-partition'
      ? await beforeDetach(client, alone)
      : await beforeIndex(client, alone, statement);
  } catch (error) {
    const failure = serverError(error);
    throw failure ? new Ended(frameEnd(failure, 'opening', null)) : error;
  } finally {
    await client.query('rollback');
  }
}
