import { ok } from '#core/result';
import { append } from './append';
import { pendingAttempt } from './claim-run';
import type { Execution, Ports, StoredOrder } from './ports';
import { publish } from './publish';

/**
 * Past the end of an order the executor must have an outcome; when it still does not answer, a person has to look.
 * Answers false while there is time left.
 */
export async function raiseSilence(ports: Ports, execution: Execution, order: StoredOrder): Promise<boolean> {
  if (Math.floor(ports.clock() / 1000) < order.endBy) return false;
  return raiseUnknown(ports, execution, {
    code: 'executor-silent',
    message: 'The executor has not answered in time, so nobody knows whether the change was applied.',
  });
}

/**
 * An order that went to an executor which is no longer enrolled: the present one cannot know what became of it, and no
 * receipt of the other is believed any more. Answers false when the order's executor is the enrolled one.
 */
export async function raiseReplaced(
  ports: Ports,
  execution: Execution,
  order: StoredOrder,
): Promise<boolean> {
  const { executor } = await ports.settings.read();
  if (executor?.id === order.aud) return false;
  return raiseUnknown(ports, execution, {
    code: 'executor-replaced',
    message: `The order went to the executor ${order.aud}, which is no longer enrolled, so nobody knows whether the change was applied.`,
  });
}

/** Moves a running change to Needs attention. Its receipt is taken all the same whenever it comes. */
export async function raiseUnknown(
  ports: Ports,
  { issueId, kind, jti }: Execution,
  why: { readonly code: string; readonly message: string },
): Promise<boolean> {
  const appended = await append(ports, issueId, ({ state }) =>
    ok({
      entries:
        pendingAttempt(state, kind)?.jti === jti
          ? [{ actor: 'app', body: { type: 'attention-raised', ...why } }]
          : [],
    }),
  );
  if (!appended.ok || !appended.value.changed) return false;
  const author = appended.value.state.revision?.author;
  await publish(ports, issueId, appended.value, {
    jiraStatus: 'running',
    comment: [...(author ? [{ mention: author }, { text: ' ' }] : []), { text: why.message }],
  });
  return true;
}
