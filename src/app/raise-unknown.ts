import { ok } from '#core/result';
import { append } from './append';
import { pendingAttempt } from './claim-run';
import type { Execution, Ports, StoredOrder } from './ports';
import { publish } from './publish';

/**
 * Past the end of an order the executor must have an outcome. When it still does not answer, a person has to look: the
 * change goes to Needs attention, and its receipt is taken whenever it comes.
 */
export async function raiseSilence(ports: Ports, execution: Execution, order: StoredOrder): Promise<boolean> {
  if (Math.floor(ports.clock() / 1000) < order.endBy) return false;
  const { issueId, kind, jti } = execution;
  const message = 'The executor has not answered in time, so nobody knows whether the change was applied.';
  const appended = await append(ports, issueId, ({ state }) =>
    ok({
      entries:
        pendingAttempt(state, kind)?.jti === jti
          ? [{ actor: 'app', body: { type: 'attention-raised', code: 'executor-silent', message } }]
          : [],
    }),
  );
  if (!appended.ok || !appended.value.changed) return false;
  const author = appended.value.state.revision?.author;
  await publish(ports, issueId, appended.value, {
    jiraStatus: 'running',
    comment: [...(author ? [{ mention: author }, { text: ' ' }] : []), { text: message }],
  });
  return true;
}
