import type { Pool } from 'pg';
import { faultFields, type Log } from '../log';
import { sweepKeptRowsSql } from '../postgres/kept-rows';
import type { Target } from '../postgres/target';

const everyMs = 10 * 60 * 1_000;
/** Changes forgotten in one statement: each may have many rows. */
const changesAtOnce = 10;

/**
 * Forgets the kept rows of changes that are past their time.
 * @returns how many changes it was
 * @throws the server's or a connection error
 */
export async function sweepKeptRows(pool: Pool): Promise<number> {
  for (let total = 0; ;) {
    const { rows } = await pool.query<{ swept: number }>(sweepKeptRowsSql(changesAtOnce));
    const swept = rows[0]?.swept ?? 0;
    total += swept;
    if (swept < changesAtOnce) return total;
  }
}

/** Sweeps every writable target now and then; returns how to stop. A target that is away is swept the next time. */
export function startSweeping(targets: readonly Target[], log: Log): () => void {
  const sweep = async (): Promise<void> => {
    for (const target of targets.filter(({ config }) => config.writable)) {
      const { key: connection } = target.config;
      try {
        const { problem } = await target.probe();
        if (problem !== null) continue;
        const swept = await sweepKeptRows(target.control);
        if (swept > 0) log.info('kept-rows-forgotten', { connection, changes: swept });
      } catch (error) {
        log.warn('sweep-fault', { connection, ...faultFields(error) });
      }
    }
  };
  const timer = setInterval(() => void sweep(), everyMs).unref();
  return () => clearInterval(timer);
}
