import * as v from 'valibot';
import { can, requireOnIssue, visibleIssue, visibleProject } from '../access';
import { badRequest, notFound } from '../errors';
import { screenFieldIds } from '../field-input';
import { editMetadata, fieldMetadata } from '../formatters/metadata';
import { formatLink } from '../formatters/issue';
import { formatIssueType, issueTypesOf } from '../formatters/project';
import { formatUser } from '../formatters/user';
import { noContent, ok, queryInt, route, signedIn, type Call, type Route } from '../http';
import { touched } from '../issue-changes';
import { byId, nextId, selfLink, userById } from '../store';
import { operationComment } from './comments';

function editmeta(call: Call): Response {
  const issue = visibleIssue(call.jira, call.viewer, call.param('issueIdOrKey'));
  requireOnIssue(
    call.jira,
    call.viewer,
    'EDIT_ISSUES',
    issue,
    'You do not have permission to edit this issue.',
  );
  return ok(editMetadata(call.jira, issue));
}

function createProject(call: Call) {
  const project = visibleProject(call.jira, call.viewer, call.param('projectIdOrKey'));
  if (!can(call.jira, call.viewer, 'CREATE_ISSUES', project))
    throw badRequest('You do not have permission to create issues in this project.');
  return project;
}

function createTypes(call: Call): Response {
  const types = issueTypesOf(call.jira, createProject(call)).map((type) => formatIssueType(call.jira, type));
  const startAt = queryInt(call, 'startAt', 0);
  const maxResults = queryInt(call, 'maxResults', 50, 200);
  return ok({
    startAt,
    maxResults,
    total: types.length,
    issueTypes: types.slice(startAt, startAt + maxResults),
  });
}

function createFields(call: Call): Response {
  const { jira } = call;
  const project = createProject(call);
  const issueTypeId = call.param('issueTypeId');
  if (!issueTypesOf(jira, project).some((type) => type.id === issueTypeId))
    throw badRequest('The issue type is not available in this project.');
  const ids = ['project', 'issuetype', ...screenFieldIds(jira, project, issueTypeId, 'create')].filter(
    (id) => byId(jira.state.fields, id)?.forge?.readOnly !== true,
  );
  const meta = fieldMetadata(
    jira,
    { projectId: project.id, issueTypeId },
    [...new Set(ids)],
    ['summary', 'project', 'issuetype'],
  );
  const fields = Object.entries(meta).map(([fieldId, entry]) => ({ ...(entry as object), fieldId }));
  const startAt = queryInt(call, 'startAt', 0);
  const maxResults = queryInt(call, 'maxResults', 50, 200);
  return ok({
    startAt,
    maxResults,
    total: fields.length,
    fields: fields.slice(startAt, startAt + maxResults),
  });
}

function watchers(call: Call): Response {
  const issue = visibleIssue(call.jira, call.viewer, call.param('issueIdOrKey'));
  const users = issue.watcherIds.map((id) => userById(call.jira, id)).filter((user) => user !== undefined);
  return ok({
    self: selfLink(call.jira, `issue/${issue.key}/watchers`),
    isWatching: call.viewer !== undefined && issue.watcherIds.includes(call.viewer),
    watchCount: users.length,
    watchers: users.map((user) => formatUser(call.jira, user)),
  });
}

function unwatch(call: Call): Response {
  const viewer = signedIn(call);
  const issue = visibleIssue(call.jira, viewer, call.param('issueIdOrKey'));
  const target = call.query.get('accountId') ?? viewer;
  issue.watcherIds = issue.watcherIds.filter((id) => id !== target);
  touched(call.jira, issue);
  return noContent();
}

const end = v.looseObject({ id: v.optional(v.string()), key: v.optional(v.string()) });
const linkBody = v.looseObject({
  type: v.looseObject({ id: v.optional(v.string()), name: v.optional(v.string()) }),
  inwardIssue: end,
  outwardIssue: end,
  comment: v.optional(v.unknown()),
});

async function link(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const { jira } = call;
  const body = await call.body(linkBody);
  const type = jira.state.issueLinkTypes.find((t) => t.id === body.type.id || t.name === body.type.name);
  if (!type) throw notFound(`No issue link type with name '${body.type.name ?? body.type.id ?? ''}' found.`);
  const inward = visibleIssue(jira, viewer, body.inwardIssue.id ?? body.inwardIssue.key ?? '');
  const outward = visibleIssue(jira, viewer, body.outwardIssue.id ?? body.outwardIssue.key ?? '');
  requireOnIssue(jira, viewer, 'LINK_ISSUES', inward, 'You do not have permission to link issues.');
  const comment =
    body.comment === undefined
      ? undefined
      : operationComment(jira, viewer, { comment: [{ add: body.comment }] });
  jira.state.issueLinks.push({
    id: nextId(jira, 'issuelink'),
    typeId: type.id,
    inwardIssueId: inward.id,
    outwardIssueId: outward.id,
  });
  if (comment) inward.comments.push(comment);
  touched(jira, inward);
  touched(jira, outward);
  return new Response(null, { status: 201 });
}

function findLink(call: Call) {
  const found = byId(call.jira.state.issueLinks, call.param('linkId'));
  if (!found) throw notFound(`No issue link with id '${call.param('linkId')}' exists.`);
  visibleIssue(call.jira, call.viewer, found.inwardIssueId);
  return found;
}

function unlink(call: Call): Response {
  const found = findLink(call);
  const issue = visibleIssue(call.jira, call.viewer, found.inwardIssueId);
  requireOnIssue(call.jira, call.viewer, 'LINK_ISSUES', issue, 'You do not have permission to link issues.');
  call.jira.state.issueLinks = call.jira.state.issueLinks.filter((l) => l !== found);
  touched(call.jira, issue);
  return noContent();
}

const linkTypes = (call: Call): Response =>
  ok({
    issueLinkTypes: call.jira.state.issueLinkTypes.map((t) => ({
      ...t,
      self: selfLink(call.jira, `issueLinkType/${t.id}`),
    })),
  });

/** Metadata of create and edit, watchers, and links. */
export const issueMetaRoutes: readonly Route[] = [
  route('GET', '/issue/createmeta/{projectIdOrKey}/issuetypes', createTypes, { anonymous: true }),
  route('GET', '/issue/createmeta/{projectIdOrKey}/issuetypes/{issueTypeId}', createFields, {
    anonymous: true,
  }),
  route('GET', '/issue/{issueIdOrKey}/editmeta', editmeta),
  route('GET', '/issue/{issueIdOrKey}/watchers', watchers, { anonymous: true }),
  route('DELETE', '/issue/{issueIdOrKey}/watchers', unwatch),
  route('POST', '/issueLink', link),
  route('GET', '/issueLink/{linkId}', (call) => ok(formatLink(call.jira, findLink(call))), {
    anonymous: true,
  }),
  route('DELETE', '/issueLink/{linkId}', unlink),
  route('GET', '/issueLinkType', linkTypes, { anonymous: true }),
];
