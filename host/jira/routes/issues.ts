import * as v from 'valibot';
import { can, projectOf, requireOnIssue, visibleIssue } from '../access';
import type { IssueRecord } from '../entities';
import { badField, badRequest } from '../errors';
import { issueEvent } from '../events';
import { editTarget, isIntrinsic, parseFieldInput, requireOnScreen, screenFieldIds } from '../field-input';
import { formatIssue } from '../formatters/issue';
import { editMetadata } from '../formatters/metadata';
import { formatTransition } from '../formatters/transition';
import { issueTypesOf } from '../formatters/project';
import { noContent, ok, queryList, route, signedIn, type Call, type Route } from '../http';
import { commitChanges, reindex, setFields, setIssueType, touched } from '../issue-changes';
import { byId, mustById, type Jira } from '../store';
import { availableTransitions, workflowOf } from '../workflow/engine';
import { createIssue } from './issue-create';
import { foldedFields, issueUpdate, reference } from './issue-update';
import { operationComment } from './comments';
import { checkPropertyKey, checkPropertyValue } from './issue-properties';

function getIssue(call: Call): Response {
  const issue = visibleIssue(call.jira, call.viewer, call.param('issueIdOrKey'));
  const fields = queryList(call, 'fields');
  const expand = queryList(call, 'expand');
  return ok({
    ...formatIssue(call.jira, issue, {
      fields: fields.length === 0 ? ['*all'] : fields,
      properties: queryList(call, 'properties'),
      expand,
      viewer: call.viewer,
    }),
    ...(expand.includes('transitions')
      ? {
          transitions: availableTransitions(call.jira, call.viewer, issue).map((transition) =>
            formatTransition(call.jira, issue, transition, []),
          ),
        }
      : {}),
    ...(expand.includes('editmeta') ? { editmeta: editMetadata(call.jira, issue) } : {}),
  });
}

/** Refuses edits that Jira's permissions or the workflow status forbid. */
function requireEditable(call: Call, issue: IssueRecord): void {
  requireOnIssue(
    call.jira,
    call.viewer,
    'EDIT_ISSUES',
    issue,
    'You do not have permission to edit issues in this project.',
  );
  const status = workflowOf(call.jira, issue).statuses.find((s) => s.statusId === issue.statusId);
  if (status?.properties['jira.issue.editable'] === 'false') {
    throw badRequest(
      'You are not allowed to edit this issue due to the current status of the issue in the workflow.',
    );
  }
}

function parsedEdits(
  jira: Jira,
  viewer: string,
  issue: IssueRecord,
  fields: Record<string, unknown>,
): Map<string, unknown> {
  const target = editTarget(jira, issue);
  const screen = screenFieldIds(jira, target.project, issue.issueTypeId, 'edit');
  const values = new Map<string, unknown>();
  for (const [id, input] of Object.entries(fields)) {
    const field = requireOnScreen(jira, id, screen, target);
    if (isIntrinsic(id) && id !== 'issuetype') {
      throw badField(id, `Field '${id}' cannot be set. It is not on the appropriate screen, or unknown.`);
    }
    if (id === 'reporter' && !can(jira, viewer, 'MODIFY_REPORTER', target.project, issue)) {
      throw badField(id, "Field 'reporter' cannot be set. It is not on the appropriate screen, or unknown.");
    }
    if (id === 'assignee' && !can(jira, viewer, 'ASSIGN_ISSUES', target.project, issue)) {
      throw badField(id, 'You do not have permission to assign issues.');
    }
    if (id !== 'issuetype') values.set(id, parseFieldInput(jira, field, input, target.project));
  }
  return values;
}

function newIssueType(jira: Jira, issue: IssueRecord, input: unknown): string | undefined {
  if (input === undefined) return undefined;
  const ref = v.safeParse(reference, input);
  const type = issueTypesOf(jira, projectOf(jira, issue)).find(
    (t) => ref.success && (t.id === String(ref.output.id) || t.name === ref.output.name),
  );
  if (!type) throw badField('issuetype', 'The issue type selected is invalid.');
  const workflow = workflowOf(jira, { projectId: issue.projectId, issueTypeId: type.id });
  if (!workflow.statuses.some((s) => s.statusId === issue.statusId)) {
    throw badField(
      'issuetype',
      'The issue type selected is invalid. You should select one of the issue types with the same workflow, or move the issue.',
    );
  }
  return type.id;
}

