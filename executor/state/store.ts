import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Pool, PoolClient } from 'pg';
import type { OrderClaims } from '#core/protocol/order';
import { openPool } from '../postgres/pool';

/** One row of the inbox. */
export interface ExecutionRow {
  readonly installation: string;
  readonly jti: string;
  readonly state: 'tombstone' | 'queued' | 'running' | 'final';
  readonly connection: string;
  readonly kind: 'apply' | 'rollback' | null;
  readonly order_digest: string | null;
  readonly token: string | null;
  readonly attempt: number;
  readonly pending_result: string | null;
  readonly status: string | null;
  readonly receipt: string | null;
  readonly result: string | null;
}

/** A verified order with what the inbox needs of it. */
export interface InboxOrder {
  readonly claims: OrderClaims;
  readonly orderDigest: string;
  readonly token: string;
}

/** The executor's own database. */
export interface StateStore {
  readonly pool: Pool;
  /** Identity of this database's receipt chain. */
  readonly chainId: string;
  close(): Promise<void>;
}

/** Session lock that keeps a second executor off the same state database. Any fixed number; ours. */
const ownerLock = 7_310_001;

async function takeOwnership(client: PoolClient): Promise<void> {
  // The session of a killed predecessor ends as soon as its server notices; a live one keeps the lock.
  await client.query(`set lock_timeout = '10s'`);
  try {
    await client.query(`select pg_advisory_lock($1)`, [ownerLock]);
  } catch {
    throw new Error('another executor is using this state database');
  }
}

/**
 * Opens the state database, installs or updates its schema, and becomes its only executor.
 * @throws Error when another executor has it
 */
export async function openStateStore(url: string, executorId: string): Promise<StateStore> {
  const owner = openPool(url, { max: 1, name: 'query-change-owner' });
  const pool = openPool(url, { max: 8, name: 'query-change-state' });
  try {
    const client = await owner.connect();
    await takeOwnership(client);
    const schema = await readFile(new URL('./sql/001-state.sql', import.meta.url), 'utf8');
    await client.query(`begin;\n${schema};\ncommit;`);
    const zeros = '0'.repeat(64);
    await client.query(
      `insert into executor.chain (id, seq, head)
       select $1, 0, $2 where not exists (select from executor.chain)`,
      [`${executorId}:${randomBytes(6).toString('hex')}`, zeros],
    );
    const { rows } = await client.query<{ id: string }>('select id from executor.chain');
    const chainId = rows[0]?.id;
    if (chainId === undefined) throw new Error('the receipt chain has no head');
    return {
      pool,
      chainId,
      async close() {
        client.release();
        await Promise.all([owner.end(), pool.end()]);
      },
    };
  } catch (error) {
    await Promise.all([owner.end().catch(() => undefined), pool.end().catch(() => undefined)]);
    throw error;
  }
}
