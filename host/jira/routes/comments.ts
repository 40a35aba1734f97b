import * as v from 'valibot';
import { canOnIssue, requireOnIssue, visibleIssue } from '../access';
import { adfText, isAdf, MAX_TEXT } from '../adf';
import type { CommentRecord, IssueRecord } from '../entities';
import { badField, JiraError, notFound } from '../errors';
import { issueEvent } from '../events';
import { formatComment } from '../formatters/issue';
import {
  created,
  noContent,
  ok,
  page,
  queryInt,
  queryList,
  route,
  signedIn,
  type Call,
  type Route,
} from '../http';
import { touched } from '../issue-changes';
import { nextId, nowIso, userById, type Jira } from '../store';

const commentBody = v.looseObject({
  body: v.unknown(),
  visibility: v.optional(
    v.nullable(
      v.looseObject({
        type: v.picklist(['group', 'role']),
        value: v.optional(v.string()),
        identifier: v.optional(v.nullable(v.string())),
      }),
    ),
  ),
  properties: v.optional(v.array(v.object({ key: v.string(), value: v.unknown() })), []),
});

/** A new comment, checked; not yet on an issue. */
function newComment(jira: Jira, author: string, input: v.InferOutput<typeof commentBody>): CommentRecord {
  checkBody(input.body);
  const now = nowIso(jira);
  const visibility = input.visibility;
  return {
    id: nextId(jira, 'comment'),
    authorId: author,
    updateAuthorId: author,
    body: input.body,
    created: now,
    updated: now,
    ...(visibility
      ? {
          visibility: {
            type: visibility.type,
            value: visibility.value ?? '',
            identifier: visibility.identifier ?? visibility.value ?? '',
          },
        }
      : {}),
    properties: Object.fromEntries(input.properties.map(({ key, value }) => [key, value])),
  };
}

function checkBody(body: unknown): void {
  if (body === undefined || body === null) throw badField('comment', 'Comment body can not be empty!');
  if (!isAdf(body)) throw badField('comment', 'Comment body is not valid!');
  const text = adfText(body);
  if (text.length > MAX_TEXT) {
    throw badField(
      'comment',
      'The entered text is too long. It exceeds the allowed limit of 32,767 characters.',
    );
  }
}

/** The comment that `update.comment[0].add` asks for. */
export function operationComment(
  jira: Jira,
  author: string,
  update: Record<string, Record<string, unknown>[]>,
): CommentRecord | undefined {
  const input = update['comment']?.[0]?.['add'];
  if (input === undefined) return undefined;
  const parsed = v.safeParse(commentBody, input);
  if (!parsed.success) throw badField('comment', 'Comment body is not valid!');
  return newComment(jira, author, parsed.output);
}

/** Whether the viewer may see a comment restricted to a group or role. */
function visible(
  jira: Jira,
  viewer: string | undefined,
  issue: IssueRecord,
  comment: CommentRecord,
): boolean {
  const limit = comment.visibility;
  if (!limit || viewer === comment.authorId) return true;
  if (limit.type === 'role') return canOnIssue(jira, viewer, 'ADMINISTER_PROJECTS', issue);
  const groupIds = userById(jira, viewer)?.groupIds ?? [];
  return jira.state.groups.some(
    (g) => groupIds.includes(g.groupId) && (g.name === limit.value || g.groupId === limit.identifier),
  );
}

function find(call: Call): { issue: IssueRecord; comment: CommentRecord } {
  const issue = visibleIssue(call.jira, call.viewer, call.param('issueIdOrKey'));
  const comment = issue.comments.find((c) => c.id === call.param('id'));
  if (!comment || !visible(call.jira, call.viewer, issue, comment)) {
    throw notFound(`Can not find a comment for the id: ${call.param('id')}.`);
  }
  return { issue, comment };
}

