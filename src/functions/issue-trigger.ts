import { InvocationError, InvocationErrorCode } from '@forge/events';
import * as v from 'valibot';
import { followIssue, type IssueNews } from '../app/follow-issue';
import { composeRulePorts } from '../forge/compose-rules';

const Id = v.union([v.string(), v.pipe(v.number(), v.transform(String))]);

/** Product events for issues. Source: events reference; the type's field is `issuetype`, docs also write `issueType` ⚠. */
const IssueEvent = v.object({
  eventType: v.string(),
  issue: v.object({ id: Id, key: v.string() }),
  atlassianId: v.optional(v.nullable(v.string())),
  changelog: v.optional(
    v.nullable(
      v.object({
        items: v.optional(
          v.array(v.object({ field: v.string(), to: v.optional(v.nullable(v.string())) })),
          [],
        ),
      }),
    ),
  ),
});

/** Product event trigger: compares Jira with the ledger after an issue changed or went away. */
export async function issueTrigger(event: unknown): Promise<InvocationError | undefined> {
  const parsed = v.parse(IssueEvent, event);
  const ports = composeRulePorts();
  try {
    await followIssue(ports, { id: parsed.issue.id, key: parsed.issue.key }, newsOf(parsed));
    return undefined;
  } catch (error) {
    ports.log('issue event failed', { issueId: parsed.issue.id, error: String(error) });
    return new InvocationError({ retryAfter: 30, retryReason: InvocationErrorCode.FUNCTION_RETRY_REQUEST });
  }
}

function newsOf(event: v.InferOutput<typeof IssueEvent>): IssueNews {
  if (event.eventType === 'avi:jira:deleted:issue') return { kind: 'deleted' };
  const actor = event.atlassianId ?? undefined;
  const type = event.changelog?.items.find(({ field }) => field.toLowerCase() === 'issuetype');
  if (type) return { kind: 'type-changed', actor, toTypeId: type.to ?? '' };
  const status = event.changelog?.items.find(({ field }) => field.toLowerCase() === 'status');
  return { kind: 'updated', actor, toStatusId: status?.to ?? undefined };
}
