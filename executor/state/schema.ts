import { readFile } from 'node:fs/promises';
import { DatabaseError, type Pool } from 'pg';
import { inTransaction } from '../postgres/pool';
import { sha256Hex } from '../sha256';

/** The files of the schema, in order; running all of them again is harmless. */
const files = ['001-state', '002-replicas', '003-targets', '004-epochs', '005-take-in'] as const;

/** Makes executors that start at the same time line up. Any fixed number; ours. */
const schemaLock = 7_310_002;

async function readSchema(): Promise<string> {
  const read = async (name: string): Promise<string> =>
    readFile(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
  return (await Promise.all(files.map(read))).join('\n');
}

/** Whether these very files have been run, and a chain has begun: the rule at every start but the first of a release. */
async function isUpToDate(pool: Pool, fingerprint: string): Promise<boolean> {
  try {
    const { rowCount } = await pool.query(
      'select from executor.schemas where sha256 = $1 and exists (select from executor.chain)',
      [fingerprint],
    );
    return rowCount === 1;
  } catch (error) {
    // There is no such schema or table yet.
    if (error instanceof DatabaseError && ['3F000', '42P01'].includes(error.code ?? '')) return false;
    throw error;
  }
}

/**
 * Brings the schema of a state database up to date, and begins the chain of receipts if there is none. Executors may be
 * at work on it, and others may do the same; an older one leaves alone what a newer one has made.
 */
export async function updateSchema(pool: Pool, firstChain: { id: string; head: string }): Promise<void> {
  const sql = await readSchema();
  const fingerprint = sha256Hex(sql);
  if (await isUpToDate(pool, fingerprint)) return;
  await inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [schemaLock]);
    await client.query(`
      create schema if not exists executor;
      create table if not exists executor.schemas (sha256 text primary key, at timestamptz not null default now())`);
    const { rowCount } = await client.query(
      'insert into executor.schemas (sha256) values ($1) on conflict do nothing',
      [fingerprint],
    );
    if (rowCount === 1) await client.query(sql);
    await client.query(
      'insert into executor.chain (id, seq, head) select $1, 0, $2 where not exists (select from executor.chain)',
      [firstChain.id, firstChain.head],
    );
  });
}
