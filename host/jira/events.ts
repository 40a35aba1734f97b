import type { CommentRecord, HistoryRecord, IssueRecord } from './entities';
import { formatComment, formatFieldValue } from './formatters/issue';
import type { Jira } from './store';

const EVENT_FIELDS = [
  'summary',
  'issuetype',
  'project',
  'status',
  'assignee',
  'reporter',
  'creator',
  'created',
  'updated',
  'priority',
  'labels',
  'resolution',
];

/** The issue as product events carry it. */
const eventIssue = (jira: Jira, issue: IssueRecord) => ({
  id: issue.id,
  key: issue.key,
  fields: Object.fromEntries(EVENT_FIELDS.map((id) => [id, formatFieldValue(jira, issue, id)])),
});

/**
 * Hands a product event about an issue to the app. Shape: reference/forge-platform.md 2.7
 * (https://developer.atlassian.com/platform/forge/events-reference/jira/).
 */
export function issueEvent(
  jira: Jira,
  eventType: string,
  issue: IssueRecord,
  actor: string,
  change?: HistoryRecord | CommentRecord,
): void {
  if (!jira.app) return;
  const changelog = change && 'items' in change ? change : undefined;
  const comment = change && 'body' in change ? change : undefined;
  jira.app.productEvent(eventType, {
    eventType,
    issue: eventIssue(jira, issue),
    atlassianId: actor,
    ...(changelog
      ? {
          changelog: {
            id: changelog.id,
            items: changelog.items.map((item) => ({
              field: item.field,
              fieldId: item.fieldId,
              from: item.from,
              fromString: item.fromText,
              to: item.to,
              ['toString']: item.toText,
            })),
          },
        }
      : {}),
    ...(comment ? { comment: formatComment(jira, issue, comment) } : {}),
    associatedUsers: [{ accountId: actor }],
    selfGenerated: actor === jira.app.accountId,
    timestamp: String(jira.clock.now()),
  });
}
