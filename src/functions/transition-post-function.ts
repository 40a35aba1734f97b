import { InvocationError, InvocationErrorCode } from '@forge/events';
import * as v from 'valibot';
import { RuleConfig } from '#core/workflow/rule-config';
import { followTransition } from '../app/follow-transition';
import { composeRulePorts } from '../forge/compose-rules';

/** Event of a workflow post-function. Source: jira:workflowPostFunction; ids arrive as strings or numbers ⚠. */
const TransitionEvent = v.object({
  issue: v.object({ id: v.union([v.string(), v.pipe(v.number(), v.transform(String))]), key: v.string() }),
  atlassianId: v.optional(v.nullable(v.string())),
  comment: v.optional(
    v.nullable(v.object({ id: v.optional(v.union([v.string(), v.pipe(v.number(), v.transform(String))])) })),
  ),
  transition: v.optional(v.object({ executionId: v.optional(v.string()) })),
  configuration: RuleConfig,
});

/** Seconds until Jira delivers a failed post-function again (platform: at most four times). */
const retryAfterSeconds = 10;

/** Workflow post-function: follows a transition into the ledger. Delivered at least once, in no order. */
export async function transitionPostFunction(event: unknown): Promise<InvocationError | undefined> {
  const { issue, atlassianId, comment, transition, configuration } = v.parse(TransitionEvent, event);
  const ports = composeRulePorts();
  try {
    await followTransition(ports, {
      issue,
      transition: configuration.transition,
      actor: atlassianId ?? undefined,
      commentId: comment?.id,
      executionId: transition?.executionId,
    });
    return undefined;
  } catch (error) {
    ports.log('post-function failed', { issueId: issue.id, error: String(error) });
    return new InvocationError({
      retryAfter: retryAfterSeconds,
      retryReason: InvocationErrorCode.FUNCTION_RETRY_REQUEST,
    });
  }
}
