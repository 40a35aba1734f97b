import type { Config } from '../config';
import { haltOf } from '../halt/halts';
import { notInitialised } from '../initialised';
import { silentLog } from '../log';
import { openTarget } from '../postgres/target';
import { tlsMode } from '../tls';

/** `executor check`: reaches every connection and says what is wrong, one line each. */
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
  return { text: `${lines.map(({ text }) => text).join('\n')}\n`, ok: lines.every(({ ok }) => ok) };
}
