import * as v from 'valibot';
import { canGlobally, canOnIssue, requireOnIssue, visibleIssue } from '../access';
import type { IssueRecord } from '../entities';
import { badRequest, forbidden, JiraError, notFound } from '../errors';
import { formatHistory } from '../formatters/issue';
import { formatTransition } from '../formatters/transition';
import { formatUserId } from '../formatters/user';
import { created, noContent, ok, page, queryList, route, signedIn, type Call, type Route } from '../http';
import { byId, issueByIdOrKey, jiraTime, mustById } from '../store';
import { finishedTask } from '../tasks';
import { availableTransitions, transitionIssue, workflowOf } from '../workflow/engine';
import { operationComment } from './comments';
import { checkPropertyKey, checkPropertyValue } from './issue-properties';
import { foldedFields, issueUpdate } from './issue-update';

function list(call: Call): Response {
  const issue = visibleIssue(call.jira, call.viewer, call.param('issueIdOrKey'));
  const only = call.query.get('transitionId');
  const expand = queryList(call, 'expand');
  return ok({
    expand: 'transitions',
    transitions: availableTransitions(call.jira, call.viewer, issue)
      .filter((transition) => only === null || transition.id === only)
      .map((transition) => formatTransition(call.jira, issue, transition, expand)),
  });
}

async function perform(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const { jira } = call;
  const issue = visibleIssue(jira, viewer, call.param('issueIdOrKey'));
  const body = await call.body(issueUpdate);
  if (!body.transition) throw badRequest("Missing 'transition' identifier");
  for (const { key, value } of body.properties) {
    checkPropertyKey(key);
    checkPropertyValue(value);
  }
  if (body.update['comment']) {
    requireOnIssue(
      jira,
      viewer,
      'ADD_COMMENTS',
      issue,
      'You do not have the permission to comment on this issue.',
    );
  }
  await transitionIssue(jira, viewer, issue, {
    transitionId: String(body.transition.id),
    fields: foldedFields(jira, body, issue),
    comment: operationComment(jira, viewer, body.update),
    properties: body.properties,
    historyMetadata: body.historyMetadata,
  });
  return noContent();
}

const bulkBody = v.object({
  bulkTransitionInputs: v.array(
    v.object({ selectedIssueIdsOrKeys: v.array(v.string()), transitionId: v.string() }),
  ),
  sendBulkNotification: v.optional(v.boolean()),
});

async function bulk(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const { jira } = call;
  const body = await call.body(bulkBody);
  if (!canGlobally(jira, viewer, 'BULK_CHANGE'))
    throw forbidden('You do not have permission to make bulk changes.');
  const wanted = body.bulkTransitionInputs.flatMap((input) =>
    input.selectedIssueIdsOrKeys.map((id) => ({ id, transitionId: input.transitionId })),
  );
  if (wanted.length === 0 || wanted.length > 1000)
    throw badRequest('The number of issues must be between 1 and 1000.');
  const processed: number[] = [];
  const failed: Record<string, string[]> = {};
  let invalid = 0;
  for (const { id, transitionId } of wanted) {
    const issue = issueByIdOrKey(jira, id);
    if (!issue || !canOnIssue(jira, viewer, 'BROWSE_PROJECTS', issue)) {
      invalid += 1;
      continue;
    }
    try {
      await transitionIssue(jira, viewer, issue, { transitionId, fields: {}, properties: [] });
      processed.push(Number(issue.id));
    } catch (error) {
      if (!(error instanceof JiraError)) throw error;
      failed[issue.id] = [error.message];
    }
  }
  const task = finishedTask(jira, viewer, 'Bulk transition', null, {
    bulk: { processed, failed, total: wanted.length, invalid },
  });
  return created({ taskId: task.id });
}

