import { faultFields, type Log } from '../log';
import type { Target } from '../postgres/target';

/**
 * Before an order that an earlier attempt may have begun is run again: from here on no earlier attempt can begin, whoever
 * sent it and whenever it arrives, and those that have begun are ended where the connection's identity can do that.
 * Elsewhere the ledger waits for what they come to. False when the database cannot be asked.
 */
export async function fence(target: Target, jti: string, attempt: number, log: Log): Promise<boolean> {
  try {
    await target.control.query('select querychange.fence_execution($1, $2)', [jti, attempt]);
    await target.sessions.fence({ jti, attempt: attempt - 1 });
    return true;
  } catch (error) {
    log.warn('not-fenced', { connection: target.config.key, jti, ...faultFields(error) });
    return false;
  }
}
