import type { Config } from '../config';
import { haltOf } from '../halt/halts';
import { notInitialised } from '../initialised';
import { faultFields, silentLog } from '../log';
import { openPool } from '../postgres/pool';
import { openTarget } from '../postgres/target';
import { tlsMode } from '../tls';
import { objectionToHead, readHead } from '../witness/chain-head';
import { readWitness } from '../witness/slots';

/** Where the receipt chain stands; null where that cannot be asked: the embedded server runs with the executor. */
async function checkChain({ state, stateDir }: Config): Promise<{ text: string; ok: boolean } | null> {
  if (!('url' in state)) return null;
  const seen = readWitness(stateDir);
  const pool = openPool(state.url, { max: 1, name: 'query-change-check', answerWithinMs: 10_000 });
  try {
    const head = await readHead(pool, false);
    const objection = await objectionToHead(pool, head, seen);
    if (objection === null)
      return { ok: true, text: `receipt chain: epoch ${head.epoch}, ${head.seq} receipts` };
    return { ok: false, text: `receipt chain: chain-behind: ${objection}. See "executor epoch"` };
  } catch (error) {
    const { code } = faultFields(error);
    // Before the first start there is none.
    if (seen === null && (code === '42P01' || code === '3F000')) return null;
    return { ok: false, text: `receipt chain: the state database cannot be asked (${code})` };
  } finally {
    await pool.end();
  }
}

/** `executor check`: reaches every connection and says what is wrong, one line each, and where the receipt chain stands. */
export async function checkConnections(config: Config): Promise<{ text: string; ok: boolean }> {
  const lines = await Promise.all(
    config.connections.map(async (connection) => {
      const target = openTarget(connection, Date.now, {
        log: silentLog,
        blocked: () => notInitialised(config.stateDir, connection.key),
        halted: () => haltOf(config.stateDir, connection.key),
      });
      try {
        const { engineVersion, problem } = await target.info();
        return {
          ok: problem === null,
          text: `${connection.key}: ${problem ?? `ready (PostgreSQL ${engineVersion})`}; TLS: ${tlsMode(connection.url, connection.tls)}`,
        };
      } finally {
        await target.close();
      }
    }),
  );
  const chain = await checkChain(config);
  if (chain) lines.push(chain);
  return { text: `${lines.map(({ text }) => text).join('\n')}\n`, ok: lines.every(({ ok }) => ok) };
}