function bulkAvailable(call: Call): Response {
  const viewer = signedIn(call);
  const ids = queryList(call, 'issueIdsOrKeys');
  if (ids.length === 0) throw badRequest('The issueIdsOrKeys query parameter is required.');
  const issues = ids.map((id) => visibleIssue(call.jira, viewer, id));
  const groups = new Map<string, IssueRecord[]>();
  for (const issue of issues) {
    const key = `${workflowOf(call.jira, issue).id}:${issue.statusId}`;
    groups.set(key, [...(groups.get(key) ?? []), issue]);
  }
  return ok({
    availableTransitions: [...groups.values()].map((group) => ({
      isTransitionsFiltered: false,
      issues: group.map((issue) => issue.key),
      transitions: group
        .slice(0, 1)
        .flatMap((issue) => availableTransitions(call.jira, viewer, issue))
        .map((transition) => ({
          transitionId: Number(transition.id),
          transitionName: transition.name,
          to: {
            statusId: Number(transition.toStatusId),
            statusName: mustById(call.jira.state.statuses, transition.toStatusId).name,
          },
        })),
    })),
  });
}

function bulkProgress(call: Call): Response {
  const task = byId(call.jira.state.tasks, call.param('taskId'));
  if (!task?.bulk) throw notFound('The task was not found.');
  const at = jiraTime(new Date(task.at).toISOString());
  return ok({
    taskId: task.id,
    status: task.status,
    progressPercent: 100,
    submittedBy: formatUserId(call.jira, task.submittedBy) ?? undefined,
    created: at,
    started: at,
    updated: at,
    totalIssueCount: task.bulk.total,
    processedAccessibleIssues: task.bulk.processed,
    failedAccessibleIssues: task.bulk.failed,
    invalidOrInaccessibleIssueCount: task.bulk.invalid,
  });
}

function changelog(call: Call): Response {
  const issue = visibleIssue(call.jira, call.viewer, call.param('issueIdOrKey'));
  return page(call, issue.histories, (history) => formatHistory(call.jira, history), 100);
}

async function changelogByIds(call: Call): Promise<Response> {
  const issue = visibleIssue(call.jira, call.viewer, call.param('issueIdOrKey'));
  const body = await call.body(v.looseObject({ changelogIds: v.array(v.number()) }));
  const found = issue.histories.filter((history) => body.changelogIds.includes(Number(history.id)));
  return ok({
    startAt: 0,
    maxResults: found.length,
    total: found.length,
    histories: found.map((h) => formatHistory(call.jira, h)),
  });
}

const bulkChangelogBody = v.looseObject({
  issueIdsOrKeys: v.array(v.union([v.string(), v.number()])),
  fieldIds: v.optional(v.array(v.string())),
  maxResults: v.optional(v.number(), 1000),
});

async function bulkChangelog(call: Call): Promise<Response> {
  const body = await call.body(bulkChangelogBody);
  const issues = body.issueIdsOrKeys
    .map((id) => issueByIdOrKey(call.jira, String(id)))
    .filter(
      (issue): issue is IssueRecord =>
        issue !== undefined && canOnIssue(call.jira, call.viewer, 'BROWSE_PROJECTS', issue),
    );
  const wanted = body.fieldIds;
  return ok({
    issueChangeLogs: issues.map((issue) => ({
      issueId: issue.id,
      changeHistories: issue.histories
        .map((h) => (wanted ? { ...h, items: h.items.filter((item) => wanted.includes(item.fieldId)) } : h))
        .filter((h) => h.items.length > 0)
        .slice(0, body.maxResults)
        .map((h) => formatHistory(call.jira, h)),
    })),
  });
}

/** Transitions, bulk transitions and changelogs. */
export const transitionRoutes: readonly Route[] = [
  route('GET', '/issue/{issueIdOrKey}/transitions', list, { anonymous: true }),
  route('POST', '/issue/{issueIdOrKey}/transitions', perform),
  route('GET', '/bulk/issues/transition', bulkAvailable),
  route('POST', '/bulk/issues/transition', bulk),
  route('GET', '/bulk/queue/{taskId}', bulkProgress),
  route('GET', '/issue/{issueIdOrKey}/changelog', changelog, { anonymous: true }),
  route('POST', '/issue/{issueIdOrKey}/changelog/list', changelogByIds, { anonymous: true }),
  route('POST', '/changelog/bulkfetch', bulkChangelog, { anonymous: true }),
];
