import * as v from 'valibot';
import type { RequestOrigin } from '../contract';
import { JiraError } from './errors';
import type { Jira } from './store';

/** One REST call as handlers see it. */
export interface Call {
  readonly jira: Jira;
  /** accountId of the caller; undefined when anonymous. */
  readonly viewer: string | undefined;
  readonly origin: RequestOrigin;
  readonly query: URLSearchParams;
  /** A path parameter, decoded. */
  param(name: string): string;
  /** The JSON body, parsed; Jira's 400 when it does not fit. */
  body<S extends v.GenericSchema>(schema: S): Promise<v.InferOutput<S>>;
  /** Serves another request in the same call (used by asynchronous bulk operations). */
  readonly url: URL;
}

/** Answers one endpoint. */
export type Handler = (call: Call) => Response | Promise<Response>;

/** An endpoint; the path is written as in Jira's OpenAPI document, below `/rest/api/3`. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly handler: Handler;
  /** Anonymous callers reach the handler (which then shows only what anybody may see) instead of a 401. */
  readonly anonymous: boolean;
}

/** Declares an endpoint. */
export const route = (
  method: Route['method'],
  path: string,
  handler: Handler,
  options: { anonymous?: boolean } = {},
): Route => ({ method, path: `/rest/api/3${path}`, handler, anonymous: options.anonymous ?? false });

/** 200 with JSON. */
export const ok = (body: unknown): Response => Response.json(body);
/** 201 with JSON. */
export const created = (body: unknown): Response => Response.json(body, { status: 201 });
/** 204. */
export const noContent = (): Response => new Response(null, { status: 204 });
/** 303 to an asynchronous task. */
export const seeTask = (jira: Jira, taskId: string, body?: unknown): Response =>
  new Response(body === undefined ? null : JSON.stringify(body), {
    status: 303,
    headers: {
      location: `${jira.baseUrl}/rest/api/3/task/${taskId}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
  });

/** The caller's accountId, or 401 as Jira words it. */
export function signedIn(call: Call): string {
  if (call.viewer === undefined) throw unauthorized();
  return call.viewer;
}

/** Jira's 401. */
export const unauthorized = (): JiraError =>
  new JiraError(
    401,
    ['Client must be authenticated to access this resource.'],
    {},
    {
      'www-authenticate': 'OAuth realm="jira"',
    },
  );

/** Parses a JSON body. */
export async function parseBody<S extends v.GenericSchema>(
  request: Request,
  schema: S,
): Promise<v.InferOutput<S>> {
  let input: unknown;
  try {
    input = JSON.parse(await request.text());
  } catch {
    throw new JiraError(400, ['There was an error parsing JSON. Check that your request body is valid.']);
  }
  const parsed = v.safeParse(schema, input);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  const path = v.getDotPath(issue);
  throw new JiraError(
    400,
    ['Invalid request payload. Refer to the REST API documentation and try again.'],
    path === null ? {} : { [path]: issue.message },
  );
}

/** A whole number from the query, with bounds. */
export function queryInt(call: Call, name: string, fallback: number, max = Number.MAX_SAFE_INTEGER): number {
  const text = call.query.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) {
    throw new JiraError(400, [`Invalid value for query parameter '${name}': '${text}'`]);
  }
  return Math.min(value, max);
}

/** A list from the query: repeated, or separated by commas. */
export const queryList = (call: Call, name: string): string[] =>
  call.query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');

/** Jira's classic page bean: `limit` items unless asked otherwise, never more than `cap`. */
export function page<T>(
  call: Call,
  items: readonly T[],
  format: (item: T) => unknown,
  limit = 50,
  cap = Math.max(limit, 1000),
): Response {
  const startAt = queryInt(call, 'startAt', 0);
  const maxResults = queryInt(call, 'maxResults', limit, cap);
  const values = items.slice(startAt, startAt + maxResults).map(format);
  const isLast = startAt + values.length >= items.length;
  const self = `${call.jira.baseUrl}${call.url.pathname}`;
  return ok({
    self: `${self}?startAt=${startAt}&maxResults=${maxResults}`,
    ...(isLast ? {} : { nextPage: `${self}?startAt=${startAt + maxResults}&maxResults=${maxResults}` }),
    maxResults,
    startAt,
    total: items.length,
    isLast,
    values,
  });
}

/** A number or a numeric string, as Jira accepts ids; kept as a string. */
export const idText = v.pipe(v.union([v.string(), v.number()]), v.transform(String));
