import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { permissionTest } from '../access';
import type { IssueRecord } from '../entities';
import { badRequest, JiraError } from '../errors';
import { clauseNames } from '../formatters/field';
import { fieldNames, fieldSchemas, formatIssue, selectFields } from '../formatters/issue';
import { ok, queryInt, queryList, route, type Call, type Route } from '../http';
import { indexedPaths } from '../jql/properties';
import { parseJql, syntaxErrors } from '../jql/parse';
import { countIssues, matcherOf, searchIssues } from '../jql/search';
import { structureOf } from '../jql/structure';
import { issueByIdOrKey } from '../store';

interface SearchRequest {
  jql: string;
  nextPageToken?: string | undefined;
  maxResults: number;
  fields: readonly string[];
  properties: readonly string[];
  expand: readonly string[];
  reconcileIssues: readonly string[];
}

const searchBody = v.looseObject({
  jql: v.optional(v.string(), ''),
  nextPageToken: v.optional(v.string()),
  maxResults: v.optional(v.number(), 50),
  fields: v.optional(v.array(v.string()), []),
  properties: v.optional(v.array(v.string()), []),
  expand: v.optional(v.string(), ''),
  reconcileIssues: v.optional(v.array(v.number()), []),
});

const queryOf = (jql: string): string => createHash('sha256').update(jql).digest('hex').slice(0, 12);

/** Page tokens are opaque and belong to one query. */
const pageToken = (jql: string, offset: number): string =>
  Buffer.from(JSON.stringify([queryOf(jql), offset])).toString('base64url');

function offsetOf(request: SearchRequest): number {
  if (!request.nextPageToken) return 0;
  const bad = badRequest('The next page token is invalid or has expired.');
  try {
    const [query, offset] = JSON.parse(Buffer.from(request.nextPageToken, 'base64url').toString()) as [
      unknown,
      unknown,
    ];
    if (query === queryOf(request.jql) && typeof offset === 'number') return offset;
  } catch {
    throw bad;
  }
  throw bad;
}

function search(call: Call, request: SearchRequest): Response {
  if (request.properties.length > 5) throw badRequest('The maximum number of properties is 5.');
  if (request.reconcileIssues.length > 50)
    throw badRequest('The maximum number of issues to reconcile is 50.');
  const start = offsetOf(request);
  const { jira, viewer } = call;
  const ids = selectFields(jira, request.fields);
  const cap = ids.length === 0 && request.properties.length === 0 ? 5000 : 100;
  const size = Math.min(Math.max(request.maxResults, 1), cap);
  const end = start + size;
  const found = searchIssues(jira, viewer, request.jql, {
    reconcile: request.reconcileIssues,
    // One more tells whether there is another page.
    first: end + 1,
  });
  const issues = found.slice(start, end);
  const isLast = found.length <= end;
  return ok({
    issues: issues.map((issue) =>
      formatIssue(jira, issue, {
        ...request,
        expand: request.expand.filter((e) => e !== 'names' && e !== 'schema'),
        viewer,
      }),
    ),
    ...(isLast ? {} : { nextPageToken: pageToken(request.jql, end) }),
    isLast,
    ...(request.expand.includes('names') ? { names: fieldNames(jira, ids) } : {}),
    ...(request.expand.includes('schema') ? { schema: fieldSchemas(jira, ids) } : {}),
  });
}

const searchGet = (call: Call): Response =>
  search(call, {
    jql: call.query.get('jql') ?? '',
    nextPageToken: call.query.get('nextPageToken') ?? undefined,
    maxResults: queryInt(call, 'maxResults', 50),
    fields: queryList(call, 'fields').filter((name) => name !== 'id' && name !== 'key'),
    properties: queryList(call, 'properties'),
    expand: queryList(call, 'expand'),
    reconcileIssues: queryList(call, 'reconcileIssues'),
  });

async function searchPost(call: Call): Promise<Response> {
  const body = await call.body(searchBody);
  return search(call, {
    jql: body.jql,
    nextPageToken: body.nextPageToken,
    maxResults: body.maxResults,
    fields: body.fields.filter((name) => name !== 'id' && name !== 'key'),
    properties: body.properties,
    expand: body.expand.split(',').map((part) => part.trim()),
    reconcileIssues: body.reconcileIssues.map(String),
  });
}

