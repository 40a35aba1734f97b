import type { ConnectionConfig } from '../config';
import type { Log } from '../log';
import { openPerExecutionSessions } from './per-execution';
import type { Sessions } from './session';
import { openSharedSessions } from './shared';

/** Opens the sessions of a connection, in the way that its configuration names. */
export function openSessions(
  config: ConnectionConfig,
  options: { readonly answerWithinMs: number; readonly log: Log },
): Sessions {
  const { url, role, concurrency, key, identity } = config;
  // One lane for changes and one for reads.
  const common = { concurrency: 2 * concurrency, answerWithinMs: options.answerWithinMs };
  return identity.mode === 'shared'
    ? openSharedSessions(url, common)
    : openPerExecutionSessions(url, { ...common, role, connection: key, log: options.log });
}
