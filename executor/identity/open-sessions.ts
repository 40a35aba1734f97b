import type { ConnectionConfig } from '../config';
import type { Log } from '../log';
import { openPerExecutionSessions } from './per-execution';
import { openPooledSessions } from './pooled';
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
  switch (identity.mode) {
    case 'shared':
      return openSharedSessions(url, common);
    case 'pooled':
      return openPooledSessions(config, {
        ...options,
        logins: identity.logins,
        ready: Math.min(concurrency, identity.logins),
      });
    default:
      return openPerExecutionSessions(config, {
        ...common,
        spares: identity.spares ?? concurrency,
        halted: options.halted,
        log: options.log,
      });
  }
}