async function count(call: Call): Promise<Response> {
  const { jql } = await call.body(v.looseObject({ jql: v.optional(v.string(), '') }));
  return ok({ count: countIssues(call.jira, call.viewer, jql) });
}

async function match(call: Call): Promise<Response> {
  const body = await call.body(v.looseObject({ issueIds: v.array(v.number()), jqls: v.array(v.string()) }));
  const { jira, viewer } = call;
  // Matching reads the database, not the search index.
  const browses = permissionTest(jira, viewer, 'BROWSE_PROJECTS');
  const issues = [...new Set(body.issueIds)]
    .map((id) => issueByIdOrKey(jira, String(id)))
    .filter((issue): issue is IssueRecord => issue !== undefined && browses(issue));
  return ok({
    matches: body.jqls.map((jql) => {
      try {
        const matcher = matcherOf(jira, viewer, parseJql(jql));
        return { matchedIssues: issues.filter(matcher).map((issue) => Number(issue.id)), errors: [] };
      } catch (error) {
        if (!(error instanceof JiraError)) throw error;
        return { matchedIssues: [], errors: [...error.errorMessages] };
      }
    }),
  });
}

async function parse(call: Call): Promise<Response> {
  const body = await call.body(v.looseObject({ queries: v.array(v.string()) }));
  const validation = call.query.get('validation') ?? 'strict';
  return ok({
    queries: body.queries.map((query) => {
      const errors = syntaxErrors(query);
      if (errors.length > 0) return { query, errors };
      const structure = structureOf(query);
      if (validation === 'none') return { query, structure };
      try {
        matcherOf(call.jira, call.viewer, parseJql(query));
        return { query, structure };
      } catch (error) {
        if (!(error instanceof JiraError)) throw error;
        const messages = [...error.errorMessages];
        return validation === 'warn' ? { query, structure, warnings: messages } : { query, errors: messages };
      }
    }),
  });
}

const OPERATORS = [
  '=',
  '!=',
  'in',
  'not in',
  'is',
  'is not',
  '<',
  '<=',
  '>',
  '>=',
  '~',
  '!~',
  'was',
  'was not',
  'was in',
  'was not in',
  'changed',
];

function autocomplete(call: Call): Response {
  const fields = call.jira.state.fields.map((field) => ({
    value: field.custom ? `"${field.name}"` : field.id,
    displayName: field.custom ? `${field.name} - ${clauseNames(field)[0] ?? ''}` : field.name,
    ...(field.custom ? { cfid: clauseNames(field)[0] } : {}),
    orderable: 'true',
    searchable: 'true',
    operators: OPERATORS,
    types: ['java.lang.Object'],
  }));
  const aliases = indexedPaths(call.jira).flatMap(({ alias }) =>
    alias === undefined
      ? []
      : [
          {
            value: alias,
            displayName: alias,
            orderable: 'true',
            searchable: 'true',
            operators: OPERATORS,
            types: ['java.lang.Object'],
          },
        ],
  );
  const functions = [
    'currentUser()',
    'now()',
    'membersOf("")',
    ...['Day', 'Week', 'Month', 'Year'].flatMap((u) => [`startOf${u}()`, `endOf${u}()`]),
  ];
  return ok({
    visibleFieldNames: [...fields, ...aliases],
    visibleFunctionNames: functions.map((name) => ({
      value: name,
      displayName: name,
      isList: name.startsWith('members') ? 'true' : 'false',
      types: ['java.lang.Object'],
    })),
    jqlReservedWords: ['and', 'or', 'not', 'empty', 'null', 'order', 'by', 'was', 'changed', 'in', 'is'],
  });
}

/** Search and JQL. */
export const searchRoutes: readonly Route[] = [
  route('GET', '/search/jql', searchGet, { anonymous: true }),
  route('POST', '/search/jql', searchPost, { anonymous: true }),
  route('POST', '/search/approximate-count', count, { anonymous: true }),
  route('POST', '/jql/match', match, { anonymous: true }),
  route('POST', '/jql/parse', parse, { anonymous: true }),
  route('GET', '/jql/autocompletedata', autocomplete, { anonymous: true }),
];
