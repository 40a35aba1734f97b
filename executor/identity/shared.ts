import { openPool, watchConnection } from '../postgres/pool';
import type { Session, Sessions } from './session';

/**
 * Sessions of one login that all executions of a connection share, kept warm. Approved SQL can undo SET ROLE and is then
 * this login; who ran what cannot be told apart, so nothing can be fenced. Never for protected connections.
 */
export function openSharedSessions(
  url: string,
  options: { readonly concurrency: number; readonly answerWithinMs: number },
): Sessions {
  const { answerWithinMs } = options;
  const pool = openPool(url, {
    max: options.concurrency,
    name: 'query-change',
    answerWithinMs,
    watched: true,
  });

  const run = async (): Promise<Session> => {
    const client = await pool.connect();
    let ended = false;
    return {
      client,
      preamble: [],
      sealed: Promise.resolve(),
      end(how) {
        if (ended) return;
        ended = true;
        if (how === 'broken') {
          client.release(true);
          return;
        }
        // Wipes what approved SQL may have left in the session.
        const wipe = async (): Promise<void> => {
          if (how === 'open') await client.query('rollback');
          await client.query('discard all');
          await watchConnection(client);
        };
        wipe().then(
          () => client.release(),
          (error: Error) => client.release(error),
        );
      },
    };
  };
  /** The verification asks in a session that the change never touched. */
  const verify = async (): Promise<Session> => {
    const fresh = openPool(url, { max: 1, name: 'query-change-verification', answerWithinMs, watched: true });
    const close = (): void => void fresh.end().catch(() => undefined);
    try {
      const client = await fresh.connect();
      let ended = false;
      return {
        client,
        preamble: [],
        sealed: Promise.resolve(),
        end() {
          if (ended) return;
          ended = true;
          client.release(true);
          close();
        },
      };
    } catch (error) {
      close();
      throw error;
    }
  };

  return {
    open: (_execution, purpose) => (purpose === 'run' ? run() : verify()),
    fence: async () => 'unprovable',
    async warm() {
      const client = await pool.connect();
      client.release();
    },
    leftovers: () => ({ swept: 0, left: 0 }),
    close: () => pool.end(),
  };
}
