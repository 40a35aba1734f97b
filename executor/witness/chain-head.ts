import type { Pool, PoolClient } from 'pg';
import { receiptsAfter } from '../state/chain';
import { type ChainPlace, objectionTo } from './place';

/** The head as its row says it. */
export interface HeadRow {
  readonly id: string;
  readonly epoch: number;
  readonly seq: string;
  readonly head: string;
}

const lookSql = 'select id, epoch, seq, head from executor.chain';
/** Reads the head; nobody else signs until the transaction ends. */
export const lockHeadSql = 'select id, epoch, seq, head from executor.chain for update';

/** Where the chain of the state database ends. */
export function headOf(rows: readonly HeadRow[]): ChainPlace {
  const [row] = rows;
  if (!row) throw new Error('the receipt chain has no head');
  return { ...row, seq: Number(row.seq) };
}

/** Reads the head. `locked`: in an open transaction. */
export async function readHead(on: Pool | PoolClient, locked: boolean): Promise<ChainPlace> {
  return headOf((await on.query<HeadRow>(locked ? lockHeadSql : lookSql)).rows);
}

/**
 * Why nothing may be signed after `state` when `seen` was witnessed; null when all is well. A later epoch must follow
 * what was seen, or something further.
 */
export async function objectionToHead(
  on: Pool | PoolClient,
  state: ChainPlace,
  seen: ChainPlace | null,
): Promise<string | null> {
  if (seen === null) return null;
  const objection = objectionTo(state, seen);
  if (objection !== null || state.epoch === seen.epoch) return objection;
  const { rows } = await on.query<{ epoch: number; seq: string; head: string }>(
    `select epoch, after_seq as seq, after_head as head from executor.epochs
     where id = $1 and epoch > $2 order by epoch limit 1`,
    [seen.id, seen.epoch],
  );
  const [next] = rows;
  const follows =
    next !== undefined &&
    (Number(next.seq) > seen.seq || (Number(next.seq) === seen.seq && next.head === seen.head));
  if (follows) return null;
  const where = next
    ? `epoch ${next.epoch} follows receipt ${next.seq}`
    : 'nothing tells what its epoch follows';
  return `in the state database ${where}, but receipt ${seen.seq} of epoch ${seen.epoch} was seen here`;
}

/** Whether the state database has another receipt in the place that was witnessed. */
export async function hasOther(pool: Pool, seen: ChainPlace): Promise<boolean> {
  if (seen.seq === 0) return false;
  const [link] = await receiptsAfter(pool, seen.seq - 1, 1);
  return link?.seq === seen.seq && link.claims.chain.epoch === seen.epoch && link.sha256 !== seen.head;
}