function list(call: Call): Response {
  const issue = visibleIssue(call.jira, call.viewer, call.param('issueIdOrKey'));
  const startAt = queryInt(call, 'startAt', 0);
  const maxResults = queryInt(call, 'maxResults', 100, 5000);
  const seen = issue.comments.filter((c) => visible(call.jira, call.viewer, issue, c));
  if ((call.query.get('orderBy') ?? '').startsWith('-')) seen.reverse();
  const comments = seen.slice(startAt, startAt + maxResults);
  const expand = queryList(call, 'expand');
  return ok({
    startAt,
    maxResults,
    total: seen.length,
    comments: comments.map((c) => formatComment(call.jira, issue, c, expand)),
  });
}

async function add(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const issue = visibleIssue(call.jira, viewer, call.param('issueIdOrKey'));
  requireOnIssue(
    call.jira,
    viewer,
    'ADD_COMMENTS',
    issue,
    `${viewer}, you do not have the permission to comment on this issue.`,
  );
  const comment = newComment(call.jira, viewer, await call.body(commentBody));
  issue.comments.push(comment);
  issue.updated = comment.created;
  touched(call.jira, issue);
  issueEvent(call.jira, 'avi:jira:commented:issue', issue, viewer, comment);
  return created(formatComment(call.jira, issue, comment));
}

function requireOwn(call: Call, issue: IssueRecord, comment: CommentRecord, verb: 'EDIT' | 'DELETE'): void {
  const own =
    comment.authorId === call.viewer && canOnIssue(call.jira, call.viewer, `${verb}_OWN_COMMENTS`, issue);
  if (own || canOnIssue(call.jira, call.viewer, `${verb}_ALL_COMMENTS`, issue)) return;
  throw new JiraError(400, [`You do not have the permission to ${verb.toLowerCase()} this comment.`]);
}

async function edit(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const { issue, comment } = find(call);
  requireOwn(call, issue, comment, 'EDIT');
  const body = await call.body(commentBody);
  checkBody(body.body);
  comment.body = body.body;
  comment.updateAuthorId = viewer;
  comment.updated = nowIso(call.jira);
  for (const { key, value } of body.properties) comment.properties[key] = value;
  touched(call.jira, issue);
  return ok(formatComment(call.jira, issue, comment));
}

function remove(call: Call): Response {
  const viewer = signedIn(call);
  const { issue, comment } = find(call);
  requireOwn(call, issue, comment, 'DELETE');
  issue.comments = issue.comments.filter((other) => other !== comment);
  touched(call.jira, issue);
  issueEvent(call.jira, 'avi:jira:deleted:comment', issue, viewer, comment);
  return noContent();
}

function read(call: Call): Response {
  const { issue, comment } = find(call);
  return ok(formatComment(call.jira, issue, comment, queryList(call, 'expand')));
}

async function byIds(call: Call): Promise<Response> {
  const body = await call.body(v.looseObject({ ids: v.array(v.union([v.string(), v.number()])) }));
  const ids = new Set(body.ids.map(String));
  const found = call.jira.state.issues
    .filter((issue) => canOnIssue(call.jira, call.viewer, 'BROWSE_PROJECTS', issue))
    .flatMap((issue) =>
      issue.comments
        .filter((c) => ids.has(c.id) && visible(call.jira, call.viewer, issue, c))
        .map((c) => ({ issue, c })),
    );
  return page(call, found, ({ issue, c }) => formatComment(call.jira, issue, c), 1048);
}

/** Comments of issues. */
export const commentRoutes: readonly Route[] = [
  route('POST', '/comment/list', byIds, { anonymous: true }),
  route('GET', '/issue/{issueIdOrKey}/comment', list, { anonymous: true }),
  route('POST', '/issue/{issueIdOrKey}/comment', add),
  route('GET', '/issue/{issueIdOrKey}/comment/{id}', read, { anonymous: true }),
  route('PUT', '/issue/{issueIdOrKey}/comment/{id}', edit),
  route('DELETE', '/issue/{issueIdOrKey}/comment/{id}', remove),
];