async function editIssue(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const { jira } = call;
  const issue = visibleIssue(jira, viewer, call.param('issueIdOrKey'));
  const body = await call.body(issueUpdate);
  requireEditable(call, issue);
  const fields = foldedFields(jira, body, issue);
  const values = parsedEdits(jira, viewer, issue, fields);
  const typeId = newIssueType(jira, issue, fields['issuetype']);
  const comment = operationComment(jira, viewer, body.update);
  for (const { key, value } of body.properties) {
    checkPropertyKey(key);
    checkPropertyValue(value);
  }
  const items = setFields(jira, issue, values);
  const typed = typeId === undefined ? undefined : setIssueType(jira, issue, typeId);
  if (typed) items.push(typed);
  for (const { key, value } of body.properties) issue.properties[key] = value;
  if (comment) issue.comments.push(comment);
  const history = commitChanges(jira, issue, viewer, items, { historyMetadata: body.historyMetadata });
  if (!history) touched(jira, issue);
  if (comment) issueEvent(jira, 'avi:jira:commented:issue', issue, viewer, comment);
  if (call.query.get('returnIssue') !== 'true') return noContent();
  return ok(formatIssue(jira, issue, { fields: ['*all'], viewer }));
}

function deleteIssue(call: Call): Response {
  const viewer = signedIn(call);
  const { jira } = call;
  const issue = visibleIssue(jira, viewer, call.param('issueIdOrKey'));
  requireOnIssue(
    jira,
    viewer,
    'DELETE_ISSUES',
    issue,
    'You do not have permission to delete issues in this project.',
  );
  const children = jira.state.issues.filter((other) => other.fields['parent'] === issue.id);
  if (children.length > 0 && call.query.get('deleteSubtasks') !== 'true') {
    throw badRequest(
      `The issue '${issue.key}' has subtasks. You must specify the 'deleteSubtasks' parameter to delete this issue and all its subtasks.`,
    );
  }
  for (const gone of [issue, ...children]) {
    jira.state.issues = jira.state.issues.filter((other) => other !== gone);
    jira.state.issueLinks = jira.state.issueLinks.filter(
      (l) => l.inwardIssueId !== gone.id && l.outwardIssueId !== gone.id,
    );
    reindex(jira, gone, true);
    for (const listener of jira.listeners) listener(gone.id);
    issueEvent(jira, 'avi:jira:deleted:issue', gone, viewer);
  }
  return noContent();
}

async function assign(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const { jira } = call;
  const issue = visibleIssue(jira, viewer, call.param('issueIdOrKey'));
  const body = await call.body(v.looseObject({ accountId: v.nullable(v.string()) }));
  requireOnIssue(jira, viewer, 'ASSIGN_ISSUES', issue, 'You do not have permission to assign issues.');
  const project = projectOf(jira, issue);
  const value = parseFieldInput(jira, mustById(jira.state.fields, 'assignee'), body, project);
  commitChanges(jira, issue, viewer, setFields(jira, issue, new Map([['assignee', value]])));
  return noContent();
}

const bulkFetchBody = v.looseObject({
  issueIdsOrKeys: v.array(v.union([v.string(), v.number()])),
  fields: v.optional(v.array(v.string()), ['*navigable']),
  properties: v.optional(v.array(v.string()), []),
  expand: v.optional(v.array(v.string()), []),
});

async function bulkFetch(call: Call): Promise<Response> {
  const body = await call.body(bulkFetchBody);
  if (body.issueIdsOrKeys.length > 100)
    throw badRequest('The number of issues requested exceeds the limit of 100.');
  const issues: IssueRecord[] = [];
  const issueErrors: { id: string; errorMessage: string }[] = [];
  for (const id of new Set(body.issueIdsOrKeys.map(String))) {
    try {
      issues.push(visibleIssue(call.jira, call.viewer, id));
    } catch {
      issueErrors.push({ id, errorMessage: 'Issue does not exist or you do not have permission to see it.' });
    }
  }
  return ok({
    issues: issues.map((issue) => formatIssue(call.jira, issue, { ...body, viewer: call.viewer })),
    issueErrors,
  });
}

async function addWatcher(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const issue = visibleIssue(call.jira, viewer, call.param('issueIdOrKey'));
  const target = (await call.body(v.optional(v.string()))) ?? viewer;
  if (
    !byId(
      call.jira.state.users.map((u) => ({ id: u.accountId })),
      target,
    )
  )
    throw badRequest('The user does not exist.');
  if (!issue.watcherIds.includes(target)) issue.watcherIds.push(target);
  touched(call.jira, issue);
  return noContent();
}

/** Issues: create, read, edit, delete, assign, watch. */
export const issueRoutes: readonly Route[] = [
  route('POST', '/issue', createIssue),
  route('POST', '/issue/bulkfetch', bulkFetch, { anonymous: true }),
  route('GET', '/issue/{issueIdOrKey}', getIssue, { anonymous: true }),
  route('PUT', '/issue/{issueIdOrKey}', editIssue),
  route('DELETE', '/issue/{issueIdOrKey}', deleteIssue),
  route('PUT', '/issue/{issueIdOrKey}/assignee', assign),
  route('POST', '/issue/{issueIdOrKey}/watchers', addWatcher),
];
