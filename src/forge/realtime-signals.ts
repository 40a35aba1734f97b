import { publishGlobal } from '@forge/realtime';
import { changeChannel, type ChangeSignal } from '#core/panel/signal';
import type { Log, Signals } from '../app/ports';

/**
 * Forge realtime as a signal to fetch. The channel is site wide because most signals come from invocations without a
 * product context (consumer, web trigger); it carries an id and a number, nothing that needs permission to know.
 */
export function realtimeSignals(log: Log): Signals {
  return {
    async changed(issueId, seq) {
      const signal: ChangeSignal = { issueId, seq };
      try {
        await publishGlobal(changeChannel(issueId), signal);
      } catch (error) {
        // Open panels poll while running and fetch on focus, so a lost signal delays and loses nothing.
        log('signal not published', { issueId, error: String(error) });
      }
    },
  };
}
