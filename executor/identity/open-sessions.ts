import type { ConnectionConfig } from '../config';
import type { Log } from '../log';
import { openPerExecutionSessions } from './per-execution';
import type { Sessions } from './session';
import { openSharedSessions } from './shared';

/** Opens the sessions of a connection, in the way that its configuration names. */
export function openSessions(
  config: ConnectionConfig,
  options: { readonly answerWithinMs: number; readonly log: Log; readonly halted: () => boolean },
): Sessions {
  const { url, concurrency, identity } = config;
  // One lane for changes and one for reads.
  const common = { concurrency: 2 * concurrency, answerWithinMs: options.answerWithinMs };
  return identity.mode === 'shared'
    ? openSharedSessions(url, common)
    : openPerExecutionSessions(config, {
        ...common,
        spares: identity.spares ?? concurrency,
        halted: options.halted,
        log: options.log,
      });
}
