import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { ExecutionKind } from '#core/protocol/attempt';
import type { OrderClaims } from '#core/protocol/order';
import type { Log } from '../log';
import { openPool } from '../postgres/pool';
import { type ChainGuard, guardChain } from '../witness/guard';
import { openWitness } from '../witness/witness';
import { joinReplicas, type Replica } from './replica';
import { updateSchema } from './schema';

/** One row of the inbox. */
export interface ExecutionRow {
  readonly installation: string;
  readonly jti: string;
  readonly state: 'tombstone' | 'queued' | 'running' | 'final';
  readonly connection: string;
  readonly kind: ExecutionKind | null;
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
  /** This process among those that share the database. */
  readonly replica: Replica;
  /** What keeps its receipts one line. */
  readonly chain: ChainGuard;
  close(): Promise<void>;
}

/**
 * Opens the state database, brings its schema up to date, and joins the executors that share it. `leaseMs`: how long a
 * process that does not answer is believed to be at work. `stateDir`: where it is remembered how far the receipts have
 * come.
 * @throws Error when an executor of a release without replicas has it
 */
export async function openStateStore(
  url: string,
  executorId: string,
  { leaseMs, stateDir, log }: { leaseMs: number; stateDir: string; log: Log },
): Promise<StateStore> {
  // A process that hangs while it holds the head of the chain must not hold up the others for longer than its lease.
  const pool = openPool(url, { max: 8, name: 'query-change-state', idleInTransactionMs: leaseMs });
  try {
    await updateSchema(pool, {
      id: `${executorId}:${randomBytes(6).toString('hex')}`,
      head: '0'.repeat(64),
    });
    const replica = await joinReplicas(url, leaseMs, log);
    const witness = await openWitness(stateDir, replica.owner).catch(async (error: unknown) => {
      await replica.close();
      throw error;
    });
    const chain = guardChain(pool, stateDir, witness, log);
    await chain.look();
    return {
      pool,
      replica,
      chain,
      async close() {
        await replica.close();
        await witness.close();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end().catch(() => undefined);
    throw error;
  }
}
