import { Hono } from 'hono';
import type { Meter, RequestOrigin } from '../contract';
import { JiraError } from './errors';
import { plannedFault } from './faults';
import { parseBody, unauthorized, type Call, type Route } from './http';
import { responseProblem, scopesCover } from './openapi/operations';
import { pointsOf } from './points';
import { ALL_ROUTES } from './routes/all';
import { userById, type Jira } from './store';

interface Env {
  Bindings: { origin: RequestOrigin };
}

const SCOPE_MISMATCH = () =>
  Response.json({ code: 401, message: 'Unauthorized; scope does not match' }, { status: 401 });

function viewerOf(jira: Jira, origin: RequestOrigin): string | undefined {
  if (origin.principal.kind === 'anonymous') return undefined;
  const user = userById(jira, origin.principal.accountId);
  if (!user?.active) throw unauthorized();
  return user.accountId;
}

async function answer(
  jira: Jira,
  endpoint: Route,
  request: Request,
  origin: RequestOrigin,
  params: Record<string, string>,
): Promise<Response> {
  try {
    if (origin.via === 'forge' && jira.app && !scopesCover(endpoint.method, endpoint.path, jira.app.scopes))
      return SCOPE_MISMATCH();
    const viewer = viewerOf(jira, origin);
    if (viewer === undefined && !endpoint.anonymous) throw unauthorized();
    const url = new URL(request.url);
    const call: Call = {
      jira,
      viewer,
      origin,
      url,
      query: url.searchParams,
      param: (name) => params[name] ?? '',
      body: (schema) => parseBody(request, schema),
    };
    return await endpoint.handler(call);
  } catch (error) {
    if (error instanceof JiraError) return error.toResponse();
    console.error('host/jira:', error);
    return Response.json(
      { errorMessages: ['Internal server error', String(error)], errors: {} },
      { status: 500 },
    );
  }
}

/** Answers what the emulator does not model: it names itself, so that nobody mistakes it for Jira. */
const notModelled = (method: string, path: string): Response =>
  Response.json(
    {
      errorMessages: [`host/jira does not model ${method} ${path}`],
      errors: {},
      code: 'EMULATOR_NOT_MODELLED',
      method,
      path,
    },
    { status: 501 },
  );

/** Builds the function that serves requests: routing, authentication, scopes, faults, metering, checks. */
export function createRouter(
  jira: Jira,
  options: { meter: Meter; validateResponses: boolean },
): (request: Request, origin: RequestOrigin) => Promise<Response> {
  const app = new Hono<Env>();
  // Literal segments sort before parameters ('{' is after every letter), so the most exact path wins.
  const sorted = [...ALL_ROUTES].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const endpoint of sorted) {
    app.on(endpoint.method, endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
      const params = c.req.param() as Record<string, string>;
      const response = await answer(jira, endpoint, c.req.raw, c.env.origin, params);
      if (!options.validateResponses || response.status >= 400) return response;
      const problem = await responseProblem(endpoint.method, endpoint.path, response.clone());
      if (problem === undefined) return response;
      return Response.json(
        { errorMessages: [`host/jira answers against Jira's OpenAPI: ${problem}`], errors: {} },
        { status: 500 },
      );
    });
  }
  app.notFound((c) => notModelled(c.req.method, new URL(c.req.url).pathname));
  return async (request, origin) => {
    const path = new URL(request.url).pathname;
    const fault = origin.via === 'forge' ? plannedFault(jira.faults, request.method, path) : undefined;
    const response = fault ?? (await app.fetch(request, { origin }));
    if (origin.via === 'forge') {
      options.meter.jiraCall({
        invocationId: origin.invocationId,
        method: request.method,
        path,
        status: response.status,
        points: await pointsOf(request.method, path, response.clone()),
        as: origin.principal.kind === 'app' ? 'app' : 'user',
      });
    }
    return response;
  };
}
